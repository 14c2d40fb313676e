"""A violated invariant: the error that stops a run, and the sentence that each invariant is."""

from paxos.ballot import Ballot

SENTENCES: dict[str, str] = {
    "A1": "a promise never falls, not even over a restart",
    "A2": "an acceptor accepts only at the ballot that it has promised",
    "A3": "an accepted slot is never lost",
    "A4": "one ballot proposes one value for a slot",
    "A5": "once a value is chosen, every higher ballot proposes that value for the slot",
    "R1": "a slot has one decision, for ever, and only a quorum makes it",
    "R2": "slots are applied without holes",
    "R3": "equal applied slots mean equal states",
    "R4": "the applied slot never goes back while a process lives",
    "R5": "proposals stay within the window beyond the commit index",
    "L1": "a ballot has one leader, in one of its lives",
    "L2": "a read is as new as everything that was answered before it was asked",
    "C1": "a command is applied at most once",
}


class InvariantViolation(Exception):  # noqa: N818 - the field's word for it
    """An invariant does not hold: which, what happened, and who was involved.

    ``sentence`` says what the invariant means, for one that :data:`SENTENCES` does not know.
    """

    def __init__(
        self,
        name: str,
        found: str,
        *,
        sentence: str | None = None,
        slot: int | None = None,
        ballots: tuple[Ballot, ...] = (),
        nodes: tuple[int, ...] = (),
    ) -> None:
        super().__init__(f"{name} ({sentence or SENTENCES[name]}): {found}")
        self.name = name
        self.found = found
        self.slot = slot
        self.ballots = ballots
        self.nodes = nodes

    def __reduce__(self) -> tuple[object, ...]:
        """A world that has ended with it is copied, too: the text cannot be made once more."""
        return _again, (type(self), str(self), self.__dict__)


def _again(kind: type[InvariantViolation], text: str, state: dict[str, object]) -> object:
    """The violation as it was."""
    violation = kind.__new__(kind, text)
    violation.__dict__.update(state)
    return violation
