"""What was done by hand, in words that a person reads."""

import pytest

from evtui.said import said
from scenarios.journal import Input

SAID: list[tuple[str, dict[str, object], str]] = [
    ("heal", {}, "heal"),
    ("crash", {"cp": "CP3"}, "crash: CP3"),
    ("cut", {"a": "CP1", "b": "CP2"}, "cut: CP1 ↔ CP2"),
    ("hold", {"a": "CP1", "b": "CP2", "oneway": True}, "hold: CP1 → CP2"),
    ("loss", {"rate_ppm": 25_000, "a": "CP1"}, "loss: CP1 ↔ every other, 2.5 %"),
    ("clock_drift", {"cp": "CP1", "drift_ppm": -500_000}, "clock drift: CP1, -50 %"),
    ("set_pv", {"power_w": 5_000}, "set pv: 5 kW"),
    ("partition", {"groups": (("CP1",), ("CP2", "CP3"))}, "partition: CP1 │ CP2 CP3"),
    (
        "delay_frame",
        {"source": "CP1", "target": "CP3", "message": "Accept", "nth": 2, "extra_us": 200_000},
        "delay frame: Accept CP1 → CP3 #2, 200 ms",
    ),
]


@pytest.mark.parametrize(("verb", "args", "text"), SAID, ids=[it[0] for it in SAID])
def test_what_was_done_is_said_with_units(verb: str, args: dict[str, object], text: str) -> None:
    """To whom first, then how much; no name of a key stands there."""
    assert said(Input(0, 0, verb, args)) == text
