"""What ``evtui profiles`` refuses of a profile: where, what was found, what is allowed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evtui.cli import main
from tests.evtui.profile_files import refuse, sample

Edit = Callable[[dict[str, Any]], object]


def periods(found: dict[str, Any]) -> list[dict[str, Any]]:
    """The periods of the second profile."""
    return schedule(found)["chargingSchedulePeriod"]  # type: ignore[no-any-return]


def schedule(found: dict[str, Any]) -> dict[str, Any]:
    """The schedule of the second profile."""
    inner = profile(found)["chargingSchedule"]
    return inner[0] if isinstance(inner, list) else inner  # type: ignore[no-any-return]


def profile(found: dict[str, Any]) -> dict[str, Any]:
    """The second profile."""
    outer = found["profiles"][1]
    return outer.get("csChargingProfiles") or outer["chargingProfile"]  # type: ignore[no-any-return]


def on(found: dict[str, Any], number: int, connector: int) -> None:
    """Set a profile on another connector."""
    outer = found["profiles"][number]
    outer["connectorId" if "connectorId" in outer else "evseId"] = connector


def many(found: dict[str, Any]) -> None:
    """1,025 periods."""
    periods(found)[:] = [{"startPeriod": second, "limit": 6} for second in range(1025)]


def twin(found: dict[str, Any]) -> None:
    """The second profile again, with another id."""
    other = json.loads(json.dumps(found["profiles"][1]))
    found["profiles"].append(other)
    inner = other.get("csChargingProfiles") or other["chargingProfile"]
    inner["chargingProfileId" if "chargingProfileId" in inner else "id"] = 3


WRONG: list[tuple[Edit, str, str]] = [
    (many, "chargingSchedulePeriod", "found an array of 1025; allowed an array of 1 to 1024"),
    (lambda d: periods(d).clear(), "chargingSchedulePeriod",
     "found an array of 0; allowed an array of 1 to 1024"),
    (lambda d: periods(d)[0].update(startPeriod=60), "chargingSchedulePeriod[0].startPeriod",
     "found 60; allowed 0 for the first period"),
    (lambda d: periods(d)[1].update(startPeriod=0), "chargingSchedulePeriod[1].startPeriod",
     "found 0; allowed more than 0, where the period before starts"),
    (lambda d: periods(d).append({"startPeriod": 900, "limit": 1}),
     "chargingSchedulePeriod[2].startPeriod",
     "found 900; allowed more than 1800, where the period before starts"),
    (lambda d: periods(d)[1].update(limit=-1), "chargingSchedulePeriod[1].limit",
     "found -1; allowed a number from 0 to 1000000000 with at most one decimal, such as 8.1"),
    (lambda d: periods(d)[1].update(limit=8.15), "chargingSchedulePeriod[1].limit",
     "found 8.15; allowed a number from 0 to 1000000000 with at most one decimal, such as 8.1"),
    (lambda d: periods(d)[1].update(limit="16"), "chargingSchedulePeriod[1].limit",
     'found "16"; allowed a number from 0 to 1000000000 with at most one decimal, such as 8.1'),
    (lambda d: periods(d)[1].update(limit=True), "chargingSchedulePeriod[1].limit",
     "found true; allowed a number from 0 to 1000000000 with at most one decimal, such as 8.1"),
    (lambda d: periods(d)[1].pop("limit"), "chargingSchedulePeriod[1].limit",
     "found nothing; allowed a value"),
    (lambda d: periods(d)[1].update(numberPhases=4), "chargingSchedulePeriod[1].numberPhases",
     "found 4; allowed a whole number from 1 to 3"),
    (lambda d: periods(d)[1].update(startPeriod=1.5), "chargingSchedulePeriod[1].startPeriod",
     "found 1.5; allowed a whole number from 0 to 2147483647"),
    (lambda d: schedule(d).pop("startSchedule"), "startSchedule",
     "found nothing; allowed a time, as chargingProfileKind is Recurring"),
    (lambda d: schedule(d).update(startSchedule="2026-02-30T08:00:00Z"), "startSchedule",
     ('found "2026-02-30T08:00:00Z"; allowed a date and time with its offset, such as '
     "2026-03-02T08:00:00Z, that exists")),
    (lambda d: schedule(d).update(startSchedule="2026-03-02T08:00:00"), "startSchedule",
     ('found "2026-03-02T08:00:00"; allowed a date and time with its offset, such as '
     "2026-03-02T08:00:00Z")),
    (lambda d: schedule(d).update(duration=-1), "duration",
     "found -1; allowed a whole number from 0 to 2147483647"),
    (lambda d: schedule(d).update(chargingRateUnit="kW"), "chargingRateUnit",
     'found "kW"; allowed A, W'),
    (lambda d: schedule(d).update(durration=1), "durration", ("found an unknown key; allowed "
     "{keys}; did you mean \"duration\"?")),
]  # fmt: skip

WRONG_PROFILES: list[tuple[Edit, str, str]] = [
    (lambda d: profile(d).pop("recurrencyKind"), "recurrencyKind",
     "found nothing; allowed Daily or Weekly, as chargingProfileKind is Recurring"),
    (lambda d: profile(d).update(recurrencyKind="Monthly"), "recurrencyKind",
     'found "Monthly"; allowed Daily, Weekly'),
    (lambda d: profile(d).update(chargingProfileKind="Sometimes"), "chargingProfileKind",
     'found "Sometimes"; allowed Absolute, Recurring, Relative'),
    (lambda d: profile(d).update(stackLevel=-1), "stackLevel",
     "found -1; allowed a whole number from 0 to 2147483647"),
    (lambda d: profile(d).pop("stackLevel"), "stackLevel", "found nothing; allowed a value"),
    (lambda d: profile(d).update(validFrom=None), "validFrom",
     "found null; allowed a date and time with its offset, such as 2026-03-02T08:00:00Z"),
    (lambda d: profile(d).update(validFrom="2026-03-02T08:00:00Z",
                                 validTo="2026-03-02T09:00:00+01:00"), "validTo",
     'found "2026-03-02T09:00:00+01:00"; allowed a time after validFrom'),
    (lambda d: profile(d).update(chargingSchedule=7), "chargingSchedule",
     "found 7; allowed {schedule}"),
]  # fmt: skip


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
@pytest.mark.parametrize(("edit", "where", "said"), WRONG + WRONG_PROFILES)
def test_a_wrong_profile_is_one_clear_line(
    edit: Edit, where: str, said: str, version: str, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """With the line and the field, what was found and what is allowed."""
    found = sample(version)
    edit(found)
    (line,) = refuse(found, tmp_path, capsys)
    old = version == "1.6"
    inner = "chargingSchedule." if old else "chargingSchedule[0]."
    if any(it[0] is edit for it in WRONG_PROFILES):
        inner = ""
    body = "csChargingProfiles" if old else "chargingProfile"
    keys = (
        ("" if old else "id, ")
        + "chargingRateUnit, chargingSchedulePeriod, duration, "
        + ("startSchedule, minChargingRate" + ("" if old else ", customData, salesTariff"))
    )
    said = said.format(keys=keys, schedule="an object" if old else "an array of 1 to 3")
    place, _, rest = line.partition(": ")
    assert rest == f"profiles[1].{body}.{inner}{where}: {said}"
    text = json.dumps(found, indent=1).splitlines()
    number = int(place.removeprefix("plan:"))
    key = where.rsplit(".", 1)[-1]
    assert key in text[number - 1] or "found nothing" in said


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_purposes_and_connectors(
    version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The maximum is the whole charge point's, a TxProfile a connector's; names are a version's."""
    found = sample(version)
    on(found, 0, 1)
    key = "connectorId" if version == "1.6" else "evseId"
    name = "ChargePointMaxProfile" if version == "1.6" else "ChargingStationMaxProfile"
    (line,) = refuse(found, tmp_path, capsys)
    assert line.endswith(
        f": profiles[0].{key}: found 1; allowed 0, the whole charge point, for a {name}"
    )
    found = sample(version)
    profile(found).update(chargingProfilePurpose="TxProfile", transactionId=7)
    if version == "2.0.1":
        profile(found).update(transactionId="7")
    on(found, 1, 0)
    (line,) = refuse(found, tmp_path, capsys)
    assert line.endswith(
        f": profiles[1].{key}: found 0; allowed 1 or more, the connector of its transaction"
    )
    found = sample(version)
    profile(found)["chargingProfilePurpose"] = "MaxProfile"
    (line,) = refuse(found, tmp_path, capsys)
    allowed = name if version == "1.6" else "ChargingStationExternalConstraints, " + name
    assert f'chargingProfilePurpose: found "MaxProfile"; allowed {allowed}' in line
    found = sample(version)
    profile(found)["transactionId"] = 7 if version == "1.6" else "7"
    (line,) = refuse(found, tmp_path, capsys)
    assert line.endswith(
        "transactionId: found one; allowed none for a TxDefaultProfile, only for a TxProfile"
    )


