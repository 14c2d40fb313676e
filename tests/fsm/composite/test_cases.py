"""Composite schedules against those worked out by hand, and payloads against OCPP's schemas."""

import json
import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import ocpp
import pytest

from evtui.profile_file import ask
from fsm.ocpp.profiles.composite import Composite, composite
from fsm.ocpp.profiles.errors import ProfileError
from fsm.ocpp.profiles.reading import read_profile
from fsm.ocpp.profiles.store import EMPTY, install
from tests.fsm.composite.notation import answer, document, request

HERE = Path(__file__).parent


def cases(file: str) -> list[dict[str, Any]]:
    """The cases of one file."""
    found: list[dict[str, Any]] = tomllib.loads((HERE / file).read_text(encoding="utf-8"))["case"]
    return found


CASES = [
    pytest.param(version, case, id=f"{version}: {case['name']}")
    for version, own in (("1.6", "v16.toml"), ("2.0.1", "v201.toml"))
    for case in cases("both.toml") + cases(own)
]


def solve(found: object) -> tuple[Composite, list[int]]:
    """The answer to a document, and the numbers of the profiles that are ignored."""
    errors: list[ProfileError] = []
    question = ask(found, errors)
    assert errors == []
    it = composite(
        question.store, question.connector, question.start_s, question.duration_s, question.unit,
        question.transaction, question.supply, question.connectors,
    )  # fmt: skip
    return it, [int(error.at[1]) for error in question.ignored]


@pytest.mark.parametrize(("version", "case"), CASES)
def test_a_case_by_hand(version: str, case: dict[str, Any]) -> None:
    """Each question has the answer that a person found."""
    found, ignored = solve(document(case["profiles"], case["ask"], version))
    assert answer(found) == case["expect"]
    assert ignored == case.get("ignored", [])


def test_there_are_at_least_forty_of_each_version() -> None:
    """And no two that ask the same."""
    for version in ("1.6", "2.0.1"):
        mine = [param.values[1] for param in CASES if param.values[0] == version]
        asked = {(tuple(case["profiles"]), case["ask"]) for case in mine}  # type: ignore[index]
        assert len(asked) == len(mine) >= 40


@pytest.mark.parametrize(("version", "case"), CASES)
def test_the_order_of_the_profiles_does_not_matter(version: str, case: dict[str, Any]) -> None:
    """A store is a set of profiles; who came first is forgotten."""
    found, _ = solve(document(case["profiles"], case["ask"], version))
    turned, _ = solve(document(case["profiles"][::-1], case["ask"], version))
    assert turned == found


# --- the official schemas --------------------------------------------------------------------


@cache
def schema(version: str, name: str) -> jsonschema.protocols.Validator:
    """A validator of the schema of a message, as the package ocpp ships it."""
    folder = Path(ocpp.__file__).parent / {"1.6": "v16", "2.0.1": "v201"}[version] / "schemas"
    text = (folder / f"{name}.json").read_text(encoding="utf-8-sig")
    contents = json.loads(text, parse_float=Decimal)
    return jsonschema.validators.validator_for(contents)(contents)


def set_profile(version: str) -> jsonschema.protocols.Validator:
    """The schema of SetChargingProfile."""
    name = "SetChargingProfile" if version == "1.6" else "SetChargingProfileRequest"
    return schema(version, name)


def decimals(payload: object) -> object:
    """A payload with its numbers as written: for floats 8.1 is no multiple of 0.1."""
    return json.loads(json.dumps(payload), parse_float=Decimal)


@pytest.mark.parametrize(("version", "case"), CASES)
def test_the_profiles_of_the_cases_are_ocpp(version: str, case: dict[str, Any]) -> None:
    """What the cases are made of passes the schemas of the Open Charge Alliance."""
    for line in case["profiles"]:
        payload = request(line, version)
        set_profile(version).validate(decimals(payload))
        assert read_profile(payload).id == int(line.split()[0])


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_what_the_schemas_refuse_is_refused(version: str) -> None:
    """Each key taken away, renamed, and given a value of another type."""
    payload = request("1 TxDefault L0 Daily start=08:00 for=60 from=07:00 A 0:16/3", version)
    set_profile(version).validate(decimals(payload))
    refused = 0
    for broken in _broken(payload):
        if set_profile(version).is_valid(decimals(broken)):
            continue
        refused += 1
        with pytest.raises(ProfileError):
            read_profile(broken)
    assert refused > 40


def _broken(value: Any) -> Any:
    """The value with one thing changed, in every way."""
    if isinstance(value, list):
        for number, each in enumerate(value):
            for other in _broken(each):
                yield [*value[:number], other, *value[number + 1 :]]
        return
    if not isinstance(value, dict):
        return
    for key, inner in value.items():
        rest = {name: it for name, it in value.items() if name != key}
        yield rest
        yield {**rest, key + "X": inner}
        for other in (None, "?", 1.25, [], {}, True):
            yield {**rest, key: other}
        for other in _broken(inner):
            yield {**rest, key: other}


def test_a_profile_is_installed_once() -> None:
    """The cases go the way of a request into the store."""
    profile = read_profile(request("1 TxDefault L0 Absolute start=08:00 A 0:16", "1.6"))
    assert install(install(EMPTY, profile), profile) == (profile,)
