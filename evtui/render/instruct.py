"""What an operator can want of a charge point, or of all: the rows of a chooser."""

from attrs import evolve, frozen

from evtui.render import glyphs, units
from evtui.render.line import Line, Span, fit, left, line
from scenarios.view import CpView

EVERYONE = "all"
SHARES = (0, 25, 50, 75)
"""Limits in percent of the rated power."""


@frozen
class Want:
    """A thing to want: its verb, what it is called, and what comes of it."""

    verb: str
    name: str
    note: str
    kind: str = ""


WANTS = (
    Want("stop_cp", "stop", "ends what it serves, then offers nothing"),
    Want("resume_cp", "serve again", "back in service"),
    Want("remote_stop", "end the charging", "the EV is asked to stop"),
    Want("remote_start", "start for", "the next session is this driver's"),
    Want("set_profile", "limit to", "a charging profile of every session"),
    Want("clear_profile", "lift limits", "all charging profiles go"),
    Want("reset", "reset softly", "ends what it serves, and restarts", "Soft"),
    Want("reset", "reset at once", "what it serves is cut off", "Hard"),
)


@frozen
class Order:
    """What is chosen so far. ``drivers`` are EVs with their id tags; at least one, or none."""

    cp: str
    rated_w: int
    drivers: tuple[tuple[str, str], ...]
    cursor: int = 0
    everyone: bool = False
    driver: int = 0
    share: int = 2

    @property
    def want(self) -> Want:
        """The thing under the cursor."""
        return WANTS[self.cursor]

    @property
    def limit_w(self) -> int:
        """What a limit would be."""
        return self.rated_w * SHARES[self.share] // 100

    def moved(self, by: int) -> "Order":
        """Another thing."""
        return evolve(self, cursor=(self.cursor + by) % len(WANTS))

    def turned(self, by: int) -> "Order":
        """Another driver, or another limit."""
        if self.want.verb == "remote_start" and self.drivers:
            return evolve(self, driver=(self.driver + by) % len(self.drivers))
        if self.want.verb == "set_profile":
            return evolve(self, share=min(max(self.share + by, 0), len(SHARES) - 1))
        return self

    def widened(self) -> "Order":
        """For all, or for the one again."""
        return evolve(self, everyone=not self.everyone)

    def args(self) -> dict[str, object] | None:
        """The verb's arguments; None where nobody is there for whom to start."""
        args: dict[str, object] = {"cp": EVERYONE if self.everyone else self.cp}
        if self.want.verb == "remote_start":
            if not self.drivers:
                return None
            args["id_tag"] = self.drivers[self.driver][1]
        if self.want.verb == "set_profile":
            args["limit_w"] = self.limit_w
        if self.want.kind:
            args["kind"] = self.want.kind
        return args


def order_for(cp: CpView, drivers: tuple[tuple[str, str], ...]) -> Order:
    """A fresh one: the cursor at what is most likely, the driver who is plugged in first."""
    cursor = 0 if cp.operative else 1
    here = cp.ev.id if cp.ev is not None else ""
    driver = next((at for at, (ev, _) in enumerate(drivers) if ev == here), 0)
    return Order(cp.id, cp.rated_w, drivers, cursor=cursor, driver=driver)


def page(order: Order, width: int) -> list[Line]:
    """A row for each thing, and for whom."""
    whom = "all charge points" if order.everyone else order.cp
    head: list[Span] = [(" for ", "dim"), (whom, "text bold")]
    rows = [_row(order, index, width) for index in range(len(WANTS))]
    return [fit(head, width), line(), *rows]


HEAD = 2
"""Rows above the first thing."""


def _row(order: Order, index: int, width: int) -> Line:
    want, chosen = WANTS[index], index == order.cursor
    name = want.name
    if want.verb == "remote_start":
        name += f" ‹ {order.drivers[order.driver][0]} ›" if order.drivers else " nobody"
    if want.verb == "set_profile":
        share = SHARES[order.share]
        name += f" ‹ {units.rated(order.limit_w)} kW, {share} % ›"
    spans: list[Span] = [
        (glyphs.CURSOR if chosen else " ", "key"),
        (f"{index + 1} ", "key bold"),
        (left(name, 28), "text bold"),
        (want.note, "" if chosen else "dim"),
    ]
    return fit(spans, width, "selected" if chosen else "base")
