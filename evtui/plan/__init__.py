"""``evtui plan``: who can be promised his energy, and when each charges."""
