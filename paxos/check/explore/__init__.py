"""Exhaustive exploration of small groups."""
