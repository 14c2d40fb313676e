"""Random faults on the scenarios about money: conserved, billed, paid once, seed after seed."""

import pytest
from attrs import evolve

from scenarios.campaign import run_seed
from scenarios.loader import load
from scenarios.runner import run

SCENARIOS = ("payment-retried", "tariffs", "flexibility-tokens", "empty-account")

ENDINGS = (
    "operator-stops-all",
    "remote-control",
    "double-booking",
    "thief-with-stolen-tag",
    "plug-and-charge",
    "tampered-meter-receipt",
    "silent-ev",
)
"""Each way a transaction ends: orphans, resets, stops of the operator, stays, barred drivers."""

SEEDS = 200
BLOCK = 20
FEW = 3


def check(name: str, first: int, last: int) -> None:
    """No problem in any of these runs, and sessions in all of them."""
    scenario = load(name)
    findings = [run_seed(scenario, seed) for seed in range(first, last)]
    assert [f for f in findings if f.problems] == []
    assert all(finding.faults > 20 for finding in findings)
    assert all(finding.sessions for finding in findings)


@pytest.mark.parametrize("name", SCENARIOS)
def test_money_is_conserved_under_random_faults(name: str) -> None:
    """Audited on the way, and computed anew at the end; what can be paid is paid."""
    check(name, 0, FEW)


@pytest.mark.parametrize("name", ENDINGS)
def test_however_a_transaction_ends_it_has_its_bill(name: str) -> None:
    """M1 to M3 hold where it is not the driver who ends it, too."""
    check(name, 0, 1)


@pytest.mark.soak
@pytest.mark.parametrize("first", range(FEW, SEEDS, BLOCK))
@pytest.mark.parametrize("name", [*SCENARIOS, *ENDINGS])
def test_money_is_conserved_under_random_faults_of_200_seeds(name: str, first: int) -> None:
    """The rest of the seeds."""
    check(name, first, min(first + BLOCK, SEEDS))


@pytest.mark.parametrize("late_ms", range(0, 1_500, 75))
def test_a_payment_over_a_leader_crash_is_made_once(late_ms: int) -> None:
    """Whenever the leader dies: before the bill, between bill and payment, after the payment."""
    scenario = load("payment-retried")
    crash_us = 180_000_000 + late_ms * 1_000
    script = [
        evolve(line, t_us=crash_us)
        if (line.verb, line.args.get("cp")) == ("crash", "CP5")
        else line
        for line in scenario.script
    ]
    script.sort(key=lambda line: line.t_us)
    report = run(evolve(scenario, script=tuple(script), expectations=()))
    assert report.exit_code == 0
    assert [session.bill for session in report.sessions] == ["paid"] * 3
    accounts = report.money.accounts
    for session in report.sessions:
        assert accounts[f"tag:{session.ev}"].cents == 5_000 - session.cents
        assert accounts[f"cp:{session.cp}"].cents == session.cents
