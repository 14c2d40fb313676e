"""What keeps a run safe from the program's own faults: saving it, and going on without a view."""
