"""The membership picker: what can be done with a CP's place in the group, and what comes of it."""

from attrs import frozen
from rich.cells import cell_len

from evtui.keys.keymap import USUAL, Keymap, key_of
from evtui.render import glyphs
from evtui.render.line import Line, Span, fit, left, line
from scenarios.view import CpView, View


@frozen
class Move:
    """One thing to do: its verb, what comes of it, and why it is not possible (empty: it is)."""

    verb: str
    effect: str
    why_not: str = ""


VERBS = ("admit", "promote", "demote", "remove", "wipe", "restart")
"""Every verb of the picker, in the order of its rows."""

TITLES = {
    "admit": "Admit {cp} to the group",
    "promote": "Promote {cp}: let it vote",
    "demote": "Demote {cp}: let it only learn",
    "remove": "Remove {cp} from the group",
    "wipe": "Wipe the disk of {cp}",
    "restart": "Restart {cp}",
}
"""What the palette calls them."""


def moves(view: View, cp: CpView) -> list[Move]:
    """All that can be done with the membership of a CP, possible now or not.

    It is judged by the picture alone; the world has the last word when it is done.
    """
    member, votes = cp.member != "no member", cp.member == "voter"
    outside = "" if member else "it is no member of the group"
    last = "it is the last that votes" if votes and view.voters == 1 else ""
    off = cp.status == "off"
    nobody = "" if _anybody_runs(view) else "no charge point runs that could ask for it"
    again = "it comes back as another node" if _is_lost(cp) else "it comes back with its disk"
    ev = f"it serves {cp.ev.id}; unplug it first" if cp.ev else ""
    fewer = _then(view, view.voters - 1) if votes else "it learns no more"
    return [
        Move("admit", "it is switched on, and asks to join", "" if off else "it was on before"),
        Move(
            "promote",
            _then(view, view.voters + 1),
            outside
            or ("it votes already" if votes else "")
            or ("" if cp.status == "alive" else "it does not run, and cannot ask for it"),
        ),
        Move("demote", fewer, outside or ("" if votes else "it does not vote") or last or nobody),
        Move("remove", fewer, outside or last or ev or nobody),
        Move(
            "wipe",
            "its promises are lost, so it will be another node",
            "it was never switched on" if off else "",
        ),
        Move(
            "restart",
            again,
            "admit it" if off else "" if cp.status == "crashed" else "it runs",
        ),
    ]


def _then(view: View, voters: int) -> str:
    """Who decides when so many vote; who elects as well, where it is not as many."""
    electors, quorum = view.quorums_of(voters)
    if electors == quorum:
        return f"{voters} would vote, and {quorum} of them choose"
    return f"{voters} would vote: {quorum} of them choose, {electors} elect"


def _anybody_runs(view: View) -> bool:
    return any(cp.status == "alive" and cp.member != "no member" for cp in view.cps)


def _is_lost(cp: CpView) -> bool:
    """Whether the node that was a member is gone with its disk, and another has its place."""
    return cp.node != cp.id and cp.member == "no member"


def standing(view: View, cp: CpView) -> Line:
    """What the CP is now, and how the group decides."""
    name = cp.node if cp.node == cp.id else f"{cp.id} is {cp.node}"
    sign = glyphs.ROLE.get(cp.member, "")
    spans: list[Span] = [
        (f" {name}", "text bold"),
        ("   ", ""),
        (f"{sign} {cp.member}".strip(), ""),
    ]
    if cp.status != "alive":
        spans += [("   ", ""), (f"{glyphs.STATUS[cp.status]} {cp.status}", "warn")]
    elect = "" if view.electors == view.quorum else f", {view.electors} elect"
    spans.append((f"   {view.quorum} of {view.voters} votes choose{elect}", "dim"))
    return line(*spans)


def page(view: View, cp: CpView, cursor: int, width: int, keys: Keymap = USUAL) -> list[Line]:
    """The picker's body: what the CP is, a gap, and a row for each move; digits are its keys."""
    lines, key = [fit(standing(view, cp).spans, width), line()], key_of("membership_choose", keys)
    wide = cell_len(key) + 1
    for index, move in enumerate(moves(view, cp)):
        chosen = index == cursor
        possible = not move.why_not
        text = move.effect if possible else f"not now: {move.why_not}"
        spans: list[Span] = [
            (glyphs.CURSOR if chosen else " ", "key"),
            (f"{index + 1} ", "key bold" if possible else "dim"),
            (left(move.verb, 9), "text bold" if possible else "dim"),
            (left(key if chosen and possible else "", wide), "key bold"),
            (text, "" if possible else "dim"),
        ]
        lines.append(fit(spans, width, "selected" if chosen else "base"))
    return lines


HEAD = 2
"""Rows above the first move."""


def first_possible(view: View, cp: CpView) -> int:
    """Where the cursor begins."""
    return next((n for n, move in enumerate(moves(view, cp)) if not move.why_not), 0)
