"""The terminal app on a city: an overview above, and all that the app has for each site."""

from functools import partial
from typing import Any, ClassVar, Protocol

from attrs import evolve
from textual.binding import BindingType
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.types import IgnoreReturnCallbackType

from evtui.actions import CITY_ACTIONS, OVERVIEW_ACTIONS, as_bound
from evtui.app import DEFAULT_SPEED, EvtuiApp
from evtui.keys.keymap import Keymap
from evtui.render import help as help_page
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.city import CityScreen
from evtui.screens.help import HelpPanel
from evtui.screens.panels import Panel
from evtui.settings.force import Settings
from evtui.widgets.city import SiteTable
from scenarios.city.session import CitySession
from scenarios.city.timeline import CityTimeline
from scenarios.city.view import CityView
from scenarios.controls import Controls
from scenarios.session import Session
from scenarios.timeline import Timeline
from scenarios.verbs import EVERYONE
from scenarios.view import Window

CITY_SPEED = 100.0
_OPEN_FIRST = "{} opens the site; there its charge points can be broken"


class CityControls(Controls, Protocol):
    """What the interface may do with a run of a city."""

    def show(self, site: str) -> None:
        """Let :meth:`view` be of this site; raises InputError when there is none of that name."""
        ...

    def city_view(self, event_rows: int = ...) -> CityView:
        """A frozen picture of the whole city."""
        ...


class Sites(Provider):
    """The palette: the city's own actions, and its sites by name."""

    def _all(self) -> list[tuple[str, str, IgnoreReturnCallbackType]]:
        app: Any = self.app
        if isinstance(self.screen, Panel):
            return []  # the view is of this site
        rows: list[tuple[str, str, IgnoreReturnCallbackType]] = []
        bound = app.picture.keys if app.picture else {}
        for action in as_bound((*CITY_ACTIONS, OVERVIEW_ACTIONS[0]), bound):
            command = partial(app.run_action, action.method)
            rows.append((f"{action.title} · {action.shown}", action.help, command))
        for site in app.picture.city.sites if app.picture and app.picture.city else ():
            note = f"{site.kind}, {site.cps} charge points"
            rows.append((f"Site {site.id}", note, partial(app.run_action, f"site({site.id!r})")))
        return rows

    async def discover(self) -> Hits:
        """Before anything is typed: all of them."""
        for text, note, command in self._all():
            yield DiscoveryHit(text, command, help=note)

    async def search(self, query: str) -> Hits:
        """What fits the words typed."""
        matcher = self.matcher(query)
        for text, note, command in self._all():
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, matcher.highlight(text), command, help=note)


