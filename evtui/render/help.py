"""The help panel: keys by group, the views, and what the symbols mean."""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeAlias

from rich.cells import cell_len

from evtui.actions import ACTIONS, GROUPS, VIEWS, Action, as_bound
from evtui.keys.keymap import USUAL, Keymap, key_of
from evtui.render import glyphs
from evtui.render.hands import HANDS
from evtui.render.line import Line, Span, fit, left, line
from scenarios.view import CellState

_GROUP, _KEY = 9, 10
"""Widths of the first two columns."""


def keys(width: int, bound: Keymap = USUAL) -> list[Line]:
    """What is done with a key: key, title, and its help where there is room."""
    lines: list[Line] = []
    for group in GROUPS:
        actions = as_bound((a for a in ACTIONS if a.group == group), bound)
        lines += rows(group, actions, width)
    return lines


TIME = ("pause", "step", "back", "leap_back", "leap_on", "faster", "slower")
"""What works in each live view as in the network."""


def views(width: int, bound: Keymap = USUAL) -> list[Line]:
    """What is opened with a key, and the keys that all of it has."""
    actions = as_bound((a for a in ACTIONS if a.group == VIEWS), bound)
    lines = rows(VIEWS, actions, width, titles=18)
    time = {a.id: a.shown for a in as_bound(ACTIONS, bound)}
    hint = f"Each is live: {' '.join(time[it] for it in TIME)} work there, too; Esc closes it"
    spans: list[Span] = [(left(" Message", _GROUP), "text bold")]
    for hand in HANDS:
        spans += [(key_of(f"hand_{hand.id}", bound), "key bold"), (f" {hand.word} ", "dim")]
    return [*lines, line(), fit([(" " * _GROUP, ""), (hint, "dim")], width), fit(spans, width)]


def rows(group: str, actions: Iterable[Action], width: int, titles: int = 25) -> list[Line]:
    """The actions of one group; ``titles``: the width of their column."""
    lines: list[Line] = []
    for n, (key, title, help_text) in enumerate(_rows(actions)):
        spans: list[Span] = [
            (left(" " + group if n == 0 else "", _GROUP), "text bold"),
            (left(key, _KEY), "key bold"),
            (left(title, titles), ""),
            (help_text, "dim"),
        ]
        lines.append(fit(spans, width))
    return lines


def _rows(actions: Iterable[Action]) -> list[tuple[str, str, str]]:
    """Key, title and help of each action; two opposite ones share a row where it has room."""
    rows: list[tuple[str, str, str]] = []
    opposite = False
    for action in actions:
        if opposite:
            key, title, help_text = rows[-1]
            both = (f"{key} {action.shown}", f"{title} · {action.title}", help_text)
            if cell_len(both[0]) < _KEY and cell_len(both[1]) < 25:
                rows[-1], opposite = both, False
                continue
        rows.append((action.shown, action.title, action.help))
        opposite = bool(action.foot)
    return rows


def _legend(title: str, items: list[tuple[str, str, str]], width: int) -> Line:
    spans: list[Span] = [(left(" " + title, _GROUP), "text bold")]
    words = sum(cell_len(f"{symbol} {word}") for symbol, _, word in items)
    gap = " " * (3 if _GROUP + words + 3 * (len(items) - 1) <= width else 2)
    for n, (symbol, role, word) in enumerate(items):
        spans += [(gap if n else "", ""), (symbol, role), (" " + word, "dim")]
    return fit(spans, width)


def symbols(width: int) -> list[Line]:
    """What each symbol of the screen says."""
    cells = [(glyphs.CELL[s], glyphs.CELL_ROLE[s], glyphs.CELL_WORD[s]) for s in CellState]
    links = [(glyphs.LINK[s], glyphs.LINK_ROLE[s], glyphs.LINK_WORD[s]) for s in glyphs.LINK]
    roles = [(glyphs.ROLE[r], glyphs.ROLE_ROLE[r], r) for r in glyphs.ROLE_ROLE]
    health = [
        (glyphs.STATUS[s], glyphs.STATUS_ROLE[s], "off: never switched on" if s == "off" else s)
        for s in ("paused", "crashed", "off", "cut off")
    ]
    seen = [(glyphs.MONITORED[s], glyphs.MONITORED_ROLE[s], s) for s in glyphs.MONITORED]
    events = [(symbol, role, word) for word, (symbol, role) in glyphs.SEVERITY.items()]
    return [
        _legend("Role", roles, width),
        _legend("CP", health, width),
        _legend("Seen as", seen, width),
        _legend("Slot", [*cells, ("dim", "dim", "on the disk of ✗")], width),
        _legend("Link", links[1:], width),
        _legend("Event", events, width),
    ]


WORDS = (
    ("slot", "a place in the log that all CPs keep alike; it holds one command"),
    ("ballot", "2.CP3: the second round in which CP3 wants to lead; higher ones win"),
    ("prom.", "the highest ballot it has promised: it refuses all below"),
    ("acc.", "the highest ballot in which it has accepted a command"),
    ("chosen", "a quorum has accepted it in one ballot: it can never change"),
    ("com/app", "up to which slot it knows all to be chosen, and what it has applied"),
    ("leader", "who has the promises of a quorum; it alone proposes commands"),
    ("S", "how its monitor sees it, see above"),
    ("P", "control pilot: A no EV, B plugged in, C charging, F out of order"),
    ("held", "what a CP may draw until its grant ends, even cut off from all"),
)
"""What the words on the screens mean: Lamport, Paxos Made Simple; IEC 61851-1 for the pilot."""


def legend(width: int, _bound: Keymap = USUAL) -> list[Line]:
    """Symbols, then words."""
    lines = [*symbols(width), line()]
    for word, says in WORDS:
        lines.append(fit([(left(" " + word, _GROUP), "text bold"), (says, "dim")], width))
    return lines


Page: TypeAlias = Callable[[int, Keymap], list[Line]]

PAGES: Mapping[str, Page] = {
    "Keys": keys,
    "Views": views,
    "Symbols": legend,
}
"""The pages by name; a terminal of 80×24 shows each of them whole."""


def whole(pages: Iterable[list[Line]]) -> list[Line]:
    """All pages, one below the other, where there is room for them."""
    lines: list[Line] = []
    for page in pages:
        lines += [*([line()] if lines else []), *page]
    return lines
