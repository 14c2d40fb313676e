"""Asking anything at any time: an answer or a clear error, and never a change of the run."""

import pickle
from collections.abc import Iterator

import pytest

from fsm.network.describe import describe
from paxos.clients import Purpose, decode
from paxos.messages import NOOP
from scenarios.city.session import CitySession
from scenarios.errors import InputError
from scenarios.loader import load
from scenarios.session import Session
from scenarios.sharing import Sharing
from scenarios.why import orders
from scenarios.why.orders import Orders
from scenarios.why.view import About, Answer, Question
from tests.scenarios.why.asking import S, cps, evs, library, made, run_to

TROUBLED = (
    "bad-weather",
    "crash-after-write",
    "cut-off-under-load",
    "flexible-quorums",
    "grow-and-shrink",
    "hole",
    "leader-crash-before-turn",
    "operator-stops-all",
    "quorum-loss",
    "reservation-lost-to-a-fault",
    "slow-disk",
    "snapshot-catch-up",
    "wiped-disk",
)


def questions(session: Session) -> Iterator[Question]:
    """All that can be asked now; of the slots the newest, the oldest and some between."""
    world = session.world
    yield from (Question(About.REPLICA, cp) for cp in world.nodes)
    yield from (Question(About.EV, ev) for ev in world.cars)
    yield from (Question(About.RESERVATION, str(n)) for n in world.drivers.asks)
    last = session.view().log_last
    slots = sorted({1, 2, last // 3, last // 2, *range(last - 12, last + 1)})
    yield from (Question(About.SLOT, str(slot)) for slot in slots if slot > 0)


def looks_right(answer: Answer, session: Session) -> None:
    """Sentences with words in them, times of the past, slots that exist, and nothing twice."""
    assert answer.at_us == session.time_us
    assert answer.sentences
    texts = [sentence.text for sentence in answer.sentences]
    assert len(texts) == len(dict.fromkeys(texts))
    for sentence in answer.sentences:
        assert not sentence.text.endswith((".", ":", " ", ","))
        assert "None" not in sentence.text
        assert "{" not in sentence.text
        assert sentence.at_us is None or 0 <= sentence.at_us <= session.time_us
        assert sentence.slot is None or 1 <= sentence.slot <= session.view().log_last


@pytest.mark.parametrize("name", TROUBLED)
def test_anything_can_be_asked_at_any_time(name: str) -> None:
    """And the run is the one that nobody has asked: the same events, and the same states."""
    asked, silent = Session(load(name)), Session(load(name))
    end_us = asked.scenario.duration_us
    count = 0
    for part in range(1, 13):
        for session in (asked, silent):
            run_to(session, end_us * part / 12 / S)
        for question in questions(asked):
            looks_right(asked.why(question), asked)
            count += 1
    assert count > 150
    assert asked.world.cluster.trace.digest() == silent.world.cluster.trace.digest()
    assert [cp.state_digest for cp in asked.view().cps] == [
        cp.state_digest for cp in silent.view().cps
    ]


def test_a_copy_of_a_session_answers_as_it_does() -> None:
    """What answers need is part of a checkpoint."""
    session = library("cut-off-under-load", 120)
    copy: Session = pickle.loads(pickle.dumps(session))  # noqa: S301 - it was just made
    for question in questions(session):
        assert copy.why(question) == session.why(question)
    run_to(session, 200)
    run_to(copy, 200)
    for question in questions(session):
        assert copy.why(question) == session.why(question)


@pytest.mark.parametrize("sharing", [Sharing.ALL, Sharing.NOBODY])
def test_every_change_of_a_limit_is_put_down_to_its_command(sharing: Sharing) -> None:
    """The limits of each charge point, slot by slot, as a replica that applies alone finds them."""
    session = run_to(Session(load("rush-hour"), sharing=sharing), 600)
    world = session.world
    machine = world.machine()
    expected: dict[str, list[tuple[int, int, int]]] = {}
    seen: dict[str, tuple[int, int]] = {}
    for slot, command in _heard(session):
        machine.apply(command)
        for cp_id, asset in machine.assets.items():
            now = (asset.limit_w, asset.held_w)
            if seen.get(cp_id, (0, 0)) != now:
                seen[cp_id] = now
                expected.setdefault(cp_id, []).append((slot, *now))
    kept = {
        cp_id: [(it.slot, it.limit_w, it.held_w) for it in known]
        for cp_id, known in world.orders.limits.items()
    }
    assert len(kept) > 10
    assert kept == {cp_id: found[-orders.KEPT_LIMITS :] for cp_id, found in expected.items()}


def _heard(session: Session) -> Iterator[tuple[int, bytes]]:
    """Every update of the log once, by what was chosen: of a command that comes twice the first."""
    assert session.world.invariants is not None
    done = set()
    for slot, (_, value) in sorted(session.world.invariants.chosen.items()):
        command = None if value == NOOP else decode(value)
        if command is None or command.purpose is not Purpose.UPDATE:
            continue
        if (command.client, command.sequence) not in done:
            done.add((command.client, command.sequence))
            yield slot, command.op


def test_orders_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest are kept."""
    monkeypatch.setattr(orders, "KEPT_ORDERS", 3)
    session = library("operator-stops-all", 300)
    kept: Orders = session.world.orders
    assert len(kept.newest) == 3
    slots = [order.slot for order in kept.newest.values()]
    assert slots == sorted(slots)
    assert all(describe(order.command) == order.text for order in kept.newest.values())
    assert all(len(known) <= orders.KEPT_LIMITS for known in kept.limits.values())


def test_after_the_end_and_after_a_violation_there_are_answers() -> None:
    """A run that has ended can still be asked."""
    session = run_to(Session(load("broken-clock-bound")), 3_600)
    assert session.finished
    for question in questions(session):
        looks_right(session.why(question), session)


def test_a_site_of_a_city_is_asked_at_the_city_s_time() -> None:
    """The one that is shown."""
    session = CitySession(load("two-sites"))
    run_to(session, 60)
    for site in session.city.numbers:
        session.show(site)
        answer = session.why(Question(About.REPLICA, session.view().cps[0].id))
        assert answer.at_us == session.view().time_us
        assert answer.sentences


def test_what_is_not_there_is_refused_without_a_change() -> None:
    """Whatever the subject."""
    session = made(cps() + evs(1))
    before = session.world.cluster.trace.digest()
    for about in About:
        for subject in ("", "0", "nobody", "-3", "99999999999999999999", "CP1 ", "ä"):
            with pytest.raises(InputError):
                session.why(Question(about, subject))
    assert session.world.cluster.trace.digest() == before
