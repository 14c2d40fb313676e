"""What ``NO_COLOR`` asks for: no colour reaches the terminal, whatever the theme.

Bold, dim, underlined and reversed text stays: :mod:`evtui.render.ink` draws with these alone then.
"""

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter


class NoColorFilter(LineFilter):
    """Takes the colour of the letters and of what lies behind them away."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The segments in the terminal's own two colours."""
        return [
            segment
            if segment.style is None
            else segment._replace(style=segment.style.without_color)
            for segment in segments
        ]
