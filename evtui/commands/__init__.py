"""What ``evtui`` can be told to do: a function for each command, and its help.

Start-up is kept short: each command imports what it needs, and only the app imports Textual.
"""

from evtui.commands import laboratory, running, watching
from evtui.commands.program import app

__all__ = ["app", "laboratory", "running", "watching"]
