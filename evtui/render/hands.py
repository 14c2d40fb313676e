"""What hands can do to a message: keys, words, and which verb comes of it, or why none."""

from typing import Final

from attrs import frozen

from evtui.keys.keymap import USUAL, Keymap, key_of
from scenarios.messages.view import Arrow, Grip

Args = tuple[tuple[str, object], ...]


@frozen
class Hand:
    """One thing to do: its key, its word below the diagram, its title and what comes of it."""

    id: str
    key: str
    word: str
    title: str
    help: str


DELAY: Final = "delay"
CORRUPT: Final = "corrupt"
NETWORK: Final = "hold_all"
"""It needs no message."""
HANDS: Final[tuple[Hand, ...]] = (
    Hand("deliver", "d", "deliver", "Deliver it now", "Before all else at this instant"),
    Hand("drop", "x", "drop", "Drop it", "It never arrives"),
    Hand("duplicate", "c", "copy", "Duplicate it", "It arrives twice"),
    Hand(DELAY, "t", "later", "Delay it", "Asks by how much; others may overtake"),
    Hand(CORRUPT, "b", "break", "Corrupt it", "A bit flips; its checksum tells"),
    Hand("hold", "h", "hold", "Hold or release its link", "Messages wait there, one way"),
    Hand(NETWORK, "H", "hold all", "Hold or release every link", "The whole network waits"),
    Hand("deliver_all", "a", "all to it", "Deliver all to this CP", "In the order they were sent"),
)
"""In the order of the line of keys and of the help."""

NOTHING: Final = "No message is selected: ↑ ↓ select one"
ARRIVES: Final = ("deliver_frame", "deliver_all")
"""Verbs after which what was meant happens at this very instant."""


@frozen
class Order:
    """A verb with its arguments; or, without one, why nothing can be done."""

    verb: str = ""
    args: Args = ()
    why_not: str = ""


def target_of(arrows: tuple[Arrow, ...], receiver: int | None) -> Arrow | str:
    """The arrow that is meant: in full view the one seen, in a row the one that is under way.

    Or a sentence that says why it is not clear.
    """
    if not arrows:
        return NOTHING
    if receiver is not None:
        return arrows[receiver]
    moving = [it for it in arrows if it.is_under_way]
    if len(moving) > 1:
        return f"{len(moving)} of these are under way: Enter, then ← → show one of them"
    return moving[0] if moving else arrows[0]


def order(hand: str, grip: Grip, extra_us: int = 0) -> Order:
    """What comes of a key, with what there is to lay hands on."""
    if hand == NETWORK:
        return Order("release" if grip.network_held else "hold")
    if hand == "hold":
        if not grip.link:
            return Order(why_not="What somebody says to himself has no link")
        return Order("release" if grip.link_held else "hold", grip.link)
    if hand == "deliver_all":
        if not grip.target:
            return Order(why_not="It goes to an EV: only charge points have many at once")
        return Order("deliver_all", (("cp", grip.target),))
    if not grip.frame:
        return Order(why_not=f"Nothing can be done to it any more: {grip.why_not}")
    if hand == CORRUPT and grip.damaged:
        return Order(why_not="It is damaged already")
    extra: Args = (("extra_us", extra_us),) if hand == DELAY else ()
    return Order(f"{hand}_frame", (*grip.frame, *extra))


def words(grip: Grip, *, narrow: bool = False, keys: Keymap = USUAL) -> list[tuple[str, str, str]]:
    """The line of keys for a message under way: id, key, word."""
    link, network = ("free" if it else "hold" for it in (grip.link_held, grip.network_held))
    said = {
        "hold": link if narrow else f"{link} link",
        NETWORK: ("all" if network == "hold" else "free all") if narrow else f"{network} all",
        "deliver_all": f"to {grip.target}" if narrow else f"all to {grip.target}",
    }
    offered = [hand for hand in HANDS if hand.id != "deliver_all" or grip.target]
    offered = [hand for hand in offered if hand.id != "hold" or grip.link]
    offered = [hand for hand in offered if hand.id != CORRUPT or not grip.damaged]
    return [
        (hand.id, key_of(f"hand_{hand.id}", keys), said.get(hand.id, hand.word)) for hand in offered
    ]
