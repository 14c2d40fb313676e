"""``evtui plan``: what it answers, and how it refuses a file that is wrong."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evtui.cli import main
from fsm.energy.planners import PLANNERS

EXAMPLE = Path(__file__).resolve().parents[2] / "docs/examples/car-park-evening.json"

Edit = Callable[[dict[str, Any]], object]


def sample() -> dict[str, Any]:
    """A file that is right."""
    return {
        "step_s": 900,
        "steps": 4,
        "cabinets": {"A": {"capacity_w": 11000, "evse_count": 2}},
        "site_capacity_w": 20000,
        "other_loads_w": [1000, 1000, 15000, 1000],
        "pv_firm_w": [0, 0, 500, 0],
        "price_per_kwh": [0.3, 0.25, -0.1, 0.123456],
        "requests": [
            {"id": "ev1", "cabinet": "A", "arrive": 0, "depart": 4, "energy_wh": 5000,
             "max_w": 11000, "min_w": 0},
            {"id": "ev2", "cabinet": "A", "arrive": 1, "depart": 3, "energy_wh": 2751,
             "max_w": 11000},
        ],
    }  # fmt: skip


def answer(
    found: object, tmp_path: Path, capsys: pytest.CaptureFixture[str], *options: str
) -> dict[str, Any]:
    """What ``--json`` says to a file that is right."""
    file = tmp_path / "requests.json"
    file.write_text(json.dumps(found), encoding="utf-8")
    assert main(["plan", str(file), "--json", *options]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    parsed: dict[str, Any] = json.loads(out)
    return parsed


def test_the_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Cheapest first: the third step has 5,500 W, then the fourth is cheaper than the second."""
    found = sample()
    found["requests"][1]["energy_wh"] = 2000
    said = answer(found, tmp_path, capsys)
    power = said.pop("power_w")
    assert said == {
        "algorithm": "flow",
        "accepted": ["ev1", "ev2"],
        "refused": [],
        "missed": [],
        "energy_wh": {"ev1": 5000, "ev2": 2000},
        # 1,375 Wh at -0.1, 2,750 Wh at 0.123456, 2,750 Wh at 0.25, 125 Wh at 0.3.
        "cost": round(-0.1375 + 2.75 * 0.123456 + 2.75 * 0.25 + 0.125 * 0.3, 6),
        "peak_w": 11000,
    }
    assert [sum(column) for column in zip(*power.values(), strict=True)] == [
        500,
        11000,
        5500,
        11000,
    ]
    assert sum(power["ev1"]) == 20000
    assert sum(power["ev2"]) == 8000


