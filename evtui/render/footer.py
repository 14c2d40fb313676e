"""The footer: every key that fits, and ``?`` and ``q`` always."""

from collections.abc import Sequence

from attrs import frozen
from rich.cells import cell_len

from evtui.actions import ACTIONS, CITY_ACTIONS, Action, as_bound
from evtui.render.glyphs import DOWN
from evtui.render.line import Line, Span, fit
from evtui.render.picture import Picture


@frozen
class Spot:
    """The cells of the footer on which a click does an action."""

    start: int
    end: int
    action: Action


WHOLE, BRIEF, BARE = range(3)
"""How much room there is for words: for all, for short ones, for not even all of those."""


def label(action: Action, picture: Picture, room: int = WHOLE) -> str:
    """The word for an action: what it would do now. Empty where its key stands alone."""
    cp = picture.cp
    if action.label is None:
        return action.after or action.roomy
    opposite = action.other and (
        (action.id == "pause" and picture.drive.paused)
        or (action.id == "kill" and cp is not None and cp.status == "crashed")
        or (action.id == "pause_cp" and cp is not None and cp.status == "paused")
        or (action.id == "stop_cp" and cp is not None and not cp.operative)
    )
    if action.bare and room == BARE:
        return ""
    whole, short = action.label, action.brief
    if opposite:
        whole, short = action.other, action.brief_other
    if action.off and cp is not None and cp.status == "off":
        whole, short = action.off, action.brief_off
    return short if room >= BRIEF and short else whole


def registry(picture: Picture) -> tuple[Action, ...]:
    """All actions there are, as they are bound; a city has more."""
    actions = ACTIONS if picture.city is None else (*CITY_ACTIONS, *ACTIONS)
    return as_bound(actions, picture.keys)


def possible(picture: Picture) -> list[Action]:
    """The actions that the footer has to offer now: none that would be refused."""
    if picture.view.finished:
        return [
            action
            for action in registry(picture)
            if not action.needs_run and (action.label is not None or action.after)
        ]
    status = picture.cp.status if picture.cp is not None else ""
    refused = {"pause_cp": status in DOWN, "stop_cp": status == "off"}
    return [
        action
        for action in registry(picture)
        if action.label is not None and not refused.get(action.id, False)
    ]


def _said(action: Action, text: str) -> str:
    return f"{action.foot or action.shown} {text}".rstrip()


def said_width(words: Sequence[tuple[Action, str]], gap: int) -> int:
    """Cells that actions with their words take."""
    cells = [cell_len(_said(action, text)) for action, text in words]
    return sum(cells) + gap * (len(cells) - 1) + 2


def shown(picture: Picture, width: int) -> tuple[list[tuple[Action, str]], int]:
    """The actions that fit with their words, and the gap between them.

    Where there is plenty, what has no place in a narrow footer is there, too, as much of it as
    fits. Where room is short, the longest words go first, then words that their keys do without,
    then the palette, then whole actions.
    """
    actions = possible(picture)
    found: list[tuple[Action, str]] | None = None
    for extra in [None, *sorted((a for a in registry(picture) if a.roomy), key=lambda a: a.rank)]:
        wanted = [it for it, _ in found] if found else actions
        more = [a for a in registry(picture) if a in wanted or a is extra]
        words = [(action, label(action, picture)) for action in more]
        if said_width(words, 3) <= width:
            found = words
    return arrange(actions, picture, width) if found is None else (found, 3)


def arrange(
    actions: list[Action], picture: Picture, width: int
) -> tuple[list[tuple[Action, str]], int]:
    """The actions that fit, with whole words, short ones or none, and the gap between them."""
    actions = list(actions)
    while True:
        for room in (WHOLE, BRIEF, BARE):
            words = [(action, label(action, picture, room)) for action in actions]
            for gap in (3, 2, 1):
                if said_width(words, gap) <= width:
                    return words, gap
        last = max(reversed(actions), key=lambda action: action.rank)
        if last.rank == 0:
            return words, 1
        actions.remove(last)


def footer(picture: Picture, width: int) -> tuple[Line, list[Spot]]:
    """The line, and where on it one can click. Program keys stand at the right edge."""
    return lay_out(*shown(picture, width), width)


def lay_out(words: Sequence[tuple[Action, str]], gap: int, width: int) -> tuple[Line, list[Spot]]:
    """Actions with their words on one line, and where on it one can click."""
    rest = max(width - said_width(words, gap), 0)
    spans: list[Span] = [(" ", "")]
    spots: list[Spot] = []
    at = 1
    program = False
    for n, (action, text) in enumerate(words):
        space = gap if n else 0
        if action.group == "Program" and not program:
            program = True
            space += rest
        spans.append((" " * space, ""))
        at += space
        key = action.foot or action.shown
        spans += [(key, "key bold"), (_said(action, text)[len(key) :], "dim")]
        end = at + cell_len(_said(action, text))
        spots.append(Spot(at, end, action))
        at = end
    return fit(spans, width, "panel"), spots
