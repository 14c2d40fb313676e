"""Trust in whole runs: orders, promises and their mutants, campaigns, what a run loads."""

import json
import pickle
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from fsm.network import authorization, evidence
from fsm.network.evidence import ReceiptStatus
from fsm.ocpp.actions import AuthorizationStatus
from scenarios.campaign import run_seed
from scenarios.chosen import Choir, Chosen, HoleError
from scenarios.errors import InputError
from scenarios.format import VIOLATIONS
from scenarios.loader import load, loads
from scenarios.runner import run
from scenarios.session import Session
from scenarios.trust_promises import SENTENCES

TRUST = (
    "plug-and-charge",
    "contracts",
    "revoked-contract",
    "thief-with-stolen-tag",
    "tampered-meter-receipt",
)

TWO = """
duration = "4m"
cps = 3
[[ev]]
id = "EV1"
id_tag = "tag"
[[ev]]
id = "EV2"
payment = "contract"
[[at]]
t = "20s"
do = "plug_in"
ev = "EV1"
cp = "CP1"
"""


def session(text: str = TWO, until_s: int = 60) -> Session:
    """A run of this scenario up to a time."""
    found = Session(loads(text, "test.toml"))
    found.run(until_s * 1_000_000, 1_000_000)
    return found


def test_the_report_says_how_each_was_identified_and_why_one_was_refused() -> None:
    """As JSON, for programs."""
    report = json.loads(run(load("revoked-contract")).to_json())
    assert [(s["ev"], s["authorized_by"], s["receipt"]) for s in report["sessions"]] == [
        ("New", "eMAID", "Good"),
        ("Good", "eMAID", ""),
    ]
    assert report["sessions"][0]["id_tag"].startswith("DEEVTC")
    assert report["sessions"][0]["billable_wh"] == report["sessions"][0]["energy_wh"] > 0
    assert [(r["ev"], r["cp"], r["code"]) for r in report["refusals"]] == [
        ("Old", "CP1", "FAILED_CertificateRevoked"),
        ("New", "CP4", "FAILED_CertificateRevoked"),
    ]


def test_the_desk_asks_again_when_who_was_asked_crashes() -> None:
    """The leader crashes at the moment it is asked; the tag is blocked all the same."""
    run_ = session()
    leader = run_.world.leader()
    assert leader is not None
    run_.act("report_stolen", id_tag="tag")
    run_.act("crash", cp=leader.cp_id)
    assert len(run_.world.trust.order_book.orders) == 1
    run_.run(120_000_000, 10_000_000)
    assert run_.world.trust.order_book.orders == []
    node = run_.world.leader()
    assert node is not None
    assert (node.network.id_tags["tag"].status, node.network.id_tags["tag"].reason) == (
        "Blocked",
        "stolen",
    )


def test_orders_of_the_desk_keep_their_order() -> None:
    """Blocked and accepted again at one moment: accepted it is."""
    run_ = session()
    run_.act("block_tag", id_tag="tag")
    run_.act("unblock_tag", id_tag="tag")
    run_.run(90_000_000, 10_000_000)
    node = run_.world.leader()
    assert node is not None
    assert node.network.id_tags["tag"].status == "Accepted"


def test_an_order_that_waits_is_pickled_with_the_world() -> None:
    """A checkpoint may be taken at any moment; the copy goes on as the run does."""
    run_ = session()
    run_.act("report_stolen", id_tag="tag")
    run_.act("revoke", ev="EV2")
    copy = pickle.loads(pickle.dumps(run_))  # noqa: S301 - our own bytes
    assert len(copy.world.trust.order_book.orders) == 2
    for each in (run_, copy):
        each.run(90_000_000, 10_000_000)
        assert each.world.trust.order_book.orders == []
    assert copy.whole.digest() == run_.whole.digest()


def test_an_order_that_comes_late_does_nothing() -> None:
    """The leader takes it and is cut off; when it hands it in, a later order is done."""
    run_ = session()
    leader = run_.world.leader()
    assert leader is not None
    run_.act("partition", groups=[[leader.cp_id]])
    run_.act("block_tag", id_tag="tag")
    assert leader.calls.pending
    run_.act("unblock_tag", id_tag="tag")
    run_.run(110_000_000, 10_000_000)
    assert run_.world.trust.order_book.orders == []
    run_.act("heal")
    run_.run(180_000_000, 10_000_000)
    assert not leader.calls.pending
    assert leader.network.id_tags["tag"].status == "Accepted"
    assert leader.network.id_tags["tag"].order == 2