def test_a_refusal_and_its_reason(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the order of the file, with the binding limit."""
    found = sample()
    found["requests"].append(dict(found["requests"][1], id="ev3", energy_wh=10))
    said = answer(found, tmp_path, capsys)
    assert said["accepted"] == ["ev1", "ev2"]
    assert said["refused"] == [
        {"id": "ev3", "reason": "all EVSEs of cabinet A (2) are promised in steps 1 to 2"}
    ]
    found["requests"][1]["energy_wh"] = 4126
    said = answer(found, tmp_path, capsys)
    assert said["accepted"] == ["ev1", "ev3"]
    assert said["refused"] == [
        {
            "id": "ev2",
            "reason": "at most 4,125 Wh of 4,126 Wh: the site in step 2 has no more, "
            "and its own power of 11,000 W is the limit in step 1",
        }
    ]


def test_the_version_may_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And changes nothing."""
    plain = answer(sample(), tmp_path, capsys)
    assert answer(sample() | {"version": 1}, tmp_path, capsys) == plain


def test_a_cheaper_plan_is_not_denied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With minimum powers flow is not always the cheapest, and the comparison says so."""
    found = sample()
    found |= {
        "step_s": 600,
        "steps": 8,
        "cabinets": {"B": {"capacity_w": 10_000}, "C": {"capacity_w": 7_000, "evse_count": 4}},
        "site_capacity_w": 28_000,
        "other_loads_w": 0,
        "pv_firm_w": [1_000, 0, 6_000, 0, 3_000, 0, 5_000, 4_000],
        "price_per_kwh": [-0.042633, -0.030167, 0.07, 0.031751, 0.055474, 0.15, 0.268871, 0.23],
        "requests": [
            {"id": "e0", "cabinet": "B", "arrive": 3, "depart": 5, "energy_wh": 1401,
             "max_w": 6466, "min_w": 1380},
            {"id": "e1", "cabinet": "C", "arrive": 2, "depart": 3, "energy_wh": 421,
             "max_w": 11000, "min_w": 4140},
            {"id": "e2", "cabinet": "C", "arrive": 0, "depart": 6, "energy_wh": 5347,
             "max_w": 7360, "min_w": 1380},
        ],
    }  # fmt: skip
    file = tmp_path / "requests.json"
    file.write_text(json.dumps(found), encoding="utf-8")
    assert main(["plan", str(file), "--compare"]) == 0
    said = capsys.readouterr().out
    assert "the flow plan keeps all promises" in said
    plans = answer(found, tmp_path, capsys, "--compare")["comparison"]
    costs = {it["algorithm"]: it["cost"] for it in plans if not it["missed"]}
    assert (min(costs.values()) < costs["flow"]) == ("cheaper" in said)
    assert "cheaper" in said


@pytest.mark.parametrize("key", ["site_capacity_w", "price_per_kwh", "step_s", "pv_firm_w"])
def test_what_may_be_left_out(key: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """No site limit, no price, quarter-hours, no sun."""
    found = sample()
    del found[key]
    if key == "site_capacity_w":
        del found["other_loads_w"], found["pv_firm_w"]
    said = answer(found, tmp_path, capsys)
    assert said["accepted"] == ["ev1", "ev2"]
    assert (said["cost"] == 0) == (key == "price_per_kwh")


def test_one_number_for_all_steps(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And a list for a cabinet; whole numbers may be written with a point."""
    found = sample()
    found["cabinets"]["A"]["capacity_w"] = [0, 11000.0, 11000, 0]
    found.update(other_loads_w=0, pv_firm_w=0, price_per_kwh=1)
    found["requests"] = found["requests"][:1]
    said = answer(found, tmp_path, capsys)
    assert said["power_w"] == {"ev1": [0, 11000, 9000, 0]}
    assert said["cost"] == 5


@pytest.mark.parametrize("name", PLANNERS)
def test_every_algorithm(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By name, with what it misses."""
    said = answer(sample(), tmp_path, capsys, "--algorithm", name)
    assert said["algorithm"] == name
    for request in sample()["requests"]:
        short = said["energy_wh"][request["id"]] < request["energy_wh"]
        assert (request["id"] in said["missed"]) == short
        assert sum(said["power_w"][request["id"]]) / 4 == said["energy_wh"][request["id"]]


def test_the_comparison(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A row for each algorithm; flow misses nothing, and of those who do not it is the cheapest."""
    rows = answer(sample(), tmp_path, capsys, "--compare")["comparison"]
    assert [row["algorithm"] for row in rows] == list(PLANNERS)
    assert set(rows[0]) == {"algorithm", "delivered_wh", "missed", "peak_w", "cost"}
    assert rows[0]["missed"] == 0
    assert rows[0]["delivered_wh"] == 7751
    assert all(row["cost"] >= rows[0]["cost"] for row in rows if not row["missed"])


@pytest.mark.parametrize("options", [(), ("--compare",), ("--algorithm", "fcfs")])
def test_for_people(options: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """Within 80 columns, but for sentences; refused requests come with their reason."""
    assert main(["plan", str(EXAMPLE), *options]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("refused ") for line in lines)
    assert all(len(line) <= 80 for line in lines if not line.startswith("refused "))
    assert "█" in "".join(lines)


def test_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By a hyphen."""
    text = io.TextIOWrapper(io.BytesIO(json.dumps(sample()).encode()))
    monkeypatch.setattr("sys.stdin", text)
    assert main(["plan", "-", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accepted"] == ["ev1", "ev2"]


# --- what is wrong ---------------------------------------------------------------------------


def first(found: dict[str, Any]) -> dict[str, Any]:
    """The first request."""
    request: dict[str, Any] = found["requests"][0]
    return request


WATTS = "a whole number from 0 to 100000000"
WRONG: list[tuple[Edit, str]] = [
    (lambda d: d.pop("steps"), "steps: found nothing; allowed a value"),
    (lambda d: d.pop("cabinets"), "cabinets: found nothing; allowed a value"),
    (lambda d: d.pop("requests"), "requests: found nothing; allowed a value"),
    (lambda d: d.update(steps=0), "steps: found 0; allowed a whole number from 1 to 2000"),
    (lambda d: d.update(steps=True), "steps: found true; allowed a whole number from 1 to 2000"),
    (lambda d: d.update(step_s=0), "step_s: found 0; allowed a whole number from 1 to 86400"),
    (lambda d: d.update(step_s=1.5), "step_s: found 1.5; allowed a whole number from 1 to 86400"),
    (lambda d: d.update(version=2),
     "version: found 2; allowed 1, the version of the format that is read here"),
    (lambda d: d.update(version="1"),
     'version: found "1"; allowed 1, the version of the format that is read here'),
    (lambda d: d.update(format=2),
     ("format: found an unknown key; allowed steps, cabinets, requests, version, step_s, "
     "site_capacity_w, other_loads_w, pv_firm_w, price_per_kwh")),
    (lambda d: d.update(site_capacity_w=-1), f"site_capacity_w: found -1; allowed {WATTS}"),
    (lambda d: d.update(site_capacity_w=10**9),
     f"site_capacity_w: found 1000000000; allowed {WATTS}"),
    (lambda d: d.pop("site_capacity_w"),
     "site_capacity_w: found nothing; allowed the site's capacity, beside other_loads_w"),
    (lambda d: d.update(other_loads_w=[1, 2]),
     ("other_loads_w: found an array of 2; allowed an array of 4, one for each step, or one "
     "number")),
    (lambda d: d.update(pv_firm_w=[0, 0, -5, 0]), f"pv_firm_w[2]: found -5; allowed {WATTS}"),
    (lambda d: d.update(pv_firm_w=[0, 0, "5", 0]), f'pv_firm_w[2]: found "5"; allowed {WATTS}'),
    (lambda d: d.update(price_per_kwh=[0, 0, 0, 0.1234567]),
     ("price_per_kwh[3]: found 0.1234567; allowed a number from -1000 to 1000 with at most 6 "
     "decimals")),
    (lambda d: d.update(price_per_kwh=[0, 0, 0, False]),
     ("price_per_kwh[3]: found false; allowed a number from -1000 to 1000 with at most 6 "
     "decimals")),
    (lambda d: d.update(cabinets=[]),
     "cabinets: found an empty array; allowed an object with 1 to 100 cabinets by name"),
    (lambda d: d.update(cabinets={}),
     "cabinets: found an object with 0; allowed an object with 1 to 100 cabinets by name"),
    (lambda d: d["cabinets"].update(A={}),
     "cabinets.A.capacity_w: found nothing; allowed a value"),
    (lambda d: d["cabinets"]["A"].update(capacity_w=-3),
     f"cabinets.A.capacity_w: found -3; allowed {WATTS}"),
    (lambda d: d["cabinets"]["A"].update(capacity_w=[1, 2, 3, None]),
     f"cabinets.A.capacity_w[3]: found null; allowed {WATTS}"),
    (lambda d: d["cabinets"]["A"].update(evse_count=-1),
     "cabinets.A.evse_count: found -1; allowed a whole number from 0 to 10000"),
    (lambda d: d.update(requests={}), "requests: found an object; allowed an array of 0 to 1000"),
    (lambda d: d.update(requests=[7]), "requests[0]: found 7; allowed an object"),
    (lambda d: first(d).pop("max_w"), "requests[0].max_w: found nothing; allowed a value"),
    (lambda d: first(d).update(id=""), ('requests[0].id: found ""; allowed a text of 1 to 64 '
     "characters")),
    (lambda d: first(d).update(id="ev2"),
     'requests[1].id: found "ev2" a second time; allowed an id of its own'),
    (lambda d: first(d).update(cabinet="B"),
     'requests[0].cabinet: found "B"; allowed a cabinet of the file: A'),
    (lambda d: first(d).update(arrive=4),
     "requests[0].arrive: found 4; allowed a whole number from 0 to 3"),
    (lambda d: first(d).update(arrive=-1),
     "requests[0].arrive: found -1; allowed a whole number from 0 to 3"),
    (lambda d: first(d).update(depart=5),
     "requests[0].depart: found 5; allowed a whole number from 0 to 4"),
    (lambda d: first(d).update(arrive=2, depart=2),
     "requests[0].depart: found 2; allowed a step after 2, in which it arrives, at most 4"),
    (lambda d: first(d).update(energy_wh=-1),
     "requests[0].energy_wh: found -1; allowed a whole number from 0 to 500000"),
    (lambda d: first(d).update(energy_wh=1e9),
     "requests[0].energy_wh: found 1000000000.0; allowed a whole number from 0 to 500000"),
    (lambda d: first(d).update(max_w=0),
     "requests[0].max_w: found 0; allowed a whole number from 1 to 10000000"),
    (lambda d: first(d).update(max_w=True),
     "requests[0].max_w: found true; allowed a whole number from 1 to 10000000"),
    (lambda d: first(d).update(min_w=11001),
     "requests[0].min_w: found 11001; allowed a whole number from 0 to 11000"),
]  # fmt: skip


def refuse(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """The lines about a file that is wrong: exit code 2, and no answer."""
    file = tmp_path / "requests.json"
    file.write_text(text, encoding="utf-8")
    assert main(["plan", str(file), "--json"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    return [line.removeprefix(f"evtui: {file}:") for line in err.splitlines()]


@pytest.mark.parametrize(("edit", "said"), WRONG)
def test_what_is_wrong_is_told(
    edit: Edit, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """File, line, field, what was found and what is allowed."""
    found = sample()
    edit(found)
    (line,) = refuse(json.dumps(found, indent=1), tmp_path, capsys)
    number, _, rest = line.partition(": ")
    assert rest.startswith(said)
    assert int(number) >= 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "found broken JSON"),
        ("[]", "found an empty array; allowed an object"),
        ('{"steps": NaN}', "found NaN; allowed numbers of JSON"),
        ('{"steps": 1, "steps": 2}', 'found the key "steps" twice in one object; allowed once'),
    ],
)
def test_what_is_no_json(
    text: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Said as such."""
    (line,) = refuse(text, tmp_path, capsys)
    assert said in line


def test_every_wrong_request_has_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All are told at once."""
    found = sample()
    first(found)["depart"] = 0
    found["requests"][1]["cabinet"] = "a"
    lines = refuse(json.dumps(found), tmp_path, capsys)
    assert [line.split(": ")[1] for line in lines] == [
        "requests[0].depart", "requests[1].cabinet",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("tokens", "said"),
    [
        (["plan", "none.json"], "none.json: found no such file; allowed a JSON file, or -"),
        (["plan", str(EXAMPLE), "--algorithm", "elf"],
         '--algorithm: found "elf"; allowed flow, edf, llf, sllf, fcfs, equal, seed'),
    ],
)  # fmt: skip
def test_what_cannot_be_done(
    tokens: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2."""
    assert main(tokens) == 2
    assert said in capsys.readouterr().err
