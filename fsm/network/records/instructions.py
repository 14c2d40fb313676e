"""What the network tells a charge point to do (:mod:`fsm.network.instructions`)."""

from typing import NamedTuple


class Instruction(NamedTuple):
    """A CALL of the CSMS to a charge point (:mod:`fsm.network.instructions`)."""

    id: int
    cp_id: str
    """Whom it is for."""
    action: str
    payload: bytes
    """The CALL's payload in msgpack, as it was found to be right."""
    at_us: int
    by: str
    """The charge point at which it was given."""
    status: str = "pending"
    """pending, or answered."""
    answer: str = ""
    """The status of the answer; empty while there is none."""
    result: bytes = b""
    """The answer's payload in msgpack."""
    answered_us: int | None = None

    @property
    def is_pending(self) -> bool:
        """Whether its charge point has not answered yet."""
        return self.status == "pending"
