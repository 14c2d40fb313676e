"""Random campaigns of the bare laboratory: weathers drawn from a seed, runs, and their verdicts."""
