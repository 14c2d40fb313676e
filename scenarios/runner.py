"""A run from beginning to end, without anybody at the controls."""

from collections.abc import Callable, Sequence
from typing import TextIO

from attrs import evolve

from paxos.sim.kernel import Event
from scenarios.breakpoints.hit import Hit
from scenarios.breakpoints.watch import Watch
from scenarios.breakpoints.words import Breakpoint
from scenarios.client_history import ClientHistory
from scenarios.postmortem import postmortem
from scenarios.recording import Recorder
from scenarios.report import Report, from_view
from scenarios.schema import Scenario
from scenarios.session import Session
from scenarios.till import newest
from scenarios.tracing import TraceWriter
from scenarios.view import Window
from scenarios.world import World

Listener = Callable[[World, Event], None]
"""Is called with each event that happened."""

_SLICE_US = 1_000_000


def run(
    scenario: Scenario,
    *,
    seed: int | None = None,
    until_us: int | None = None,
    trace: TextIO | None = None,
    listener: Listener | None = None,
    record: TextIO | None = None,
    history: TextIO | None = None,
    attend: Callable[[Session], None] | None = None,
    on_progress: Callable[[int], None] | None = None,
    breakpoints: Sequence[Breakpoint] = (),
) -> Report:
    """Run a scenario of one site and report; a city is run by :func:`scenarios.city.runner.run`.

    ``until_us`` ends it early; expectations of later times are then not looked at. ``trace`` takes
    one JSON line for each event, ``listener`` each event itself, ``record`` the log
    (:mod:`scenarios.recording`), ``history`` what its clients saw
    (:mod:`scenarios.client_history`). ``attend`` is given the session before it runs.
    ``on_progress`` is told the virtual time, each virtual second. The run stops before the next
    event when one of the ``breakpoints`` is met.
    """
    writer = None if trace is None else TraceWriter(trace)
    hearer = None if history is None else ClientHistory()
    session = Session(scenario, seed, listener=_all((writer, listener, hearer)))
    if hearer is not None:
        hearer.attend(session.world)
    if attend is not None:
        attend(session)
    recorder = Recorder(session.world, record) if record is not None else None
    hit = run_to(session, until_us, on_progress, breakpoints)
    if recorder is not None:
        recorder.finish()
    if hearer is not None and history is not None:
        history.writelines(f"{line}\n" for line in hearer.lines())
    return evolve(report(session), stopped=hit)


def run_to(
    session: Session,
    until_us: int | None,
    on_progress: Callable[[int], None] | None,
    breakpoints: Sequence[Breakpoint] = (),
) -> Hit | None:
    """Run a session to a time, or to its end, telling of the progress each virtual second.

    Returns where a breakpoint has stopped it, if one has.
    """
    watch = Watch(session, breakpoints) if breakpoints else None
    duration_us = session.scenario.duration_us
    end_us = duration_us if until_us is None else min(until_us, duration_us)
    while session.time_us < end_us and session.whole.violation is None:
        slice_end_us = min(session.time_us + _SLICE_US, end_us)
        if watch is None:
            while not session.run(slice_end_us, 1_000_000):
                pass
        elif (hit := _watched(slice_end_us, watch)) is not None:
            return hit
        if on_progress is not None:
            on_progress(session.time_us)
    return None


def _watched(until_us: int, watch: Watch) -> Hit | None:
    """Run to a time, if nothing stops it before."""
    while True:
        reached, hit = watch.run(until_us, 1_000_000)
        if reached or hit is not None:
            return hit


def _all(listeners: Sequence[Listener | None]) -> Listener | None:
    """One listener for all of them; None for none, so that a run without pays nothing."""
    present = [listener for listener in listeners if listener is not None]
    if len(present) < 2:
        return present[0] if present else None

    def hear(world: World, event: Event) -> None:
        for listener in present:
            listener(world, event)

    return hear


def report(session: Session) -> Report:
    """What a session found up to now."""
    world = session.world
    violation = postmortem(world)
    view = session.view(Window(log_rows=1, event_rows=1))
    return from_view(
        view,
        world.cluster.trace.digest(),
        () if violation is None else (violation,),
        tuple(session.outcomes),
        world.covered(),
        newest(world),
        None if world.clients is None else world.clients.report(),
    )
