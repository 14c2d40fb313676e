"""Charging over time as the interface sees it: frozen, and nothing of the world in it.

All that is over time is in cells: as many as are asked for, of equal length, between two times.
Power in W is the mean of a cell; -1 says that there is nothing to be said of it.
"""

from typing import Final

from attrs import frozen

MINUTE_US: Final = 60_000_000

SPANS_US: Final = tuple(
    MINUTE_US * minutes
    for minutes in (
        1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 360, 480, 720, 1_080, 1_440, 2_160,
        2_880, 4_320, 5_760, 10_080, 20_160, 40_320,
    )
)  # fmt: skip
"""How long a time axis can be: a minute to four weeks."""

NOTHING: Final = -1
"""In a cell: there was nobody, or nothing is known."""


@frozen
class ChargingWindow:
    """What is wanted: which part of time, which EVs, and of which of them the course of energy."""

    cells: int
    """Of the time axis."""
    rows: int
    """EVs that are seen."""
    first: int = 0
    """The first of them; another one where the EV that is looked at would not be seen."""
    ev: str = ""
    """The EV that is looked at; empty, or one that is not there: the first one."""
    at: str = ""
    """Where nobody is looked at: the EV at this charge point, if there is one."""
    from_us: int | None = None
    """None: all there is, from the first arrival to the last departure."""
    until_us: int | None = None
    cabinet: bool = False
    """Whether its cabinet's power is wanted, where it has one; else the site's."""


@frozen
class GanttRow:
    """An EV over time: as it was up to now by its meter's readings, from now on as planned."""

    ev: str
    cp: str
    """Where it is, or was last."""
    word: str
    """What became of its promise or request; without one charging, waiting or left."""
    top_w: int
    """The most that it takes there."""
    power_w: tuple[int, ...]
    """In each cell; ``NOTHING`` where it is not there."""
    came_us: tuple[int, ...]
    left_us: tuple[int, ...]
    departure_us: int
    """When it will leave, as promised or as its driver said; 0 where nobody knows, or it has."""
    asked_us: tuple[int, ...]
    """When it negotiated anew: its driver leaves at another time than he had said."""
    got_wh: int
    """Of what was promised or asked; without that, in its last stay."""
    wanted_wh: int
    """What was promised or asked; 0 for neither."""


@frozen
class StackView:
    """What a cable carried, and will by the plan, against what it can. A figure for each cell."""

    id: str
    """The cabinet's; empty for the site's own."""
    capacity_w: int
    groups: tuple[tuple[str, tuple[int, ...]], ...]
    """What EVs draw: behind each cabinet, and under the empty name those at this cable itself.

    From now on what is planned for them.
    """
    loads_w: tuple[int, ...]
    """Other loads; from now on the most that the network counts on."""
    pv_w: tuple[int, ...]
    """PV; from now on what is sure."""
    now_w: tuple[int, ...]
    """What each group draws at this instant."""
    loads_now_w: int
    pv_now_w: int
    has_loads: bool
    has_pv: bool


@frozen
class EnergyView:
    """An EV's energy over time, in Wh since it was promised or asked for, or since it came."""

    ev: str
    cp: str
    word: str
    got_wh: int
    wanted_wh: int
    promised: bool
    """Whether ``wanted_wh`` is promised; else it is what was asked for, or its driver's target."""
    short: bool
    """Whether the plan itself says that the promise cannot be kept."""
    planned_wh: int | None
    """What it will have by its departure if all goes as planned; None without a plan for it."""
    possible_wh: int | None
    """What it would have by then at the most it takes, alone from now on; None without a departure.

    Never more than its driver wants.
    """
    departure_us: int
    soc: float
    """In percent, as ``target`` and ``soc_at_0``."""
    target: float
    soc_at_0: float
    """Its state of charge where ``got`` begins."""
    battery_wh: int
    got: tuple[int, ...]
    """At the end of each cell up to now."""
    planned: tuple[int, ...]
    """From now to its departure."""
    possible: tuple[int, ...]


@frozen
class ChargingView:
    """Charging over time at one site."""

    from_us: int
    until_us: int
    evs: tuple[str, ...]
    """All EVs that ever came: those that are here first, in the order of their arrivals, then those
    that have left, the last one first."""
    first: int
    """Which of them the first row is."""
    rows: tuple[GanttRow, ...]
    chosen: str
    """The EV that is looked at; empty where there is none."""
    stack: StackView
    energy: EnergyView | None
    planned: bool
    """Whether the network plans."""

    @property
    def cells(self) -> int:
        """Of the time axis."""
        return len(self.stack.loads_w)

    def cell(self, time_us: int) -> int:
        """In which cell a time is; below 0 or from ``cells`` on where it is not seen."""
        return (time_us - self.from_us) * self.cells // (self.until_us - self.from_us)
