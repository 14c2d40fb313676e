"""The help panel: keys by group, and what the symbols mean."""

from evtui.actions import ACTIONS, GROUPS
from evtui.render import glyphs
from evtui.render.line import Line, Span, fit, left, line
from scenarios.view import CellState


def keys(width: int) -> list[Line]:
    """Every action: key, title, and its help where there is room."""
    lines: list[Line] = []
    for group in GROUPS:
        for n, action in enumerate(a for a in ACTIONS if a.group == group):
            spans: list[Span] = [
                (left(" " + group if n == 0 else "", 10), "text bold"),
                (left(action.shown, 7), "key bold"),
                (left(action.title, 25), ""),
                (action.help, "dim"),
            ]
            lines.append(fit(spans, width))
    return lines


def _legend(title: str, items: list[tuple[str, str, str]], width: int) -> Line:
    spans: list[Span] = [(left(" " + title, 10), "text bold")]
    for n, (symbol, role, word) in enumerate(items):
        spans += [("   " if n else "", ""), (symbol, role), (" " + word, "dim")]
    return fit(spans, width)


def symbols(width: int) -> list[Line]:
    """What each symbol of the screen says."""
    cells = [(glyphs.CELL[s], glyphs.CELL_ROLE[s], glyphs.CELL_WORD[s]) for s in CellState]
    links = [(glyphs.LINK[s], glyphs.LINK_ROLE[s], glyphs.LINK_WORD[s]) for s in glyphs.LINK]
    health = [(glyphs.ROLE[r], glyphs.ROLE_ROLE[r], r) for r in glyphs.ROLE_ROLE]
    health += [
        (glyphs.STATUS[s], glyphs.STATUS_ROLE[s], s) for s in ("paused", "crashed", "cut off")
    ]
    events = [(symbol, role, word) for word, (symbol, role) in glyphs.SEVERITY.items()]
    return [
        _legend("CP", health, width),
        _legend("Slot", [*cells, ("dim", "dim", "on the disk of ✗")], width),
        _legend("Link", links[1:], width),
        _legend("Event", events, width),
    ]


def page(width: int, *, spaced: bool = False) -> list[Line]:
    """The whole panel: 22 lines, so that it is seen at once in 80×24."""
    return [*keys(width), *([line()] if spaced else []), *symbols(width)]
