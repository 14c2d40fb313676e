"""Runs that are looked at, and runs that are not."""

from collections.abc import Callable

from paxos.sim.kernel import Event
from scenarios.loader import load
from scenarios.session import Session
from scenarios.world import World


def digest(look: Callable[[Session], object] | None, until_us: int, events: int) -> str:
    """Of a run in bad weather, looked at after every event, or never."""

    def listen(_world: World, _event: Event) -> None:
        if look is not None:
            look(session)

    session = Session(load("bad-weather"), 3, listener=listen)
    session.run(until_us, events)
    assert session.whole.events > 500
    return session.whole.digest()
