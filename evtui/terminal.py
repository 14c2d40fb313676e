"""Whether there is a terminal that the app can draw in."""

import os
import sys

WEB_DRIVER = "evtui.web.driver:Driver"
"""What ``evtui web`` has Textual draw with: the terminal is in a browser."""


def no_terminal() -> str:
    """Why the app cannot draw here; empty where it can. Escapes never go into a pipe."""
    if os.environ.get("TEXTUAL_DRIVER") == WEB_DRIVER:
        return ""
    if not sys.stdin.isatty() or not sys.stdout.isatty():
        return "standard input or output is no terminal"
    term = os.environ.get("TERM", "")
    if term in ("", "dumb"):
        return f"TERM={term} cannot draw" if term else "TERM is not set"
    return ""
