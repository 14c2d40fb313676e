"""The verbs of a script and of the controls: what each takes, and whom it may be said of.

A new verb is a row of :data:`VERBS` and what it does, in :mod:`scenarios.inputs`; an argument that
no other verb has is a key of :mod:`scenarios.format.script` besides.
"""

from collections.abc import Mapping
from typing import Final

from attrs import frozen

LEADER = "leader"
"""Instead of a CP's id: whoever leads when it happens; for ``resume``, who led when paused."""

EVERYONE = "all"
"""Instead of a CP's id with an instruction: every charge point that has booted."""


@frozen
class Verb:
    """What one verb takes: names of arguments, in order."""

    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    """What it may have besides."""
    leader: bool = False
    """Whether its ``cp`` may be :data:`LEADER`."""
    everyone: bool = False
    """Whether its ``cp`` may be :data:`EVERYONE`: an instruction."""
    sited: bool = False
    """Whether in a city it may say at which site, though it can name no charge point."""
    of_city: bool = False
    """Whether it is about a city as a whole."""

    @property
    def on_links(self) -> bool:
        """Whether it may be narrowed to one link, and to one direction of it."""
        return self.may[: len(_ONE_LINK)] == _ONE_LINK

    @property
    def takes_site(self) -> bool:
        """Whether it may have ``site`` in a city: what names no charge point of one site."""
        return self.sited or self.leader or self.everyone or self.on_links


_ONE_LINK: Final = ("a", "b", "oneway")
_FRAME: Final = ("source", "target", "message")
"""What names a frame under way; ``nth`` says which of several, the oldest first."""

