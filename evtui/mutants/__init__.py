"""``evtui mutants``: every known mistake is planted, and what finds it is told."""
