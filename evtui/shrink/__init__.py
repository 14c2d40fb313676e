"""``evtui shrink``: from a run that fails to a small one, as a scenario file."""
