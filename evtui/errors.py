"""Errors that end the program with one clear line."""


class UsageError(Exception):
    """Something that was asked for on the command line and cannot be done."""