VERBS: Final[dict[str, Verb]] = {
    # charging: what people do with cars
    "plug_in": Verb(("ev", "cp")),
    "unplug": Verb(("ev",)),
    "stop_charging": Verb(("ev",)),
    "pause_charging": Verb(("ev",)),
    "resume_charging": Verb(("ev",)),
    "change_departure": Verb(("ev", "departs_us")),
    "mute_ev": Verb(("ev",)),
    "unmute_ev": Verb(("ev",)),
    "ignore_limit": Verb(("ev",)),
    "obey_limit": Verb(("ev",)),
    # charging: what the operator wants, and what breaks
    "stop_cp": Verb(("cp",), everyone=True),
    "resume_cp": Verb(("cp",), everyone=True),
    "remote_start": Verb(("cp", "id_tag"), everyone=True),
    "remote_stop": Verb(("cp",), everyone=True),
    "reset": Verb(("cp", "kind"), everyone=True),
    "set_profile": Verb(
        ("cp", "limit_w"), may=("from_us", "for_us", "stack_level", "purpose"), everyone=True
    ),
    "clear_profile": Verb(("cp",), may=("stack_level", "purpose"), everyone=True),
    "composite_schedule": Verb(("cp", "for_us"), everyone=True),
    "stick_contactor": Verb(("cp",)),
    "free_contactor": Verb(("cp",)),
    # drivers: they ask the network for a connector
    "reserve": Verb(("ev", "from_us", "until_us", "energy_wh"), may=("cp", "hold_us"), sited=True),
    "change_reservation": Verb(("ev", "from_us", "until_us")),
    "cancel_reservation": Verb(("ev",)),
    # nodes
    "crash": Verb(("cp",), leader=True),
    "restart": Verb(("cp",)),
    "pause": Verb(("cp",), leader=True),
    "resume": Verb(("cp",), leader=True),
    "crash_after_write": Verb(("cp",), leader=True),
    "crash_in_write": Verb(("cp",), leader=True),
    "disarm": Verb(("cp",)),
    "slow": Verb(("cp", "delay_us"), leader=True),
    "slow_disk": Verb(("cp", "fsync_us"), leader=True),
    "fill_disk": Verb(("cp",), leader=True),
    "free_disk": Verb(("cp",)),
    "clock_drift": Verb(("cp", "drift_ppm"), leader=True),
    "clock_offset": Verb(("cp", "offset_us"), leader=True),
    "stand": Verb(("cp",)),
    # who belongs to the group
    "admit": Verb(("cp",)),
    "promote": Verb(("cp",)),
    "demote": Verb(("cp",), leader=True),
    "remove": Verb(("cp",), leader=True),
    "wipe": Verb(("cp",), leader=True),
    # what the network knows
    "read": Verb(("cp", "how"), leader=True),
    # chance
    "reseed": Verb(("seed",), sited=True),
    # who may charge, and what proves how much
    "block_tag": Verb(("id_tag",), sited=True),
    "unblock_tag": Verb(("id_tag",), sited=True),
    "report_stolen": Verb(("id_tag",), sited=True),
    "revoke": Verb(("ev",)),
    "change_contract": Verb(("ev", "contract")),
    "tamper_meter": Verb(("cp", "energy_wh")),
    # what the cables of a site carry
    "set_breaker": Verb(("capacity_w",), may=("cabinet",), sited=True),
    "reset_breaker": Verb(may=("cabinet",), sited=True),
    "set_load": Verb(("load", "power_w")),
    "free_load": Verb(("load",)),
    "set_pv": Verb(("power_w",), sited=True),
    "free_pv": Verb(sited=True),
    # links between the sites of a city
    "cut_site": Verb(("site",), may=("other",), of_city=True),
    "join_site": Verb(("site",), may=("other",), of_city=True),
    # links between charge points
    "cut": Verb(("a", "b")),
    "cut_oneway": Verb(("a", "b")),
    "join": Verb(("a", "b")),
    "partition": Verb(("groups",)),
    "partition_oneway": Verb(("groups",)),
    "heal": Verb(sited=True),
    "loss": Verb(("rate_ppm",), may=_ONE_LINK),
    "duplicate": Verb(("rate_ppm",), may=_ONE_LINK),
    "reorder": Verb(("rate_ppm",), may=_ONE_LINK),
    "corrupt": Verb(("rate_ppm",), may=_ONE_LINK),
    "delay": Verb(("extra_us",), may=_ONE_LINK),
    # hands on messages under way
    "hold": Verb(may=(*_ONE_LINK, "own")),
    "release": Verb(may=_ONE_LINK),
    "deliver_frame": Verb(_FRAME, may=("nth",)),
    "drop_frame": Verb(_FRAME, may=("nth",)),
    "duplicate_frame": Verb(_FRAME, may=("nth",)),
    "delay_frame": Verb((*_FRAME, "extra_us"), may=("nth",)),
    "corrupt_frame": Verb(_FRAME, may=("nth",)),
    "deliver_all": Verb(("cp",), leader=True),
}
"""Every verb, in the order of the documentation.

``heal`` undoes every link fault; it restarts nothing. The five rates apply to every link between
charge points, to those of one charge point where ``a`` is given as well, or to one link in both
directions with ``a`` and ``b``. ``partition_oneway``: what the first group says reaches no other.
``stop_cp``, ``resume_cp``, ``remote_start``, ``remote_stop``, ``reset`` and the three of charging
profiles are instructions: they go through the log to their charge point, or, with ``all``, to every
one. ``change_departure``: the driver leaves at another time, and says so. ``mute_ev`` lets an EV's
computer hang. ``ignore_limit`` lets an EV draw what its battery takes, whatever it is told.
``reserve`` asks the charge point that is nearest to the EV, or the one named.
``admit`` switches a charge point on that was off, and it asks to join; ``remove`` is for ever.
``wipe`` takes a charge point's disk away, and it is down: after ``restart`` it joins as another
node. ``disarm`` calls ``crash_after_write`` and ``crash_in_write`` off; what makes slow, and a
clock's drift and offset, are undone by 0. ``tamper_meter`` adds energy to the last reading of each
transaction after the meter has signed it; 0 undoes it. ``change_contract`` gives an EV another
contract certificate, from its next session on. ``set_breaker``, ``set_load`` and ``set_pv`` are
physics, of which the network is told nothing. What changes an id tag or revokes an EV's contract
goes through the log.
``reseed``: whatever is drawn from now on (latencies, losses, time-outs, what a crash leaves on a
disk, loads, the sun) is drawn as in the run of another seed; keys and contracts stay.
``stand`` lets a charge point begin phase 1 with a new ballot at once. On a link that is held, every
message waits; ``hold`` and ``release`` are of every link between charge points, of those of one
charge point, or of one link, as the rates are; with ``own`` also of what charge points say to
themselves over Paxos. The five of a frame mean one that is under way: from whom, to whom, what it
is, and the ``nth`` of those, the oldest first.
"""

HARMLESS: Final = frozenset(
    (
        "plug_in", "unplug", "stop_charging", "pause_charging", "resume_charging",
        "change_departure", "unmute_ev", "obey_limit", "stop_cp", "resume_cp", "remote_start",
        "remote_stop", "reset", "set_profile", "clear_profile", "composite_schedule",
        "free_contactor", "reserve", "change_reservation", "cancel_reservation", "restart",
        "resume", "disarm", "free_disk", "admit", "promote", "demote", "remove", "read",
        "block_tag", "unblock_tag", "report_stolen", "revoke", "reset_breaker", "free_load",
        "free_pv", "join_site", "join", "heal", "reseed",
    )
)  # fmt: skip
"""Verbs that are no faults: what people do and want, and the ends of faults."""

_ENDS: Final = frozenset(
    ("release", "deliver_frame", "deliver_all", "stand", "set_load", "set_pv", "change_contract")
)
"""What lets go what was held, and what changes something without breaking it."""

_OFF: Final = frozenset(
    ("rate_ppm", "extra_us", "delay_us", "fsync_us", "drift_ppm", "offset_us", "energy_wh")
)
"""Amounts that end what they are an amount of where they are 0."""


def is_fault(verb: str, args: Mapping[str, object]) -> bool:
    """Whether an input breaks something: it is neither harmless nor the end of a fault."""
    return verb not in HARMLESS and verb not in _ENDS and not any(args.get(it) == 0 for it in _OFF)