ONLY_201: list[tuple[Edit, str]] = [
    (lambda d: periods(d)[0].update(phaseToUse=1),
     "phaseToUse: found 1; allowed none unless numberPhases is 1"),
    (lambda d: profile(d)["chargingSchedule"].append(schedule(d)),
     "chargingSchedule: found 2 schedules; allowed one; more only for a TxProfile"),
    (lambda d: profile(d).update(chargingSchedule=[schedule(d)] * 4),
     "chargingSchedule: found an array of 4; allowed an array of 1 to 3"),
    (lambda d: profile(d).update(chargingProfilePurpose="TxProfile"),
     "transactionId: found nothing; allowed the TxProfile's one"),
    (lambda d: profile(d).update(chargingProfileKind="Relative"),
     "startSchedule: found a time; allowed none, as the profile is Relative"),
    (lambda d: d["profiles"][0]["chargingProfile"].update(
        chargingProfileKind="Relative",
        chargingSchedule=[{"id": 1, "chargingRateUnit": "A",
                           "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 6}]}]),
     ('chargingProfileKind: found "Relative"; allowed Absolute, Recurring for a '
     "ChargingStationMaxProfile")),
    (lambda d: profile(d).update(customData=1), "customData: found 1; allowed an object"),
    (lambda d: profile(d).update(transactionId="x" * 37),
     ("transactionId: found \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\"; allowed a text of 1 to 36 "
     "characters")),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "said"), ONLY_201)
def test_rules_of_the_newer_version(
    edit: Edit, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each by its requirement."""
    found = sample("2.0.1")
    edit(found)
    (line,) = refuse(found, tmp_path, capsys)
    assert line.endswith(f".{said}")


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_two_profiles_in_one_place(
    version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A charge point would keep one; a file does not say which."""
    found = sample(version)
    twin(found)
    (line,) = refuse(found, tmp_path, capsys)
    when = "" if version == "1.6" else " at the same time"
    assert line.endswith(
        ": profiles[2].stackLevel: found 0, which profile 2 has on 1 for the same purpose"
        f"{when}; allowed one profile for each stack level"
    )
    found = sample(version)
    found["profiles"].append(found["profiles"][0])
    (line,) = refuse(found, tmp_path, capsys)
    assert line.endswith("found 1, the id of another profile; allowed an id of its own")


def test_each_wrong_profile_has_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All are told at once."""
    found = sample("1.6")
    found["profiles"] += [{"id": 4}, 7, {"limit": 3}]
    many(found)
    lines = refuse(found, tmp_path, capsys)
    assert [line.split(": ")[1].split(".")[0] for line in lines] == [
        "profiles[1]", "profiles[2]", "profiles[3]", "profiles[4]",
    ]  # fmt: skip
    assert "found neither; allowed a ChargingProfile of OCPP 1.6" in lines[3]


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_a_connector_that_does_not_exist(
    version: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Asked for, under a transaction, in a profile: no schedule is told for it."""
    said = "found 5; allowed at most 2, which connectors says that there are"
    key = "connectorId" if version == "1.6" else "evseId"
    there = sample(version) | {"connectors": 2, "connector": 2}
    for change, where in (
        ({"connector": 5}, "connector"),
        ({"transaction": {"id": "7", "connector": 5}}, "transaction.connector"),
    ):
        found = there | change
        (line,) = refuse(found, tmp_path, capsys)
        text = json.dumps(found, indent=1).splitlines()
        (number,) = [n for n, it in enumerate(text, 1) if it.strip(" ,") == '"connector": 5']
        assert line == f"plan:{number}: {where}: {said}"
    found = json.loads(json.dumps(there))
    on(found, 1, 5)
    (line,) = refuse(found, tmp_path, capsys)
    assert line.endswith(f": profiles[1].{key}: {said}")
    # Without connectors, it has as many as are named; all that it has may be asked for.
    del found["connectors"]
    file = tmp_path / "plan.json"
    for right in (found | {"connector": 5}, there, there | {"connector": 0}):
        file.write_text(json.dumps(right), encoding="utf-8")
        assert main(["profiles", str(file)]) == 0
