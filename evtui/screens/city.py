"""The city: all its sites on one screen."""

from textual.app import ComposeResult
from textual.screen import Screen

from evtui.render.city import HEAD
from evtui.safety.guarded import Guarded
from evtui.widgets.city import CityEvents, CityFooter, CityHeader, SiteTable
from evtui.widgets.panes import Banner


class CityScreen(Guarded, Screen[None]):
    """The overview: a table of sites, and what happened between them."""

    AUTO_FOCUS = ""
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012 (Textual declares it so)
        (0, "-short"),
        (30, "-tall"),
    ]

    def __init__(self, sites: int) -> None:
        super().__init__()
        self._sites = sites

    def compose(self) -> ComposeResult:
        """Header, sites, events, keys."""
        yield CityHeader()
        yield Banner()
        table = SiteTable()
        table.styles.max_height = HEAD + self._sites
        yield table
        yield CityEvents()
        yield CityFooter()
