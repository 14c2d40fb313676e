"""What a driver can do: the rows of a chooser, and the figures that some of them take."""

from bisect import bisect_left, bisect_right

from attrs import evolve, frozen

from evtui.keys.keymap import USUAL, Keymap, key_of
from evtui.render import glyphs, units
from evtui.render.line import Line, Span, fit, left, line
from scenarios.driver_view import DriversView

MINUTE_US = 60_000_000
CHOOSE_KEYS = "Enter or digit: do it   ↑ ↓ what   Esc closes"
FILL_KEYS = "↑ ↓ figure   ← → or digits: how much   Enter does it   Esc goes back"
EVERYWHERE = "all"
"""Instead of a site's id, in a city: every one of them."""


@frozen
class Figure:
    """Something to fill in: an amount, or, without a unit, a place."""

    name: str
    unit: str = ""
    steps: tuple[int, ...] = ()
    """Amounts to which the arrows go; others can be typed, up to the last."""
    start: int = 0


FROM = Figure("from, in", "min", (0, 1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1_440), 2)
FOR = Figure("for", "min", (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1_440), 10)
ENERGY = Figure("energy", "Wh", (0, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000), 1_000)
LEAVES = Figure("leaves in", "min", (1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1_440), 10)
PLACE = Figure("at")


@frozen
class Deed:
    """A thing to do: its verb, what it is called, what comes of it, and what it takes."""

    verb: str
    name: str
    note: str
    figures: tuple[Figure, ...] = ()


DEEDS = (
    Deed("reserve", "ask for a connector", "it is promised, or another, or none",
         (PLACE, FROM, FOR, ENERGY)),
    Deed("change_reservation", "other times for it", "under the same number", (FROM, FOR)),
    Deed("cancel_reservation", "cancel it", "somebody else can have it"),
    Deed("plug_in", "plug in", "a session begins", (PLACE,)),
    Deed("change_departure", "leave at another time", "tells it, and leaves then", (LEAVES,)),
    Deed("pause_charging", "pause the charging", "the session can be joined again"),
    Deed("resume_charging", "go on charging", "after a pause or an end"),
    Deed("stop_charging", "end the charging", "stays plugged in"),
    Deed("unplug", "pull the plug", "also under load"),
    Deed("report_stolen", "report the card stolen", "nobody charges on it any more"),
)  # fmt: skip
"""The verbs of :data:`scenarios.driver_acts.ACTS`, in its order."""

ROWS = len(DEEDS) + 2
"""Of the panel."""


@frozen
class Done:
    """What the panel closes with."""

    verb: str
    args: tuple[tuple[str, object], ...]


@frozen
class Draft:
    """What is chosen so far. ``values``: an amount, or the index of a place, for each figure."""

    ev: str
    card: str
    cps: tuple[str, ...]
    sites: tuple[str, ...]
    """Of a city; none else."""
    why_not: tuple[str, ...]
    """For each deed; empty where it is possible."""
    deed: int = 0
    filling: bool = False
    figure: int = 0
    values: tuple[int, ...] = ()
    typing: bool = False
    """Whether a digit goes on with the amount, and does not begin another."""

    @property
    def doing(self) -> Deed:
        """The thing under the cursor, or that is filled in."""
        return DEEDS[self.deed]

    @property
    def asks_more(self) -> bool:
        """Whether it takes figures that nobody was asked for yet."""
        return bool(self.doing.figures) and not self.filling

    def places(self) -> tuple[str, ...]:
        """Where it can be done."""
        if self.doing.verb == "reserve":
            return ("nearest", *(self.sites or self.cps))
        return self.cps

    def pointed(self, index: int) -> "Draft":
        """With the cursor on this row."""
        if self.filling:
            return evolve(self, figure=index, typing=False)
        return evolve(self, deed=index)

    def moved(self, by: int) -> "Draft":
        """Another deed, or another figure of it."""
        if self.filling:
            return self.pointed((self.figure + by) % len(self.doing.figures))
        return self.pointed((self.deed + by) % len(DEEDS))

    def opened(self) -> "Draft":
        """Ask for its figures."""
        values = tuple(figure.start for figure in self.doing.figures)
        return evolve(self, filling=True, figure=0, values=values, typing=False)

    def closed(self) -> "Draft":
        """Back to what can be done."""
        return evolve(self, filling=False)

    def turned(self, by: int) -> "Draft":
        """The next amount up or down, or another place."""
        if not self.filling:
            return self
        steps, value = self.doing.figures[self.figure].steps, self.values[self.figure]
        if not steps:
            return self._with((value + by) % len(self.places()))
        at = bisect_right(steps, value) if by > 0 else bisect_left(steps, value) - 1
        return self._with(steps[min(max(at, 0), len(steps) - 1)])

    def typed(self, digit: str) -> "Draft":
        """A digit more; with none, one less."""
        steps = self.doing.figures[self.figure].steps if self.filling else ()
        if not steps:
            return self
        before = str(self.values[self.figure]) if self.typing or not digit else ""
        text = before + digit if digit else before[:-1]
        return evolve(self._with(min(int(text or "0"), steps[-1])), typing=True)

    def _with(self, value: int) -> "Draft":
        values = list(self.values)
        values[self.figure] = value
        return evolve(self, values=tuple(values), typing=False)

    def done(self, now_us: int) -> Done:
        """The verb and its arguments, with times from now on."""
        deed, args = self.doing, [("ev", self.ev)]
        found: list[tuple[str, object]] = list(args)
        if deed.verb == "report_stolen":
            found = [("id_tag", self.card), *((("site", EVERYWHERE),) if self.sites else ())]
        for figure, value in zip(deed.figures, self.values, strict=False):
            if figure is PLACE:
                place = self.places()[value]
                if place != "nearest":
                    is_site = deed.verb == "reserve" and bool(self.sites)
                    found.append(("site" if is_site else "cp", place))
            elif figure is FROM:
                found.append(("from_us", now_us + value * MINUTE_US))
            elif figure is FOR:
                begin_us = dict(found)["from_us"]
                assert isinstance(begin_us, int)  # noqa: S101 - it stands before
                found.append(("until_us", begin_us + value * MINUTE_US))
            elif figure is LEAVES:
                found.append(("departs_us", now_us + value * MINUTE_US))
            else:
                found.append(("energy_wh", value))
        return Done(deed.verb, tuple(found))

    def says(self, now_us: int) -> str:
        """What Enter does, in words."""
        args = dict(self.done(now_us).args)
        text = f"{self.ev}: {self.doing.name}"
        for key in ("site", "cp"):
            if key in args and args[key] != EVERYWHERE:
                text += f" at {args[key]}"
        if "from_us" in args and "until_us" in args:
            text += f" from {_clock(args['from_us'])} to {_clock(args['until_us'])}"
        if "departs_us" in args:
            text += f", at {_clock(args['departs_us'])}"
        return text


