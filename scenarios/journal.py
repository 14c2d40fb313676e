"""Inputs: everything that comes to a run from outside, as data.

A run is a function of scenario, seed and the inputs in its journal. The script of a scenario file,
the keyboard and a random campaign all speak through :class:`Input`, so each of them can be saved,
replayed and turned into the others.
"""

from attrs import field, frozen


@frozen
class Input:
    """Do ``verb`` with ``args`` (see :data:`scenarios.verbs.VERBS`) at ``time_us``.

    ``after_event`` is the number of events that had happened before it: where two inputs share a
    microsecond it says on which side of the events of that microsecond each came.
    """

    time_us: int
    after_event: int
    verb: str
    args: dict[str, object] = field(factory=dict)

    def line(self) -> str:
        """One line of the journal: time in seconds, verb, arguments in order of their names."""
        seconds, micros = divmod(self.time_us, 1_000_000)
        return f"{seconds}.{micros:06d} {self.words()}"

    def words(self) -> str:
        """What was done, without the time."""
        words = [f"{key}={_word(value)}" for key, value in sorted(self.args.items())]
        return " ".join([self.verb, *words])


def _word(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return "|".join(",".join(group) for group in value)
    return str(value)
