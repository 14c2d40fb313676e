"""Messages as people look at them: a space-time diagram of a run, and each frame decoded."""
