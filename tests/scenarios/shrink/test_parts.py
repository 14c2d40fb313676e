"""Leaving parts of a scenario out: with each goes all that speaks of it."""

from attrs import evolve

from scenarios.schema import Scenario
from scenarios.shrink.parts import (
    delete_all,
    delete_lines,
    delete_pairs,
    delete_with_other_seeds,
    fitted,
    number,
    parts_of,
    without,
)
from tests.scenarios.shrink.trials import line, scenario, searching

BUSY = "".join(
    (
        line("10s", "plug_in", ev='"EV1"', cp='"CP1"'),
        line("20s", "crash", cp='"CP2"'),
        line("30s", "cut", a='"CP2"', b='"CP3"'),
        line("40s", "partition", groups='[["CP1", "CP2"], ["CP3"]]'),
        line("50s", "restart", cp='"CP2"'),
        line("1m", "crash", cp='"leader"'),
        '[[late]]\nfrom = "CP2"\nto = "CP1"\nnumber = 3\ntakes = "9ms"\n',
    )
)


def verbs(it: Scenario) -> list[str]:
    """What the script does."""
    return [each.verb for each in it.script]


def cp_part(it: Scenario, name: str):  # type: ignore[no-untyped-def]
    """The part that a charge point is."""
    place = [cp.id for cp in it.cps].index(name)
    return next(part for part in parts_of(it, ("cps",)) if part.place == place)


def test_with_a_charge_point_goes_what_names_it() -> None:
    """Lines and late messages; in groups the others stay."""
    whole = scenario(BUSY)
    less = without(whole, cp_part(whole, "CP2"))
    assert [cp.id for cp in less.cps] == ["CP1", "CP3", "CP4", "CP5"]
    assert verbs(less) == ["plug_in", "partition", "crash"]
    assert less.script[1].args["groups"] == (("CP1",), ("CP3",), ("CP4", "CP5"))
    assert less.late == ()


def test_a_partition_of_one_side_is_none() -> None:
    """When all of the other sides have gone."""
    whole = scenario(line("1s", "partition", groups='[["CP1", "CP3", "CP4", "CP5"]]'))
    assert verbs(without(whole, cp_part(whole, "CP2"))) == []


def test_with_an_ev_go_its_visits() -> None:
    """And nothing else."""
    whole = scenario(BUSY)
    less = without(whole, *parts_of(whole, ("evs",)))
    assert less.evs == ()
    assert "plug_in" not in verbs(less)
    assert len(less.script) == len(whole.script) - 1


def test_what_comes_after_the_end_goes() -> None:
    """Lines of the script; what comes at the end stays."""
    whole = scenario(BUSY)
    assert verbs(fitted(evolve(whole, duration_us=30_000_000))) == ["plug_in", "crash", "cut"]


def test_a_cabinet_that_is_gone_carries_nothing() -> None:
    """Its loads hang on the site's rail then."""
    text = '[[cabinet]]\nid = "A"\ncapacity = "10kW"\n[[load]]\nid = "oven"\npower = "1kW"\n'
    whole = scenario(text + 'cabinet = "A"\n')
    less = without(whole, *parts_of(whole, ("cabinets",)))
    assert less.loads[0].cabinet == ""


def test_lines_that_are_not_needed_are_deleted() -> None:
    """In whatever order they stand."""
    search = searching(scenario(BUSY), lambda it: {"cut", "restart"} <= set(verbs(it)))
    delete_lines(search)
    assert verbs(search.best) == ["cut", "restart"]


def test_everything_that_is_not_needed_is_deleted() -> None:
    """EVs, charge points, loads; a candidate without any charge point is no scenario."""

    def fails(it: Scenario) -> bool:
        return any(cp.id == "CP4" for cp in it.cps)

    whole = scenario(BUSY + '[[load]]\nid = "oven"\npower = "1kW"\n')
    search = searching(whole, fails)
    delete_all(search)
    best = search.best
    assert [cp.id for cp in best.cps] == ["CP4"]
    assert (best.evs, best.loads, verbs(best)) == ((), (), [])


def test_pairs_are_deleted_where_neither_can_go_alone() -> None:
    """A crash without its restart is another run; and of five charge points two can go at once."""

    def fails(it: Scenario) -> bool:
        both = ("restart" in verbs(it)) == any(each.args.get("cp") == "CP2" for each in it.script)
        return both and len(it.cps) % 2 == 1

    begin = scenario(
        line("20s", "crash", cp='"CP2"')
        + line("40s", "cut", a='"CP4"', b='"CP5"')
        + line("50s", "restart", cp='"CP2"')
    )
    search = searching(begin, fails)
    delete_pairs(search)
    assert verbs(search.best) in ([], ["cut"])
    assert len(search.best.cps) % 2 == 1
    assert len(search.best.cps) < 5


def test_other_seeds_are_tried_for_what_is_smaller() -> None:
    """And the seed goes into the file."""
    search = searching(scenario(BUSY), lambda it: len(it.script) >= 5 or it.seed == 6)
    delete_with_other_seeds(search)
    assert (search.best.seed, search.best.script) == (6, ())


def test_what_is_left_is_numbered() -> None:
    """Everywhere: in lines, groups, late messages and expectations."""
    expect = '[[expect]]\ncp = "CP3"\nstatus = "alive"\n[[expect]]\nev = "EV2"\nrefused = "no"\n'
    whole = scenario(BUSY + expect + line("2m", "plug_in", ev='"EV2"', cp='"CP3"'))
    less = without(whole, cp_part(whole, "CP1"), parts_of(whole, ("evs",))[-1])
    search = searching(less, lambda it: True)
    number(search)
    best = search.best
    assert [cp.id for cp in best.cps] == ["CP1", "CP2", "CP3", "CP4"]
    assert [ev.id for ev in best.evs] == ["EV1"]
    assert [(it.verb, it.args) for it in best.script if it.verb != "restart"] == [
        ("crash", {"cp": "CP1"}),
        ("cut", {"a": "CP1", "b": "CP2"}),
        ("partition", {"groups": (("CP1",), ("CP2",), ("CP3", "CP4"))}),
        ("crash", {"cp": "leader"}),
        ("plug_in", {"ev": "EV1", "cp": "CP2"}),
    ]
    assert [(it.cp, it.ev) for it in best.expectations] == [("CP2", None), (None, "EV1")]
