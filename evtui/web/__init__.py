"""``evtui web``: the app in a browser."""
