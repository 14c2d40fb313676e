"""How the help of the command line is laid out."""

import textwrap

from cyclopts.help import PlainFormatter
from rich.console import Console

HANGING = 4
"""By how much further the second line of an entry is indented."""


class FoldedFormatter(PlainFormatter):
    """Plain text, folded once: the library's own folds lines that are folded already."""

    def _print_plain(self, console: Console, text: str) -> None:
        """Print an entry, a title or a description; usage stays as it is written."""
        if not text.startswith("Usage:"):
            text = "\n\n".join(self._folded(part, console.width) for part in text.split("\n\n"))
        super()._print_plain(console, text)

    def _folded(self, text: str, width: int) -> str:
        first = self.indent if text.startswith(self.indent) else ""
        later = first + " " * HANGING if first else ""
        words = " ".join(text.split())
        return textwrap.fill(
            words, width, initial_indent=first, subsequent_indent=later, break_on_hyphens=False
        )
