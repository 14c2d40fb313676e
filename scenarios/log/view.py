"""The frozen picture of the replicated log: a window of slots, and one slot in full.

Nothing of it is shared with the world. Times are virtual, in µs; None where nobody wrote them down.
"""

from enum import IntEnum

from attrs import frozen


class CellState(IntEnum):
    """What one CP knows of one slot."""

    EMPTY = 0
    ACCEPTED = 1
    CHOSEN = 2
    APPLIED = 3


@frozen
class LogCell:
    """One CP's knowledge of one slot; the ballot as ``round.CP`` (empty for none)."""

    state: CellState
    ballot: str


@frozen
class LogWindow:
    """Which slots are wanted.

    ``rows`` of them from the slot ``at`` on, or with ``back`` those that end there; by default the
    newest. Of fewer than ``rows`` beyond ``at`` it is filled up from before.
    """

    at: int | None = None
    rows: int = 40
    back: bool = False
    cursor: int | None = None
    """The slot that is wanted in full; None for the newest that is shown."""
    text: str = ""
    """A filter as it was typed (:mod:`scenarios.log.query`)."""
    hides: bool = True
    """Whether what the filter does not let through is left out; else it is only not marked."""
    first_cp: int = 0
    """Of which CPs cells are wanted: from this one on, in the order of the file."""
    cps: int = 0


@frozen
class SlotRow:
    """One slot: its command in words, and what each of the wanted CPs knows of it."""

    slot: int
    command: str
    state: CellState
    """The most that any CP knows of it."""
    ballot: str
    """In which it was chosen, or the highest that has proposed something."""
    cells: tuple[LogCell, ...]
    matched: bool = True
    """Whether the filter lets it through."""


@frozen
class ProposalView:
    """What a ballot proposed for a slot, and whose votes for it left when."""

    ballot: str
    by: str
    at_us: int | None
    command: str
    votes: tuple[tuple[str, int], ...]


@frozen
class KnowsView:
    """What one CP knows of a slot, and since when."""

    cp: str
    state: CellState
    ballot: str
    """In which it accepted; empty for one that never did: who only learns accepts nothing."""
    accepted_us: int | None
    applied_us: int | None
    by_snapshot: bool
    """Whether it was applied as part of a snapshot."""
    is_down: bool


@frozen
class SlotView:
    """One slot in full."""

    slot: int
    command: str
    state: CellState
    kind: str
    """``update``, ``read``, ``change``, ``no-op``; empty where nothing is known of the value."""
    client: str
    """Whose client handed it in; empty for a no-op."""
    sequence: int
    ballot: str
    """In which it was chosen; empty while it is not, or where that is not remembered."""
    chosen_us: int | None
    """When the last vote that it needed left."""
    choosers: tuple[str, ...]
    """Whose votes these were."""
    needs: int
    voters: int
    proposals: tuple[ProposalView, ...]
    knows: tuple[KnowsView, ...]
    fields: tuple[tuple[str, str], ...]
    """Of the command, by their names."""
    verdict: str
    """``fresh``, ``duplicate`` or ``stale`` where it was applied; empty where that is not known."""
    answer: tuple[tuple[str, str], ...]
    """What applying it gave, field by field."""


@frozen
class LogTable:
    """A window of the log, and what was looked for in it."""

    rows: tuple[SlotRow, ...]
    first: int
    """The lowest slot that is remembered, and the highest that anybody knows of."""
    last: int
    before: int | None
    """The nearest slot that would be shown before the first row, and after the last one."""
    after: int | None
    detail: SlotView | None
    text: str
    """The filter that holds; where what was typed cannot be used, the one before is kept."""
    refused: str
    """Why what was typed cannot be used; empty where it can."""
    matches: int
    """How many slots it lets through, as far as they were looked at."""
    searched_to: int
    """Down to which slot they were; ``first`` when it is done."""
    previous_match: int | None
    """The nearest slot that it lets through before the cursor, and after it."""
    next_match: int | None

    @property
    def is_done(self) -> bool:
        """Whether all slots were looked at."""
        return self.searched_to <= self.first
