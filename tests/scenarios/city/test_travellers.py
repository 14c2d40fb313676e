"""What a driver does whom one site cannot serve, and what the directory tells him."""

from typing import Any

from scenarios.city.session import CitySession
from scenarios.city.travellers import Traveller
from tests.scenarios.city.cities import TWO, S, ask, drivers, run_to, session

FULL = TWO.replace("cps = 3", "cps = 1", 1)
"""North has one charge point."""


def of(run: CitySession, ev: str) -> Traveller:
    """What a driver is about."""
    found = run.city.travellers.of(ev)
    assert found is not None
    return found


def tries(run: CitySession, ev: str) -> list[tuple[str, str, str]]:
    """Site, why that, and the answer of each of his questions."""
    return [(run.city.sites[each.site].id, each.why, each.ask.answer) for each in of(run, ev).tries]


def full(text: str = FULL, count: int = 3) -> CitySession:
    """North's only connector is promised to EV1."""
    run = run_to(session(text + drivers(count)), 30)
    ask(run, "EV1")
    return run_to(run, 32)


def test_the_nearest_site_is_asked_first() -> None:
    """As the crow flies; it promises by its own log."""
    run = full()
    assert tries(run, "EV1") == [("North", "nearest", "Reserved")]
    assert run.city.worlds[1].drivers.asks[1].cp == "North-1"


def test_whom_it_cannot_serve_it_tells_of_the_next() -> None:
    """Which answers from its own log, with a reservation that it holds."""
    run = full()
    ask(run, "EV2")
    run_to(run, 34)
    assert tries(run, "EV2") == [("North", "nearest", "Refused"), ("South", "told", "Reserved")]
    assert of(run, "EV2").tries[1].age_us < 5 * S
    record = next(iter(run.city.worlds[2].node(1).network.reservations.values()))  # type: ignore[union-attr]
    assert (record.id_tag, record.is_active) == ("EV2", True)
    run_to(run, 400)
    assert of(run, "EV2").status in ("charges", "left")
    north, south = run.city_view().sites
    assert (north.redirected_out, south.redirected_in, south.served) == (1, 1, 1)


def test_no_window_begins_before_he_can_be_there() -> None:
    """800 m at 8 m/s are 100 s."""
    run = full()
    ask(run, "EV2")
    run_to(run, 34)
    asked = of(run, "EV2").tries[1].ask
    assert 95 * S < asked.from_us - asked.asked_us < 105 * S


def test_a_site_that_is_full_by_fresh_news_is_not_asked() -> None:
    """And the reason of the one that was stays to be told."""
    text = FULL.replace("cps = 3", "cps = 1")
    run = run_to(session(text + drivers(3)), 30)
    ask(run, "EV1")
    run_to(run, 32)
    ask(run, "EV2")
    run_to(run, 45)
    ask(run, "EV3")
    run_to(run, 50)
    assert tries(run, "EV3") == [("North", "nearest", "Refused")]
    assert of(run, "EV3").status == "gave up"
    assert of(run, "EV3").reason == "North: North-1 is occupied"


def test_without_news_he_asks_by_the_map() -> None:
    """The directory of a site that is cut off grows old, and is believed no more."""
    run = run_to(session(FULL + drivers(2)), 30)
    run.act("cut_site", site="North")
    run_to(run, 60)
    assert run.city_view().sites[0].news[0].stale
    ask(run, "EV1")
    run_to(run, 62)
    ask(run, "EV2")
    run_to(run, 65)
    assert tries(run, "EV2") == [("North", "nearest", "Refused"), ("South", "map", "Reserved")]
    assert of(run, "EV2").tries[1].age_us > 20 * S
    run.act("join_site", site="North")
    run_to(run, 75)
    assert not run.city_view().sites[0].news[0].stale


def test_a_site_without_a_quorum_sends_him_on() -> None:
    """It refuses at once; he does not hang there."""
    run = run_to(session(TWO + drivers(1)), 30)
    run.act("crash", cp="North-1")
    run.act("crash", cp="North-2")
    run_to(run, 40)
    ask(run, "EV1")
    run_to(run, 42)
    asked = [(site, answer) for site, _, answer in tries(run, "EV1")]
    assert asked == [("North", "Refused"), ("South", "Reserved")]
    assert of(run, "EV1").tries[0].ask.reason == "CutOff"


def test_who_gets_no_answer_asks_elsewhere_and_calls_off() -> None:
    """The charge point that he asked stands still: his question may be granted later."""
    run = run_to(session(TWO + drivers(1)), 30)
    for cp in ("North-1", "North-2", "North-3"):
        run.act("pause", cp=cp)
    ask(run, "EV1")
    run_to(run, 38)
    assert tries(run, "EV1") == [("North", "nearest", "NoAnswer"), ("South", "map", "Reserved")]
    for cp in ("North-1", "North-2", "North-3"):
        run.act("resume", cp=cp)
    run_to(run, 80)
    kept = run.city.worlds[1].node(1).network.reservations  # type: ignore[union-attr]
    assert all(not record.is_active for record in kept.values())
    assert run.city.violation is None


def test_his_tries_are_bounded() -> None:
    """Four sites are full; he asks as many as the file allows, and says why each refused."""
    sites = "".join(
        f'[[site]]\nid = "S{n}"\nat = ["{300 * n}m", "0m"]\ncps = 1\n' for n in range(1, 5)
    )
    text = f'duration = "10m"\n[directory]\ntries = 2\nstale = "1s"\n{sites}' + drivers(1)
    run = run_to(session(text), 20)
    for n in range(1, 5):
        run.act("stop_cp", cp=f"S{n}-1")
    run_to(run, 30)
    ask(run, "EV1")
    run_to(run, 40)
    assert [site for site, _, _ in tries(run, "EV1")] == ["S1", "S2"]
    assert of(run, "EV1").status == "gave up"
    assert of(run, "EV1").reason == (
        "S1: S1-1 is stopped by the operator; S2: S2-1 is stopped by the operator"
    )


def test_what_he_does_not_use_is_called_off() -> None:
    """He asks again, elsewhere: the first promise ends at its own site."""
    run = run_to(session(TWO + drivers(1)), 30)
    ask(run, "EV1", until_s=400)
    run_to(run, 32)
    run.act("reserve", ev="EV1", from_us=200 * S, until_us=500 * S, energy_wh=300, site="South")
    run_to(run, 36)
    assert tries(run, "EV1") == [("South", "nearest", "Reserved")]
    kept = run.city.worlds[1].node(1).network.reservations  # type: ignore[union-attr]
    assert [record.status for record in kept.values()] == ["Cancelled"]
    assert run.city.violation is None


def test_the_news_of_a_deposed_leader_do_not_count(monkeypatch: Any) -> None:
    """It goes on telling until it hears of its successor, whose ballot is higher."""
    run = run_to(session(TWO), 30)
    run.act("pause", cp="leader", site="South")
    run_to(run, 50)
    leader = run.city.worlds[1].leader()
    assert leader is not None
    assert leader.directory is not None
    version = leader.directory.entries[2].summary.version
    run.act("resume", cp="leader", site="South")
    run_to(run, 60)
    assert leader.directory.entries[2].summary.version[:2] >= version[:2]
    assert version[0] > 1
