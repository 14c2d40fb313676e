"""The chooser of a link: every other CP, the state of the link to it, and what Enter would do."""

from collections.abc import Sequence

from rich.cells import cell_len

from evtui.keys.keymap import USUAL, Keymap, key_of
from evtui.render import glyphs
from evtui.render.line import Line, Span, clip, fit, left
from scenarios.view import CpView, View


def others(view: View, selected: str) -> list[tuple[CpView, str]]:
    """Every other CP with the state of the selected CP's link to it."""
    me = next((cp for cp in view.cps if cp.id == selected), None)
    if me is None:
        return []
    return [(cp, state) for cp, state in zip(view.cps, me.links, strict=False) if cp.id != selected]


def verb(state: str) -> str:
    """What ``x`` means for a link in this state: whole links are cut, others joined."""
    return "cut" if state in {"up", "lossy", "held"} else "join"


def page(
    choices: Sequence[tuple[CpView, str]],
    selected: str,
    cursor: int,
    size: tuple[int, int],
    keys: Keymap = USUAL,
) -> list[Line]:
    """A row for each other CP; the first nine have a digit as their key."""
    width, height = size
    top = first_row(len(choices), cursor, height)
    lines, key = [], f"{key_of('link_choose', keys)} "
    for index, (cp, state) in enumerate(choices[top : top + height], start=top):
        spans: list[Span] = [
            (glyphs.CURSOR if index == cursor else " ", "key"),
            (f"{index + 1} " if index < 9 else "  ", "key bold"),
            (left(f"{clip(selected, 10)} {glyphs.LINK.get(state, '?')} {cp.id}", 20), "text bold"),
            (left(glyphs.LINK_WORD.get(state, state), 18), glyphs.LINK_ROLE.get(state, "")),
            (key if index == cursor else " " * cell_len(key), "key bold"),
            (verb(state) + "s it", "" if index == cursor else "dim"),
        ]
        lines.append(fit(spans, width, "selected" if index == cursor else "base"))
    return lines


def first_row(count: int, cursor: int, height: int) -> int:
    """Index of the choice on the first row."""
    return min(max(cursor - height + 1, 0), max(count - height, 0))