def _clock(time_us: object) -> str:
    assert isinstance(time_us, int)  # noqa: S101 - the draft made it
    return units.clock(time_us, millis=False)


def draft_for(seen: DriversView, cps: tuple[str, ...]) -> Draft:
    """A fresh one for the chosen driver: the cursor at the first thing that is possible."""
    it = seen.chosen
    assert it is not None  # noqa: S101 - who asks has seen one
    why = {act.verb: act.why_not for act in it.acts}
    why_not = tuple(why.get(deed.verb, "") for deed in DEEDS)
    plugged = it.ev.cp is not None
    likely = "stop_charging" if plugged else "reserve"
    return Draft(
        it.ev.id, it.id_tag, cps, seen.sites, why_not,
        deed=next(n for n, deed in enumerate(DEEDS) if deed.verb == likely),
    )  # fmt: skip


def by_digit(digit: str) -> int | None:
    """The deed of a digit: 1 is the first, 0 the tenth."""
    at = (int(digit) - 1) % 10
    return at if at < len(DEEDS) else None


def at(draft: Draft, y: int) -> int | None:
    """The index of what stands on a row; None for nothing."""
    count = len(draft.doing.figures) if draft.filling else len(DEEDS)
    index = y - 2 if draft.filling else y
    return index if 0 <= index < count else None


def keys(draft: Draft) -> str:
    """What the keys do now."""
    return FILL_KEYS if draft.filling else CHOOSE_KEYS


def page(draft: Draft, now_us: int, width: int, keys: Keymap = USUAL) -> list[Line]:
    """What can be done; or of one thing how much, and what Enter does."""
    if not draft.filling:
        rows = [_deed(draft, index, width) for index in range(len(DEEDS))]
        note = draft.why_not[draft.deed]
        if note:
            said: list[Span] = [(" Not now: ", "warn"), (note, "warn")]
        else:
            said = [(" ", ""), (draft.doing.note, "")]
        return [*rows, line(), fit(said, width)]
    head: list[Span] = [(f" {draft.doing.name}", "text bold"), (f"  {draft.doing.note}", "dim")]
    rows = [_figure(draft, index, width) for index in range(len(draft.doing.figures))]
    key = f" {key_of('act_choose', keys)} "
    enter: list[Span] = [(key, "key bold"), (draft.says(now_us), "text bold")]
    return [fit(head, width), line(), *rows, line(), fit(enter, width)]


def _deed(draft: Draft, index: int, width: int) -> Line:
    deed, chosen = DEEDS[index], index == draft.deed
    not_now = bool(draft.why_not[index])
    spans: list[Span] = [
        (glyphs.CURSOR if chosen else " ", "key"),
        (f"{(index + 1) % 10} ", "key bold"),
        (left(deed.name, 26), "dim" if not_now else "text bold"),
        ("not now" if not_now else deed.note, "dim"),
    ]
    return fit(spans, width, "selected" if chosen else "base")


def _figure(draft: Draft, index: int, width: int) -> Line:
    figure, value = draft.doing.figures[index], draft.values[index]
    chosen = index == draft.figure
    text = f"{value:>7,} {figure.unit}" if figure.steps else f"‹ {draft.places()[value]} ›"
    spans: list[Span] = [
        (glyphs.CURSOR if chosen else " ", "key"),
        (left(figure.name, 12), "text bold"),
        (text, "text bold" if chosen else ""),
    ]
    return fit(spans, width, "selected" if chosen else "base")