@pytest.mark.parametrize(
    ("verb", "args", "sentence"),
    [
        ("revoke", {"ev": "EV1"}, "EV1 has no contract"),
        ("revoke", {"ev": "EV9"}, "no EV 'EV9'"),
        ("tamper_meter", {"cp": "CP9", "energy_wh": 1}, "no charge point 'CP9'"),
        ("tamper_meter", {"cp": "CP1", "energy_wh": -1}, "energy_wh is an integer"),
        ("tamper_meter", {"cp": "CP1", "energy_wh": True}, "energy_wh is an integer"),
        ("block_tag", {}, "id_tag is missing"),
    ],
)
def test_what_is_not_possible_is_refused(verb: str, args: dict[str, object], sentence: str) -> None:
    """With a sentence, and nothing was changed."""
    with pytest.raises(InputError, match=sentence):
        session(until_s=1).act(verb, **args)


def test_a_sentence_for_each_verb() -> None:
    """What was done, for the event log."""
    run_ = session()
    assert run_.act("block_tag", id_tag="tag") == "is to be blocked"
    assert run_.act("unblock_tag", id_tag="tag") == "is to be accepted"
    assert run_.act("revoke", ev="EV2") == "its contract certificate is to be revoked"
    assert "5,000 Wh" in run_.act("tamper_meter", cp="CP1", energy_wh=5_000)
    assert "what its meter has signed" in run_.act("tamper_meter", cp="CP1", energy_wh=0)


def _always_accepted(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(authorization, "standing", lambda tag, at_us: "Accepted")


def _forgets_revocations(patch: pytest.MonkeyPatch) -> None:
    def find(draft: Any, kind: Any, key: Any) -> Any:
        return None if kind is authorization.Revocation else honest(draft, kind, key)

    honest = authorization.Draft.find
    patch.setattr(authorization.Draft, "find", find)
    _always_accepted(patch)


def _believes_any_receipt(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(evidence, "_judge", lambda *_: ReceiptStatus.GOOD)


@pytest.mark.parametrize(
    ("promise", "scenario", "mutate"),
    [
        ("T1", "tampered-meter-receipt", _believes_any_receipt),
        ("T2", "thief-with-stolen-tag", _always_accepted),
        ("T2", "revoked-contract", _forgets_revocations),
    ],
)
def test_each_promise_fires_where_it_is_broken(
    promise: str,
    scenario: str,
    mutate: Callable[[pytest.MonkeyPatch], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A state machine that keeps no rule of it is caught at the command that shows it."""
    mutate(monkeypatch)
    violations = run(load(scenario)).violations
    assert [violation.invariant for violation in violations] == [promise]
    assert SENTENCES[promise] in violations[0].text


def test_each_promise_has_a_mutant_and_may_be_expected() -> None:
    """None is there that cannot fire."""
    marks = test_each_promise_fires_where_it_is_broken.pytestmark[0].args[1]  # type: ignore[attr-defined]
    assert {promise for promise, _, _ in marks} == set(SENTENCES)
    assert set(SENTENCES) <= set(VIOLATIONS)


def test_a_hole_is_an_error_and_not_a_silence() -> None:
    """Whoever listens must hear every slot."""
    from paxos.clients import Verdict
    from paxos.effects import Applied
    from paxos.messages import NOOP

    heard: list[Chosen] = []
    choir = Choir()
    choir.hearers.append(lambda chosen, network: heard.append(chosen))
    world = session(until_s=1).world
    choir.hear(Applied(1, NOOP, None, 0, b"", Verdict.FRESH), world.machine())
    choir.hear(Applied(1, NOOP, None, 0, b"", Verdict.FRESH), world.machine())
    assert (choir.slot, heard) == (1, [])
    with pytest.raises(HoleError):
        choir.hear(Applied(3, NOOP, None, 0, b"", Verdict.FRESH), world.machine())


@pytest.mark.parametrize(("name", "loaded"), [("ten-minutes", False), ("plug-and-charge", True)])
def test_x509_is_loaded_only_with_contracts(name: str, loaded: bool) -> None:
    """A run without them does not pay for it."""
    code = (
        "import sys; from evtui.cli import main; main(['run', sys.argv[1], '--until', '1s']);"
        "print('cryptography.x509' in sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, name], capture_output=True, text=True, check=True
    )
    assert done.stderr.splitlines()[-1] == str(loaded)


@pytest.mark.parametrize("name", TRUST)
def test_under_random_faults(name: str) -> None:
    """Nobody who is barred charges, no receipt is lost, all come to rest."""
    finding = run_seed(load(name), 3)
    assert finding.problems == ()


def test_statuses_of_scenario_files_are_those_of_ocpp() -> None:
    """In small letters; ConcurrentTx and NoCredit are no statuses that somebody sets."""
    from scenarios.format import TAG_STATUSES

    names = {status.value for status in AuthorizationStatus}
    assert {status.capitalize() for status in TAG_STATUSES} == names - {"ConcurrentTx", "NoCredit"}
