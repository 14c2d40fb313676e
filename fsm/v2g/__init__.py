"""ISO 15118-2 between an EV and its charge point."""
