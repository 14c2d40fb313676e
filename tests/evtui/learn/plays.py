"""The keys of every lesson, step by step, as its text says them."""

from collections.abc import Mapping

from tests.evtui.learn.playing import RUN

PLAYS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "ballots": (
        (RUN,),
        ("@leader",),
        ("w", "enter", "escape", "escape"),
        ("m", "escape"),
    ),
    "slots": (
        (RUN,),
        ("w", "#transaction_slot", "enter", "escape", "escape"),
        (RUN,),
        ("L", "escape"),
    ),
    "elections": (
        (RUN,),
        ("@leader", "k"),
        (RUN,),
        ("@old", "k"),
        (RUN,),
    ),
    "quorums": (
        (RUN,),
        ("@follower2", "k", "@follower3", "k"),
        (RUN,),
        ("@follower2", "k"),
        (RUN,),
        ("@crashed", "k"),
        (RUN,),
    ),
    "cut-off": (
        (RUN,),
        ("p", "3", "enter"),
        (RUN,),
        (RUN,),
        ("h", RUN),
        ("[", "@old", "k"),
        (RUN,),
    ),
    "duel": (
        (RUN,),
        ("m", "escape"),
        ("@loner", "p", "2", "enter"),
        (RUN,),
        ("h", RUN),
    ),
    "lost-promise": (
        (RUN,),
        ("CP2", "v", "down", "down", "enter"),
        ("k",),
        (RUN,),
        ("w", "#change_slot", "enter", "escape", "escape"),
    ),
}
