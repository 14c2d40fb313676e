"""What all records have in common: a key among their kind, and the places that they hold."""

from typing import Final, NamedTuple

Record = NamedTuple
"""A record of any kind. Stands for a class of this package; at run time it is no class."""

Marks = tuple[tuple[str, str], ...]
"""Places that a record holds as long as it is in force: names of an index, and its keys.

The indexes are :data:`fsm.network.records.tables.INDEXES`; a place names the record that holds it.
"""

NO_MARKS: Final[Marks] = ()


def key_of(record: Record) -> str | int:
    """What identifies a record among its kind: its first field, or what its class calls ``key``."""
    key: str | int = getattr(record, "key", record[0])
    return key


def marks_of(record: Record) -> Marks:
    """The places that a record holds: none, or what its class calls ``marks``."""
    marks: Marks = getattr(record, "marks", NO_MARKS)
    return marks


def flat(record: Record) -> list[object]:
    """A record as a flat list, in the order of its fields."""
    return list(record)
