"""``evtui run --diagram``: the messages of a part of a run, drawn when it has ended."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from attrs import frozen

from evtui.diagram.files import ROWS_MAX, check_name, write
from evtui.errors import UsageError
from scenarios.errors import InputError
from scenarios.schema import Scenario
from scenarios.session import Session
from scenarios.units import DURATION


@frozen
class Order:
    """What was asked for."""

    file: str
    from_us: int | None
    until_us: int | None
    show: str | None


@contextmanager
def drawn(order: Order, scenario: Scenario) -> Iterator[Callable[[Session], None]]:
    """What switches the recorder on; afterwards the diagram is written.

    Raises:
        UsageError: an option cannot be used, the part has too many rows, or the file cannot be
            written.
    """
    end_us = scenario.duration_us if order.until_us is None else order.until_us
    since_us = order.from_us or 0
    if since_us > end_us:
        found, most = DURATION.format(since_us), DURATION.format(end_us)
        raise UsageError(f'--from: found "{found}"; allowed 0s to {most}, where the run ends')
    try:
        check_name(order.file)
    except ValueError as error:
        raise UsageError(f"--diagram: {error}") from None
    held: list[Session] = []

    def attend(session: Session) -> None:
        try:
            session.message_filter(order.show or "")
        except InputError as error:
            raise UsageError(f"--show: {error}") from None
        session.record()
        held.append(session)

    yield attend
    session = held[0]
    wanted = session.message_filter(order.show or "")
    diagram = session.messages_between((since_us, end_us), wanted, ROWS_MAX)
    if not diagram.newest:
        raise UsageError(
            f"--diagram: found more than {ROWS_MAX:,} rows from {DURATION.format(since_us)} to "
            f"{DURATION.format(end_us)}; allowed a shorter time (--from, --until) or fewer "
            "messages (--show)"
        )
    title = f"{scenario.name} --seed {session.world.seed}"
    try:
        write(order.file, diagram, title, session.frame)
    except ValueError as error:
        raise UsageError(f"--diagram: {error}") from None
