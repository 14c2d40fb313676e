"""What a driver's app knows: request, offer, money, words; and what he can do, and why not."""

import pickle
from typing import Any

import pytest

from scenarios.driver_acts import ACTS
from scenarios.driver_view import DriversView, DriverView
from scenarios.errors import InputError
from scenarios.inbox import KEPT_WORDS, Inbox
from scenarios.loader import load
from scenarios.session import Session
from scenarios.tables_view import DriverWindow
from scenarios.verbs import VERBS
from scenarios.view import EventRow, Window
from tests.scenarios import looking

S = 1_000_000
ARGS: dict[str, dict[str, Any]] = {
    "reserve": {"from_us": 400 * S, "until_us": 500 * S, "energy_wh": 100},
    "change_reservation": {"from_us": 400 * S, "until_us": 500 * S},
    "plug_in": {"cp": "CP5"},
    "change_departure": {"departs_us": 550 * S},
}


def ran(scenario: str, seconds: int, seed: int = 1) -> Session:
    """A run that has come so far."""
    session = Session(load(scenario), seed)
    while not session.run(seconds * S, 100_000):
        pass
    return session


def seen(session: Session, ev: str = "", **changes: Any) -> DriversView:
    """The list, with the app of one."""
    window = DriverWindow(**{"ev": ev, "rows": 50, "words": 50, **changes})
    found = session.view(Window(drivers=window)).drivers
    assert found is not None
    return found


def app(session: Session, ev: str, **changes: Any) -> DriverView:
    """One driver's app."""
    found = seen(session, ev, **changes).chosen
    assert found is not None
    assert found.ev.id == ev
    return found


