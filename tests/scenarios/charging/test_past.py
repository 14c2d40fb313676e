"""What a world remembers of its charging: it is what the log says, and it changes nothing."""

import pickle

import pytest

from scenarios.charging.past import ASKED_MOST, ChargingPast
from scenarios.charging.view import ChargingWindow
from scenarios.loader import load
from scenarios.session import Session
from scenarios.till import newest
from scenarios.timeline import Timeline
from scenarios.view import Window
from tests.scenarios.looking import digest

S = 1_000_000
WANTED = Window(charging=ChargingWindow(cells=50, rows=10))


def ran(scenario: str, seconds: int, seed: int = 1) -> Session:
    """A run that has come so far."""
    session = Session(load(scenario), seed)
    while not session.run(seconds * S, 100_000):
        pass
    return session


@pytest.mark.parametrize(
    ("scenario", "seconds", "seed"),
    [("ten-minutes", 600, 1), ("bad-weather", 300, 3), ("monitor", 300, 1), ("dc-fast", 300, 1),
     ("pause-and-resume", 400, 1), ("leader-crash", 300, 2)],
)  # fmt: skip
def test_readings_are_those_of_the_log(scenario: str, seconds: int, seed: int) -> None:
    """Each transaction with its energy, also where messages get lost and charge points crash."""
    session = ran(scenario, seconds, seed)
    transactions = newest(session.world).transactions
    readings = session.world.past.readings
    assert list(readings) == list(transactions)
    for number, transaction in transactions.items():
        it = readings[number]
        assert (it.cp, it.energy_wh) == (transaction.cp_id, transaction.energy_wh)
        assert it.closed == (not transaction.is_open)
        assert it.last_us <= session.time_us


def test_the_power_of_cables_is_that_of_each_tick() -> None:
    """Compared with what the header's history remembers of the last two minutes."""
    session = ran("ten-minutes", 300)
    history, series = session.world.power_history_w, session.world.past.rails[""].ev
    assert series.count == 300
    ticks = range(300 - len(history), 300)
    assert [series.mean(tick * S, (tick + 1) * S) for tick in ticks] == history
    assert max(history) > 0


def test_loads_and_the_pv_are_remembered_where_there_are_any() -> None:
    """And cost nothing where there are none."""
    rails = ran("bakery-oven", 200).world.past.rails
    assert list(rails) == ["", "A", "B"]
    loads = rails["A"].loads
    assert loads is not None
    assert (loads.mean(0, 60 * S) or 0) == 0
    assert (loads.mean(150 * S, 200 * S) or 0) > 8_000
    assert ran("ten-minutes", 5).world.past.rails[""].loads is None
    pv = ran("pv-cloud", 200).world.past.rails[""].pv
    assert pv is not None
    assert (pv.mean(100 * S, 200 * S) or 0) >= 3_000


def test_asking_anew_is_remembered_by_transaction() -> None:
    """EV1 at 4 min and EV2 at 6 say that they leave at another time; nobody else does."""
    asked = ran("late-departure-change", 500).world.past.asked_us
    assert [[at_us // S for at_us in it[1:]] for it in asked.values()] == [[240], [360]]
    assert ASKED_MOST > 2


def test_remembering_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A world that hears and samples nothing has the same digest."""
    heard = ran("late-departure-change", 400)
    monkeypatch.setattr(ChargingPast, "tick", lambda _self: None)
    monkeypatch.setattr(ChargingPast, "hear", lambda _self, _chosen, _network: None)
    deaf = ran("late-departure-change", 400)
    assert not deaf.world.past.readings
    assert heard.whole.digest() == deaf.whole.digest()


def test_looking_changes_nothing() -> None:
    """A run that is looked at after every event has the digest of one that is not."""
    until_us, events = 60 * S, 4_000
    seen = digest(lambda session: session.view(WANTED), until_us, events)
    assert seen == digest(None, until_us, events)


def test_a_pickle_remembers_and_goes_on() -> None:
    """A checkpoint is one."""
    session = ran("late-departure-change", 200)
    copy = pickle.loads(pickle.dumps(session))  # noqa: S301 - written here
    assert copy.view(WANTED).charging == session.view(WANTED).charging
    for each in (session, copy):
        while not each.run(300 * S, 100_000):
            pass
    assert copy.view(WANTED).charging == session.view(WANTED).charging
    assert copy.whole.digest() == session.whole.digest()


def test_who_goes_back_sees_what_was_then() -> None:
    """And going forward again leads to what was."""
    timeline = Timeline(Session(load("late-departure-change"), 1))
    seen = {}
    for seconds in (100, 250, 400):
        timeline.run(seconds * S, 10**7)
        seen[seconds] = timeline.view(WANTED).charging
    for seconds in (250, 100, 400, 250):
        timeline.go(seconds * S)
        assert timeline.view(WANTED).charging == seen[seconds]


def test_a_checkpoint_hardly_grows() -> None:
    """An hour of six EVs: less than 1 % of all that a session holds."""
    session = ran("commuter-morning", 1_800)
    whole = len(pickle.dumps(session, pickle.HIGHEST_PROTOCOL))
    past = session.world.past
    own = len(pickle.dumps((past.rails, past.readings, past.asked_us), pickle.HIGHEST_PROTOCOL))
    assert own < whole // 100
