"""What is said of a charge point in the table, on its card and in its detail alike."""

from collections.abc import Sequence

from rich.cells import cell_len

from evtui.render import glyphs, units
from evtui.render.line import Span
from scenarios.view import CpView

STATE_ROLE = {
    "waiting_ev": "dim",
    "charging": "ok",
    "failure": "bad bold",
}


def standing(cp: CpView) -> str:
    """What matters most of a CP's health: crashed, off, paused, cut off or alive."""
    if cp.status == "alive" and cp.cut_off:
        return "cut off"
    return cp.status


def role_of(cp: CpView) -> list[Span]:
    """What it is in Paxos: a sign and the word."""
    role = glyphs.ROLE_ROLE.get(cp.role, "dim")
    return [(f"{glyphs.ROLE.get(cp.role, ' ')} {cp.role}", role)]


def status_of(cp: CpView) -> list[Span]:
    """How its process is: a sign and the word."""
    word = standing(cp)
    return [
        (f"{glyphs.STATUS[word]} {word}", "dim" if word == "alive" else glyphs.STATUS_ROLE[word])
    ]


def state_role(cp: CpView) -> str:
    """The role in which a CP's ISO 15118 state is drawn."""
    return "dim" if cp.status in glyphs.DOWN else STATE_ROLE.get(cp.state, "accent")


def seen(cp: CpView, *, word: bool = True) -> list[Span]:
    """What the network sees of the CP: a sign, and its word where there is room.

    What it still takes for good of a CP that is down, is dimmed.
    """
    sign, role = glyphs.MONITORED[cp.monitored], glyphs.MONITORED_ROLE[cp.monitored]
    if cp.status in glyphs.DOWN and role == "ok":
        role = "dim"
    return [(f"{sign} {cp.monitored}" if word else sign, role)]


def links_of(cp: CpView, ids: Sequence[str], width: int) -> list[Span]:
    """The CP's links: a symbol for each CP, or how many are cut, lossy or up."""
    if len(cp.links) <= width:
        return [
            (glyphs.LINK.get(state, "?"), glyphs.LINK_ROLE.get(state, "")) for state in cp.links
        ]
    cut = sum(state in {"cut", "in", "out"} for state in cp.links)
    lossy = cp.links.count("lossy")
    if cut or lossy:
        count, word = (cut, "cut") if cut else (lossy, "lossy")
        text = f"{count} {word}"
        sign = glyphs.LINK[word]
        return [(text if cell_len(text) <= width else f"{count} {sign}", glyphs.LINK_ROLE[word])]
    return [(f"{cp.links.count('up')} up", "dim")]


def reserved(cp: CpView) -> str:
    """For whom its connector is kept, and until when."""
    until = units.clock(cp.reserved_until_us, millis=False)
    return f"reserved for {cp.reserved_for} until {until}"
