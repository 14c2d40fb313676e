"""Plans behind one interface: a problem in, joules by EV and step out."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from fsm.energy.planners import edf, equal, fcfs, flow, llf, seed, sllf
from fsm.energy.problem import Plan, Problem

PLANNERS: Mapping[str, Callable[[Problem], Plan]] = MappingProxyType(
    {
        "flow": flow.plan,
        "edf": edf.plan,
        "llf": llf.plan,
        "sllf": sllf.plan,
        "fcfs": fcfs.plan,
        "equal": equal.plan,
        "seed": seed.plan,
    }
)
"""By name. Each keeps every limit at every instant; only ``flow`` keeps every promise."""