class CityApp(EvtuiApp):
    """A run of a city. The overview lies above the screen of the site that is shown."""

    PALETTE: ClassVar[tuple[type[Provider], ...]] = (Sites, *EvtuiApp.PALETTE)
    BINDINGS: ClassVar[list[BindingType]] = [
        *(action.binding() for action in CITY_ACTIONS),
        *(action.binding() for action in OVERVIEW_ACTIONS if action.id == "open_site"),
    ]

    def __init__(
        self,
        session: Session | Timeline,
        *,
        speed: float = DEFAULT_SPEED,
        paused: bool = False,
        settings: Settings | None = None,
    ) -> None:
        super().__init__(session, speed=speed, paused=paused, settings=settings)
        assert isinstance(self.timeline, CityTimeline)  # noqa: S101 - of a city there is no other
        self.city_controls: CityControls = self.timeline
        self._chosen: dict[str, str] = {}
        """The charge point that is selected at each site."""
        view = self.city_controls.city_view()
        self._sites = len(view.sites)
        self._overview = CityScreen(self._sites)
        picture = Picture(
            self.controls.view(Window()),
            self._drive(),
            self.selected,
            view,
            keys=self.settings.keys,
        )
        self.set_reactive(EvtuiApp.picture, picture)

    def make_timeline(self, session: Session) -> Timeline:
        """The timeline for a session of a city."""
        assert isinstance(session, CitySession)  # noqa: S101 - of a city there is no other
        return CityTimeline(session)

    def on_mount(self) -> None:
        """Begin with the overview."""
        super().on_mount()
        self.push_screen(self._overview)

    @property
    def is_overview(self) -> bool:
        """Whether the overview is what is seen, below whatever panel is open."""
        return self._overview in self.screen_stack

    def _picture(self, window: Window) -> Picture:
        """The city is looked at anew only while it is seen: it costs more than a site."""
        before = self.picture.city if self.picture is not None else None
        city = before
        if self.is_overview or before is None or before.shown != self._shown:
            city = self.city_controls.city_view(self.size.height)
        seen = super()._picture(window)
        return evolve(seen, city=city)

    @property
    def _shown(self) -> str:
        return self.city_controls.view(Window(log_rows=1, event_rows=1)).scenario

    # From site to site.

    def action_city(self) -> None:
        """To the overview."""
        if not self.is_overview:
            # A screen that was left is gone for good.
            self._overview = CityScreen(self._sites)
            self.push_screen(self._overview)
            self.take_picture()

    def action_open_site(self) -> None:
        """To the screen of the site under the cursor."""
        if self.screen is self._overview:
            self.pop_screen()
            self.take_picture()

    def action_next_site(self) -> None:
        """The site after the one that is shown."""
        self._move(1)

    def _move(self, by: int) -> None:
        city = self.picture.city if self.picture is not None else None
        if city is not None:
            ids = [site.id for site in city.sites]
            self.action_site(ids[(ids.index(city.shown) + by) % len(ids)])

    def action_site(self, site: str) -> None:
        """Show a site by its id."""
        city = self.picture.city if self.picture is not None else None
        if city is not None:
            self._chosen[city.shown] = self.selected
        self.city_controls.show(site)
        view = self.controls.view(Window(log_rows=1, event_rows=1))
        self.selected = self._chosen.get(site, view.cps[0].id)
        for pane in self._network.panes():
            pane.first = None
        self.take_picture()

    def on_site_table_clicked(self, message: SiteTable.Clicked) -> None:
        """Open what was clicked on."""
        self.action_site(message.site)
        self.action_open_site()

    # What means another thing in the overview.

    def action_select(self, by: int) -> None:
        """The site before or after; on a site's screen the charge point."""
        if self.screen is self._overview:
            self._move(by)
        else:
            super().action_select(by)

    def action_link(self) -> None:
        """Cut or join all links of the site under the cursor; on its screen one of a CP."""
        city = self.picture.city if self.picture is not None else None
        if self.screen is not self._overview or city is None:
            super().action_link()
            return
        site = next(site for site in city.sites if site.id == city.shown)
        self.act("join_site" if site.cut_off else "cut_site", site=site.id)

    def action_heal(self) -> None:
        """Undo every fault of links: of all sites and between them, or of one site."""
        city = self.picture.city if self.picture is not None else None
        if self.screen is self._overview and city is not None:
            self.act("heal", site=EVERYONE)
        else:
            super().action_heal()

    def act(self, verb: str, **args: object) -> bool:
        """Act on the city; in the overview nothing is done to a charge point that nobody sees."""
        return not ("cp" in args and self._nobody_sees()) and super().act(verb, **args)

    def action_partition(self) -> None:
        """Ask who can talk to whom, at the site that is seen."""
        if not self._nobody_sees():
            super().action_partition()

    def action_membership(self) -> None:
        """Ask what the selected charge point is to be in the group."""
        if not self._nobody_sees():
            super().action_membership()

    def action_reservations(self) -> None:
        """Show the reservations of the site that is seen."""
        if not self._nobody_sees():
            super().action_reservations()

    def action_energy(self) -> None:
        """Show cables, promises and grants of the site that is seen."""
        if not self._nobody_sees():
            super().action_energy()

    def action_why(self) -> None:
        """Ask why something is so at the site that is seen."""
        if not self._nobody_sees():
            super().action_why()

    def action_messages(self) -> None:
        """Show the messages of the site that is seen."""
        if not self._nobody_sees():
            super().action_messages()

    def action_analytics(self) -> None:
        """Ask the site that is seen."""
        if not self._nobody_sees():
            super().action_analytics()

    def action_table(self, name: str) -> None:
        """Open a view of the site that is seen; that of drivers is of the whole city."""
        if name == "driver" or not self._nobody_sees():
            super().action_table(name)

    def action_log_filter(self) -> None:
        """Open the log of the site that is seen."""
        if not self._nobody_sees():
            super().action_log_filter()

    def action_export_log(self, text: str = "") -> None:
        """Write the log of the site that is seen."""
        if not self._nobody_sees():
            super().action_export_log(text)

    def action_fault(self, title: str) -> None:
        """Break something of the site that is seen."""
        if not self._nobody_sees():
            super().action_fault(title)

    def _nobody_sees(self) -> bool:
        """Whether no site is open; says so."""
        if self.screen is self._overview:
            self._refuse(_OPEN_FIRST.format(self.key_of("open_site")))
        return self.screen is self._overview

    def action_help(self) -> None:
        """Keys and symbols; virtual time stands meanwhile."""
        was_paused = self.paused
        self.set_paused(True)
        self.push_screen(CityHelp(), lambda _: self.set_paused(was_paused))


def _city_keys(width: int, bound: Keymap) -> list[Line]:
    """The keys that only a city has."""
    actions = as_bound((*CITY_ACTIONS, OVERVIEW_ACTIONS[0], OVERVIEW_ACTIONS[2]), bound)
    return help_page.rows("City", actions, width)


class CityHelp(HelpPanel):
    """The help, with the keys of a city before the others."""

    PAGES = {"City": _city_keys, **help_page.PAGES}  # noqa: RUF012 (annotated where it is declared)
