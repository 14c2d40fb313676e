"""The editor of a link: what can be done to it, how much of it, and whether one way or both."""

from bisect import bisect_left, bisect_right

from attrs import evolve, field, frozen

from evtui.keys.keymap import USUAL, Keymap, key_of
from evtui.render import glyphs
from evtui.render.line import Line, Span, fit, left, line
from evtui.render.link_matrix import said_of
from scenarios.tables_view import LinkCell

HEAD = 2
"""Rows above the first thing that can be done."""

RATES = (0, 1, 2, 5, 10, 20, 50, 100)
"""Shares in percent to which the arrows go; others can be typed."""
DELAYS = (0, 10, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 60_000)
"""Delays in ms."""


@frozen
class Kind:
    """A thing to do: its verb, name and amounts. ``scale``: the verb's units in one of ours."""

    verb: str
    name: str
    argument: str = ""
    unit: str = ""
    steps: tuple[int, ...] = ()
    scale: int = 1
    start: int = 0


KINDS = (
    Kind("cut", "cut"),
    Kind("join", "join"),
    Kind("delay", "extra delay", "extra_us", "ms", DELAYS, 1_000, 200),
    Kind("loss", "loss", "rate_ppm", "%", RATES, 10_000, 10),
    Kind("corrupt", "damage", "rate_ppm", "%", RATES, 10_000, 10),
    Kind("duplicate", "doubles", "rate_ppm", "%", RATES, 10_000, 10),
    Kind("reorder", "out of order", "rate_ppm", "%", RATES, 10_000, 10),
    Kind("hold", "hold"),
    Kind("release", "release"),
)


@frozen
class Edit:
    """What the editor closes with."""

    verb: str
    args: tuple[tuple[str, object], ...]


@frozen
class Draft:
    """What is chosen so far. ``values`` has an amount for each kind, in its unit."""

    a: str
    b: str
    cursor: int = 0
    one_way: bool = False
    values: tuple[int, ...] = field(default=tuple(kind.start for kind in KINDS))
    typing: bool = False
    """Whether a digit goes on with the amount, and does not begin another."""

    @property
    def kind(self) -> Kind:
        """The thing under the cursor."""
        return KINDS[self.cursor]

    def moved(self, by: int) -> "Draft":
        """Another thing to do."""
        return evolve(self, cursor=(self.cursor + by) % len(KINDS), typing=False)

    def crossed(self) -> "Draft":
        """One way or both; to join is always both ways."""
        return self if self.kind.verb == "join" else evolve(self, one_way=not self.one_way)

    def turned(self, by: int) -> "Draft":
        """The next amount up or down; what has none turns from one way to both."""
        steps, value = self.kind.steps, self.values[self.cursor]
        if not steps:
            return self.crossed()
        at = bisect_right(steps, value) if by > 0 else bisect_left(steps, value) - 1
        return self._with(steps[min(max(at, 0), len(steps) - 1)])

    def typed(self, digit: str) -> "Draft":
        """A digit more; with none, one less."""
        if not self.kind.steps:
            return self
        before = str(self.values[self.cursor]) if self.typing or not digit else ""
        text = before + digit if digit else before[:-1]
        return evolve(self._with(min(int(text or "0"), self.kind.steps[-1])), typing=True)

    def _with(self, value: int) -> "Draft":
        values = list(self.values)
        values[self.cursor] = value
        return evolve(self, values=tuple(values), typing=False)

    def edit(self) -> Edit:
        """The verb, and what it takes."""
        kind = self.kind
        ends: tuple[tuple[str, object], ...] = (("a", self.a), ("b", self.b))
        one_way: tuple[tuple[str, object], ...] = (("oneway", True),) if self.one_way else ()
        if kind.verb in ("hold", "release"):
            return Edit(kind.verb, (*ends, *one_way))
        if not kind.steps:
            return Edit("cut_oneway" if kind.verb == "cut" and self.one_way else kind.verb, ends)
        amount: tuple[str, object] = (kind.argument, self.values[self.cursor] * kind.scale)
        return Edit(kind.verb, (*ends, amount, *one_way))

    def says(self) -> str:
        """What Enter does, in words."""
        kind, value = self.kind, self.values[self.cursor]
        if kind.verb == "join":
            return f"joins {self.a} and {self.b}, both ways"
        arrow = "→" if self.one_way else "↔"
        if kind.verb == "cut":
            return f"cuts {self.a} {arrow} {self.b}"
        if kind.verb == "hold":
            return f"holds what goes {self.a} {arrow} {self.b}, until it is released"
        if kind.verb == "release":
            return f"lets what is held {self.a} {arrow} {self.b} go its way"
        amount = f"{value:,} {kind.unit}"
        gone = "no " if not value else ""
        return f"{self.a} {arrow} {self.b}: {gone}{kind.name}" + (f" {amount}" if value else "")


def page(draft: Draft, cell: LinkCell | None, width: int, keys: Keymap = USUAL) -> list[Line]:
    """What is so now, what can be done, and what Enter does."""
    now: list[Span] = [(" now  ", "dim"), *(said_of(cell) if cell else [])]
    rows = [_row(draft, index, width) for index in range(len(KINDS))]
    key = f" {key_of('link_editor_apply', keys)} "
    enter: list[Span] = [(key, "key bold"), (draft.says(), "text bold")]
    return [fit(now, width), line(), *rows, line(), fit(enter, width)]


def _row(draft: Draft, index: int, width: int) -> Line:
    kind, chosen = KINDS[index], index == draft.cursor
    ways = "one way" if draft.one_way else "both ways"
    if kind.verb == "join":
        ways = "both ways"
    amount = f"{draft.values[index]:>6,} {kind.unit}" if kind.steps else ""
    spans: list[Span] = [
        (glyphs.CURSOR if chosen else " ", "key"),
        (left(kind.name, 14), "text bold"),
        (left(amount, 11), "text bold" if chosen else "dim"),
        (ways, "" if chosen else "dim"),
    ]
    return fit(spans, width, "selected" if chosen else "base")
