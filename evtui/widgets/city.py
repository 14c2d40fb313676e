"""The widgets of the overview of a city."""

from textual import events
from textual.message import Message

from evtui.render import city
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.widgets.footer import Footer
from evtui.widgets.lines import Lines


class CityHeader(Lines):
    """Which run, what time, what has become of the drivers."""

    def build(self, picture: Picture, width: int, height: int) -> list[Line]:
        """Two lines."""
        return [] if picture.city is None else city.header(picture.city, picture.drive, width)


class SiteTable(Lines):
    """One row for each site; a click opens it."""

    class Clicked(Message):
        """Somebody clicked on a site."""

        def __init__(self, site: str) -> None:
            super().__init__()
            self.site = site

    def build(self, picture: Picture, width: int, height: int) -> list[Line]:
        """Heading and rows."""
        return [] if picture.city is None else city.table(picture.city, width, height)

    def on_click(self, event: events.Click) -> None:
        """Tell which site, where all have room; else the first rows are not the first sites."""
        sites = () if self.picture is None or self.picture.city is None else self.picture.city.sites
        row = event.y - city.HEAD
        if 0 <= row < len(sites) <= self.size.height - city.HEAD:
            self.post_message(self.Clicked(sites[row].id))


class CityEvents(Lines):
    """What happened between the sites."""

    def build(self, picture: Picture, width: int, height: int) -> list[Line]:
        """Heading and rows."""
        return [] if picture.city is None else city.events(picture.city, width, height)


class CityFooter(Footer):
    """The keys of the overview."""

    def build(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The line."""
        line, self._spots = city.footer(picture, width)
        return [line]
