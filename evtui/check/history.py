"""A history as it was read, and what is wrong with a file that holds none."""

from attrs import Factory, define

from evtui.check.values import short
from evtui.errors import UsageError
from paxos.check.linearizability.operations import Model, Operation


@define
class History:
    """Operations of a file; ``model`` is the machine that they are for."""

    file: str
    format: str
    model: Model
    operations: list[Operation]
    warnings: list[str] = Factory(list)


class BadLineError(Exception):
    """What a line of a history may not hold."""

    def __init__(self, line: int, field: str, found: str, allowed: str) -> None:
        """``field`` is empty where the whole line is meant."""
        super().__init__(line, field, found, allowed)
        self.line = line
        where = f"{field}: " if field else ""
        self.sentence = f"{where}found {short(found)}; allowed {allowed}"

    def told(self, file: str) -> UsageError:
        """As people are told of it."""
        return UsageError(f"{file}:{self.line}: {self.sentence}")
