"""Two kept sessions compared without a terminal."""
