"""Shorter runs, rounder times, settings as usual, simpler arguments, messages in order."""

import pytest
from attrs import evolve

from scenarios.schema import Consensus, Network, Scenario, Site
from scenarios.session import Session
from scenarios.shrink.order import comes_in_order, few_overtakings, in_order, written_out
from scenarios.shrink.simpler import default_settings, simple_arguments, simpler_values
from scenarios.shrink.times import SECOND_US, move_earlier, round_times
from tests.scenarios.shrink.trials import line, scenario, searching

THREE = "".join(
    (
        line("1m1.234567s", "crash", cp='"CP2"'),
        line("2m3.5s", "crash", cp='"CP3"'),
        line("2m3.7s", "restart", cp='"CP2"'),
    )
)


def times_us(it: Scenario) -> list[int]:
    """When the script does what it does."""
    return [each.t_us for each in it.script]


def test_times_become_as_round_as_can_be() -> None:
    """And the lines stay in their order."""
    search = searching(scenario(THREE), lambda it: it.script[0].t_us > 61 * SECOND_US)
    round_times(search)
    assert times_us(search.best)[0] == 70 * SECOND_US
    assert times_us(search.best)[1:] == [120 * SECOND_US] * 2


def test_a_round_time_stays() -> None:
    """Rounder means rounder: it ends."""
    search = searching(scenario(line("1m", "crash", cp='"CP2"')), lambda it: True)
    round_times(search)
    assert search.trials == 0


def test_lines_move_earlier_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """By whole seconds, as what happens each second stays in step."""
    monkeypatch.setattr("scenarios.shrink.times.cut", lambda search: None)
    search = searching(
        scenario(THREE), lambda it: times_us(it)[1] - times_us(it)[0] >= 20 * SECOND_US
    )
    move_earlier(search)
    assert times_us(search.best) == [234_567, 20_500_000, 20_700_000]


def test_settings_become_the_usual_ones() -> None:
    """Whole tables at once, single keys, cells of charge points; a small log where it matters."""
    whole = evolve(
        scenario("monitor = true\n"),
        site=Site(capacity_w=9_000),
        paxos=Consensus(window=3, snapshot_slots=40, retain_slots=10, fsync_us=7),
    )
    whole = evolve(whole, cps=(evolve(whole.cps[0], rated_w=3_700), *whole.cps[1:]))
    search = searching(whole, lambda it: it.paxos.snapshot_slots < 50 and it.paxos.window == 3)
    default_settings(search)
    best = search.best
    assert best.paxos == Consensus(window=3, snapshot_slots=1)
    assert (best.site, best.monitor, best.cps[0].rated_w) == (Site(), False, 11_000)


@pytest.mark.parametrize(
    ("name", "value", "simpler"),
    [
        ("rate_ppm", 123_456, [1_000_000, 100_000, 200_000, 120_000, 130_000]),
        ("rate_ppm", 1_000_000, []),
        ("delay_us", 40_000, []),
        ("drift_ppm", -1_230, [-1_000, -2_000, -1_200, -1_300]),
        ("cp", "CP1", []),
        (
            "groups",
            (("CP1", "CP2"), ("CP3", "CP4", "CP5")),
            [(("CP2",), ("CP3", "CP4", "CP5", "CP1")), (("CP1",), ("CP3", "CP4", "CP5", "CP2"))],
        ),
        (
            "groups",
            (("CP1",), ("CP2",), ("CP3",)),
            [
                (("CP1", "CP2"), ("CP3",)),
                (("CP1", "CP3"), ("CP2",)),
                (("CP1",), ("CP2", "CP3")),
            ],
        ),
    ],
)
def test_simpler_values(name: str, value: object, simpler: list[object]) -> None:
    """The simplest first, each no longer than the digits that count."""
    assert list(simpler_values(name, value))[: len(simpler)] == simpler
    assert bool(simpler) == bool(list(simpler_values(name, value)))


def test_arguments_become_simpler() -> None:
    """As far as it fails with them."""
    text = line("1s", "loss", rate='"12.3456%"') + line("2s", "slow", cp='"CP1"', delay='"33.7ms"')

    def fails(it: Scenario) -> bool:
        rate_ppm, delay_us = it.script[0].args["rate_ppm"], it.script[1].args["delay_us"]
        assert isinstance(rate_ppm, int)
        assert isinstance(delay_us, int)
        return rate_ppm > 110_000 and delay_us > 33_000

    search = searching(scenario(text), fails)
    simple_arguments(search)
    assert search.best.script[0].args["rate_ppm"] == 1_000_000
    assert search.best.script[1].args["delay_us"] == 40_000


def test_messages_come_in_order_where_that_fails_too() -> None:
    """Rates, tail and late messages go, one by one where not all at once."""
    network = Network(tail=0.7, loss_ppm=9, reorder_ppm=5, latency_us=77)
    search = searching(evolve(scenario(""), network=network), lambda it: True)
    in_order(search)
    assert search.best.network == Network(tail=0.0)
    assert comes_in_order(search.best)
    search = searching(evolve(scenario(""), network=network), lambda it: it.network.loss_ppm == 9)
    in_order(search)
    assert search.best.network == Network(tail=0.0, loss_ppm=9)


def short(seed: int = 5) -> Scenario:
    """Some seconds of three charge points with an election and a crash in them."""
    text = f"seed = {seed}\n" + line("3s", "crash", cp='"leader"')
    whole = scenario(text)
    return evolve(whole, cps=whole.cps[:3], evs=(), duration_us=9 * SECOND_US)


def digest(it: Scenario) -> str:
    """What a run comes to."""
    session = Session(it)
    while not session.finished:
        session.run(it.duration_us, 1_000_000)
    return session.whole.digest()


@pytest.mark.parametrize("seed", range(4))
def test_latencies_written_out_are_the_same_run(seed: int) -> None:
    """Byte for byte, also with loss and reordering on some link."""
    whole = short(seed)
    rates = scenario(
        line("2s", "loss", rate='"20%"')
        + line("4s", "reorder", rate='"30%"', a='"CP1"')
        + line("5s", "delay", extra='"9ms"', a='"CP1"', b='"CP2"')
    ).script
    for it in (whole, evolve(whole, script=(*whole.script, *rates))):
        written = written_out(it)
        assert written.network.tail == 0
        assert len(written.late) > 50
        assert digest(written) == digest(it)
        assert digest(evolve(written, late=())) != digest(it)


def test_few_messages_are_late_in_the_end() -> None:
    """Just those without which it does not fail, and they take a round time."""
    begin = short()
    needed = [it for it in written_out(begin).late if it.takes_us > 5_000][:2]
    ends = [(it.source, it.target, it.number) for it in needed]

    def fails(it: Scenario) -> bool:
        late = {(each.source, each.target, each.number): each.takes_us for each in it.late}
        return bool(it.network.tail) or all(late.get(end, 0) > 4_567 for end in ends)

    search = searching(begin, fails)
    few_overtakings(search)
    assert search.best.network.tail == 0
    assert sorted((it.source, it.target, it.number) for it in search.best.late) == sorted(ends)
    assert all(it.takes_us % 1_000 == 0 for it in search.best.late)
    assert not comes_in_order(search.best)


def test_an_order_that_hangs_on_very_many_keeps_its_tail() -> None:
    """Hundreds of tables would say less than the one number."""
    begin = short()
    search = searching(begin, lambda it: bool(it.network.tail) or len(it.late) > 50)
    few_overtakings(search)
    assert search.best == begin
