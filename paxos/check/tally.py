"""How often each invariant was checked, and how near some have come to breaking.

A check is one comparison that could have raised. What is compared for several invariants at once is
counted once, by where it is compared, and asked for by name: counting costs a run almost nothing.
"""

from attrs import define


@define
class Tally:
    """Comparisons by where they are made; of those that concern slots, one for each slot."""

    restarts: int = 0
    """Acceptors that came back from their disk."""
    kept: int = 0
    """Slots that they had to bring back."""
    steps: int = 0
    """Replicas that finished a step."""
    led: int = 0
    """Leaders that did."""
    states: int = 0
    """Digests of states that were compared."""
    prepares: int = 0
    windows: int = 0
    """Proposals, where they are made."""
    proposed: int = 0
    """Slots proposed, where they leave."""
    acknowledging: int = 0
    """Acknowledgements, where they are made."""
    acknowledged: int = 0
    """Slots in them."""
    promised: int = 0
    """Promises that leave."""
    voted: int = 0
    """Acknowledgements that leave."""
    chosen: int = 0
    """Slots for which a vote completed a quorum."""
    applied: int = 0
    installed: int = 0
    answered: int = 0
    window_left: int | None = None
    """Slots that were left in the window of a leader at the least; None before any proposal."""
    slots_ahead: int | None = None
    """How much newer than it had to be a read was at the least, in slots; None without reads."""

    def by_name(self) -> dict[str, int]:
        """How often each invariant was checked, in the order of the sentences."""
        return {
            "A1": self.restarts + self.steps + self.promised,
            "A2": self.acknowledging + self.voted,
            "A3": self.kept + self.steps + self.acknowledged,
            "A4": self.acknowledged + self.proposed,
            "A5": self.proposed + self.chosen,
            "R1": self.chosen + self.applied,
            "R2": self.applied + self.steps,
            "R3": self.states,
            "R4": self.applied + self.installed + self.steps,
            "R5": self.windows,
            "L1": self.prepares + self.led,
            "L2": self.answered,
            "C1": self.applied,
        }

    def window(self, left: int) -> None:
        """A proposal leaves so many slots of the window."""
        self.windows += 1
        if self.window_left is None or left < self.window_left:
            self.window_left = left

    def read(self, ahead: int) -> None:
        """A read was answered from so many slots after the one that it had to know."""
        self.answered += 1
        if self.slots_ahead is None or ahead < self.slots_ahead:
            self.slots_ahead = ahead
