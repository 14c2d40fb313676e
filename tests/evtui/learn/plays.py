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
    "holes": (
        (RUN,),
        ("w", "#hole_slot", "enter", "escape", "escape"),
        (RUN,),
        ("w", "#hole", "enter", "escape", "escape"),
        ("CP1", "u", "CP5", "k", RUN),
    ),
    "snapshots": (
        (RUN,),
        ("CP5", "k"),
        (RUN,),
        ("CP5", "k", RUN),
        ("w", "enter", "escape", "escape"),
    ),
    "membership": (
        (RUN,),
        ("CP4", "k"),
        (RUN,),
        ("v", "enter", RUN),
        ("v", "enter", RUN),
        ("@leader", "v", "down", "enter", RUN),
        ("w", "#change_slot", "enter", "escape", "escape"),
    ),
    "leases": (
        (RUN,),
        ("@leader", ":by lease"),
        ("u", RUN),
        ("@old", "u", ":by lease"),
        (RUN,),
        ("@leader", "u", RUN),
        ("@old", "u", ":by lease"),
        ("i", "escape"),
    ),
    "power": (
        (RUN,),
        ("CP1", "p", "2", "enter"),
        (RUN,),
        ("CP3", "w", "down", "enter", "escape", "escape"),
        (RUN,),
        (RUN,),
        ("h", RUN),
        ("i", "escape"),
    ),
}