def told(it: DriverView) -> list[tuple[int, str]]:
    """Words with whole seconds, in their order."""
    return [(row.time_us // S, row.text) for row in it.words]


def test_a_view_has_it_only_where_it_is_asked_for() -> None:
    """Like all parts that are long."""
    assert Session(load("ten-minutes")).view().drivers is None


def test_a_list_has_a_window_around_the_chosen_one() -> None:
    """By name or by place; beyond its ends is the last of them, and no EVs are no error."""
    session = ran("hundred-cps", 5)
    whole = seen(session, rows=1_000)
    names = [row.ev for row in whole.rows]
    assert (whole.first, whole.total, whole.at) == (0, len(names), 0)
    assert names == list(session.world.cars)
    part = seen(session, names[50], rows=10)
    assert (part.first, part.at, len(part.rows)) == (45, 50, 10)
    last = seen(session, at=10**9, rows=10)
    assert last.at == len(names) - 1 == last.first + 9
    assert seen(session, "nobody").at == 0
    lonely = ran("leader-crash", 1)
    lonely.world.cars.clear()
    assert seen(lonely).chosen is None


def test_an_app_follows_a_session_with_its_money() -> None:
    """Running it costs so much so far; over, it is a bill with a receipt, and it is paid."""
    session = ran("tariffs", 150)
    (running,) = [app(session, it.ev.id) for it in session.world.cars.values()][:1]
    assert running.session is not None
    assert running.ev.cp is not None
    assert running.limit_w > 0
    assert running.price_ueur > 0
    assert running.session.cents > 0
    assert running.sessions == ()
    session.act("unplug", ev=running.ev.id)
    session.run(session.time_us + 20 * S, 10**6)
    over = app(session, running.ev.id)
    assert (over.session, over.sessions_total, over.ev.cp) == (None, 1, None)
    (bill,) = over.sessions
    assert (bill.bill, bill.receipt) == ("paid", "Good")
    assert bill.billable_wh == bill.energy_wh > 0
    assert over.ev.balance_cents == running.ev.balance_cents - bill.cents
    text = [words for _, words in told(over)]
    assert f"bill #{bill.transaction} is paid: {bill.cents / 100:,.2f} €" in text[-1]
    assert f"its receipt is Good: {bill.billable_wh:,} Wh are proven" in text


def test_words_tell_of_an_offer_a_move_and_a_loss() -> None:
    """What was said first stays, whatever came of it afterwards."""
    session = ran("reservation-lost-to-a-fault", 150)
    one, two, three = (app(session, ev) for ev in ("EV1", "EV2", "EV3"))
    assert told(one)[0] == (20, "CP1 is reserved for it, reservation #1, held until 6m")
    assert "reservation #1 is moved to CP3" in told(one)[1][1]
    assert (one.ask and one.ask.cp, one.ask and one.ask.news) == ("CP3", "moved")
    assert [text.split(":")[0] for _, text in told(two)][-1] == "loses reservation #2"
    assert (two.ask and two.ask.news) == "lost"
    assert told(three)[0][1].startswith("refused at CP3: no charge point can")
    assert three.ask is not None
    assert three.ask.answer == "refused"
    assert "until" in three.ask.reason or "slow" in three.ask.reason


def test_a_request_that_is_accepted_is_a_promise_and_a_change_may_be_refused() -> None:
    """With the reason, and the promise stands as it was."""
    session = ran("late-departure-change", 390)
    one, two = app(session, "EV1"), app(session, "EV2")
    assert one.request is not None
    assert (one.request.promise, one.departs_us) == ("open", 600 * S)
    assert two.request is not None
    assert "its own power" in two.request.reason
    assert any("a change was refused" in text for _, text in told(two))
    session.run(620 * S, 10**6)
    assert any("its promise was kept" in text for _, text in told(app(session, "EV1")))


def test_a_refusal_at_a_charge_point_is_told() -> None:
    """Whose contract is revoked does not charge, and sees why."""
    session = ran("revoked-contract", 240)
    old = app(session, "Old")
    assert (old.contract, old.card, old.card_reason) == (True, "Blocked", "revoked")
    assert any("FAILED_CertificateRevoked" in text for _, text in told(old))


def test_an_expired_reservation_is_told() -> None:
    """Nobody came in time."""
    session = ran("reservation-expires", 560)
    texts = [text for ev in session.world.cars for _, text in told(app(session, ev))]
    assert any("has expired: nobody came" in text for text in texts)


def test_words_are_in_their_order_and_the_newest_are_kept() -> None:
    """As many as were asked for."""
    session = ran("reservation-lost-to-a-fault", 400)
    for ev in session.world.cars:
        times = [row.time_us for row in app(session, ev).words]
        assert times == sorted(times)
        assert app(session, ev, words=1).words == app(session, ev).words[-1:]
        assert app(session, ev, words=0).words == ()
    inbox = Inbox()
    for n in range(KEPT_WORDS + 5):
        inbox.add(EventRow(n, "info", "EV1", "word"))
    assert [row.time_us for row in inbox.of("EV1")] == list(range(5, KEPT_WORDS + 5))
    assert list(inbox.of("EV2")) == []


def test_the_verbs_are_those_of_a_script() -> None:
    """Each is one, and takes an EV or its id tag."""
    for verb in ACTS:
        assert VERBS[verb].needs[0] in ("ev", "id_tag")


@pytest.mark.parametrize("second", [5, 70, 110])
def test_what_is_not_possible_now_is_refused_in_the_same_words(second: int) -> None:
    """And what nothing stands against is done."""
    for verb in ACTS:
        for ev in ("EV1", "EV3"):
            session = ran("ten-minutes", second)
            why = {act.verb: act.why_not for act in app(session, ev).acts}[verb]
            args = {"id_tag": ev} if verb == "report_stolen" else {"ev": ev, **ARGS.get(verb, {})}
            if "does nothing then" in why:
                continue
            if why:
                with pytest.raises(InputError) as error:
                    session.act(verb, **args)
                assert str(error.value) == why
            else:
                session.act(verb, **args)
                assert session.world.journal[-1].verb == verb


def test_what_would_do_nothing_is_a_reason_too() -> None:
    """Who charges cannot go on, who has paused can."""
    session = ran("ten-minutes", 100)

    def why(verb: str) -> str:
        return {act.verb: act.why_not for act in app(session, "EV1").acts}[verb]

    assert "does nothing then" in why("resume_charging")
    assert why("pause_charging") == ""
    session.act("pause_charging", ev="EV1")
    session.run(session.time_us + 10 * S, 10**6)
    assert app(session, "EV1").paused
    assert why("resume_charging") == ""
    assert "does nothing then" in why("pause_charging")
    session.act("mute_ev", ev="EV1")
    assert app(session, "EV1").hangs
    assert "hangs" in why("resume_charging")


def test_what_somebody_holds_stands_above_what_he_asked_in_vain() -> None:
    """A later question that was refused takes nothing away."""
    session = ran("reservation-lost-to-a-fault", 60)
    session.act("reserve", ev="EV1", cp="CP5", from_us=200 * S, until_us=201 * S, energy_wh=90_000)
    session.run(70 * S, 10**6)
    it = app(session, "EV1")
    assert it.ask is not None
    assert (it.ask.number, it.ask.fate) == (1, "active")
    assert told(it)[-1][1].startswith("refused at CP5")


def test_words_are_pickled_with_the_world() -> None:
    """A copy tells the same, now and later."""
    session = ran("reservation-lost-to-a-fault", 50)
    copy = pickle.loads(pickle.dumps(session))  # noqa: S301 - our own bytes
    for each in (session, copy):
        each.run(200 * S, 10**6)
    assert seen(copy, "EV2") == seen(session, "EV2")


def test_looking_changes_nothing() -> None:
    """A run that is looked at has the digest of one that is not."""
    looked = looking.digest(lambda it: seen(it, "EV2", words=5), 20 * S, 10**5)
    assert looked == looking.digest(None, 20 * S, 10**5)
