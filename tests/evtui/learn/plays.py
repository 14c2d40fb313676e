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

WRONG: Mapping[str, tuple[tuple[int, tuple[str, ...], str], ...]] = {
    "ballots": ((3, ("w", "escape"), ""), (4, ("l", "escape"), "")),
    "slots": ((2, ("w", "1", "enter", "escape", "escape"), ""), (4, ("m", "escape"), "")),
    "elections": (
        (2, ("@follower", "k"), "That was another CP"),
        (3, ("@old", "k"), "is back before another was elected"),
        (4, ("@leader", "k"), "You crashed another CP"),
    ),
    "quorums": (
        (2, ("@leader", "k"), "that is another lesson"),
        (2, ("CP1", "k"), "EV1 is at CP1"),
        (4, ("@leader", "k"), "shall find out by itself"),
        (6, ("CP1", "k"), "is gone now"),
    ),
    "cut-off": (
        (2, ("@follower", "p", "2", "enter"), "alone that was meant"),
        (3, ("h",), "nobody need elect"),
        (6, ("[",), ""),
        (6, ("[", "@leader", "h"), ""),
    ),
    "duel": (
        (3, ("p", "3", "enter"), "it was to lead on"),
        (4, ("h",), "before it has tried"),
    ),
    "lost-promise": (
        (2, ("CP5", "v", "down", "down", "enter"), "CP2's disk that was meant"),
        (2, ("CP2", "v", "down", "enter"), "Removing is a decision"),
        (3, ("CP5", "k"), "One more is down"),
    ),
    "holes": (
        (1, ("CP2", "k"), "That was you"),
        (2, ("w", "enter", "escape", "escape"), ""),
        (3, ("CP4", "k"), "no quorum is left"),
        (5, ("CP2", "u"), "stands still now"),
    ),
    "snapshots": (
        (2, ("CP4", "k"), "It was CP5 that was meant"),
        (3, ("CP5", "k"), "back too early"),
    ),
    "membership": (
        (2, ("CP3", "k"), "That one was on"),
        (4, ("v", "down", "enter"), "never comes back"),
        (6, ("@leader", "k"), "That was a crash"),
    ),
    "leases": (
        (2, ("@follower", ":by lease"), "That one does not lead"),
        (3, ("@leader", "k"), "That was a crash"),
        (4, ("@old", "u", "]"), "before you asked"),
        (7, ("@old", "u", "]"), "before you asked"),
    ),
    "power": (
        (2, ("CP1", "k"), "opens its contactor"),
        (3, ("h",), "CP1 can be asked"),
        (4, ("CP3", "w", "enter", "escape", "escape"), ""),
        (5, ("h",), "CP1 can be asked"),
    ),
}
"""What else somebody may do: in which step (from 1), the keys, and words of what is said then.

Without words the step only stays open.
"""
