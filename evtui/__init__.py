"""What a person or a program touches: command line and terminal app."""

__version__ = "0.1.0"
