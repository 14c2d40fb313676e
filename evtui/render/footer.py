"""The footer: every key that fits, and ``?`` and ``q`` always."""

from collections.abc import Sequence

from attrs import frozen
from rich.cells import cell_len

from evtui.actions import ACTIONS, Action
from evtui.render.line import Line, Span, fit
from evtui.render.picture import Picture


@frozen
class Spot:
    """The cells of the footer on which a click does an action."""

    start: int
    end: int
    action: Action


def label(action: Action, picture: Picture) -> str:
    """The word for an action: what it would do now."""
    cp = picture.cp
    opposite = (
        (action.id == "pause" and (picture.drive.paused or picture.view.finished))
        or (action.id == "kill" and cp is not None and cp.status == "crashed")
        or (action.id == "hold" and cp is not None and cp.status == "paused")
    )
    return action.other if opposite and action.other else action.label or ""


def _width(actions: Sequence[Action], picture: Picture, gap: int) -> int:
    words = [cell_len(a.foot or a.shown) + 1 + cell_len(label(a, picture)) for a in actions]
    return sum(words) + gap * (len(words) - 1) + 2


def shown(picture: Picture, width: int) -> tuple[list[Action], int]:
    """The actions that fit, and the gap between them."""
    actions = [action for action in ACTIONS if action.label is not None]
    while True:
        for gap in (3, 2, 1):
            if _width(actions, picture, gap) <= width:
                return actions, gap
        last = max(actions, key=lambda action: action.rank)
        if last.rank == 0:
            return actions, 1
        actions.remove(last)


def footer(picture: Picture, width: int) -> tuple[Line, list[Spot]]:
    """The line, and where on it one can click. Program keys stand at the right edge."""
    actions, gap = shown(picture, width)
    rest = max(width - _width(actions, picture, gap), 0)
    spans: list[Span] = [(" ", "")]
    spots: list[Spot] = []
    at = 1
    program = False
    for n, action in enumerate(actions):
        space = gap if n else 0
        if action.group == "Program" and not program:
            program = True
            space += rest
        spans.append((" " * space, ""))
        at += space
        text = label(action, picture)
        key = action.foot or action.shown
        spans += [(key, "key bold"), (" " + text, "dim")]
        end = at + cell_len(key) + 1 + cell_len(text)
        spots.append(Spot(at, end, action))
        at = end
    return fit(spans, width, "panel"), spots
