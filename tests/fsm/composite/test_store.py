"""The store: what replaces what, what is refused, what is cleared, and how it is packed."""

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fsm.ocpp.profiles.clearing import Criteria, read_clear
from fsm.ocpp.profiles.errors import ProfileError
from fsm.ocpp.profiles.model import Profile, Purpose, Transaction, Version
from fsm.ocpp.profiles.packing import PackedError, pack, unpack
from fsm.ocpp.profiles.reading import read_profile
from fsm.ocpp.profiles.store import EMPTY, Store, clear, end_transaction, install
from tests.fsm.composite.notation import request
from tests.fsm.composite.test_cases import schema
from tests.fsm.composite.test_oracle import START, requests

RUNNING = Transaction("7", 1, START)
V16, V201 = "1.6", "2.0.1"


def profile(line: str, version: str) -> Profile:
    """A profile of one line; its schedule is of no matter here."""
    return read_profile(request(f"{line} start=08:00 A 0:16", version))


def store(version: str, *lines: str) -> Store:
    """A store with these."""
    found = EMPTY
    for line in lines:
        found = install(found, profile(line, version), RUNNING)
    return found


def ids(found: Store) -> list[int]:
    """Which profiles are there."""
    return sorted(each.id for each in found)


# --- SetChargingProfile ----------------------------------------------------------------------

REPLACES = [
    (V16, "1 TxDefault L0 Absolute", "1 Max L3 Absolute", "the same id"),
    (V16, "1 TxDefault L0 Absolute", "2 TxDefault L0 Absolute", "purpose and stack level"),
    (V16, "1 TxDefault L0 Absolute to=09:00", "2 TxDefault L0 Absolute from=09:00",
     "purpose and stack level, also where the one is valid after the other"),
    (V16, "1 Max L0 Absolute", "2 Max L0 Absolute", "purpose and stack level of the charge point"),
    (V16, "1 Tx L0 Absolute tx=7", "2 Tx L0 Absolute", "and transaction, named or not"),
    (V201, "1 TxDefault L0 Absolute", "1 Max L3 Absolute", "the same id"),
    (V201, "1 External L0 Absolute", "1 External L1 Absolute", "the same id, from outside"),
]  # fmt: skip


@pytest.mark.parametrize(("version", "old", "new", "why"), REPLACES)
def test_a_profile_replaces_another(version: str, old: str, new: str, why: str) -> None:
    """Only the new one is left."""
    found = store(version, old, new)
    assert len(found) == 1
    assert found[0].stack_level == profile(new, version).stack_level
    assert found[0].id == profile(new, version).id


BESIDE = [
    (V16, "1 TxDefault L0 Absolute", "2 TxDefault L1 Absolute"),
    (V16, "1 TxDefault L0 Absolute", "2 Tx L0 Absolute tx=7"),
    (V16, "1 TxDefault L0 Absolute on=0", "2 TxDefault L0 Absolute on=1"),
    (V16, "1 TxDefault L0 Absolute on=1", "2 TxDefault L0 Absolute on=2"),
    (V201, "1 TxDefault L0 Absolute to=09:00", "2 TxDefault L0 Absolute from=09:00"),
    (V201, "1 TxDefault L0 Absolute on=1", "2 TxDefault L0 Absolute on=2"),
    (V201, "1 Max L0 Absolute", "2 External L0 Absolute"),
]


@pytest.mark.parametrize(("version", "one", "other"), BESIDE)
def test_two_profiles_stand_beside_each_other(version: str, one: str, other: str) -> None:
    """In either order, and the stores are equal."""
    assert store(version, one, other) == store(version, other, one)
    assert ids(store(version, one, other)) == [1, 2]


REFUSED = [
    ("1 TxDefault L0 Absolute", "2 TxDefault L0 Absolute", "DuplicateProfile"),
    ("1 TxDefault L0 Absolute to=09:01", "2 TxDefault L0 Absolute from=09:00", "DuplicateProfile"),
    ("1 TxDefault L0 Absolute from=09:00", "2 TxDefault L0 Absolute to=09:01", "DuplicateProfile"),
    ("1 TxDefault L0 Absolute on=0", "2 TxDefault L0 Absolute on=1", "DuplicateProfile"),
    ("1 TxDefault L0 Absolute on=1", "2 TxDefault L0 Absolute on=0", "DuplicateProfile"),
    ("1 Max L0 Absolute", "2 Max L0 Absolute", "DuplicateProfile"),
    ("1 Tx L0 Absolute tx=7", "2 Tx L0 Absolute tx=7", "InvalidStackLevel"),
    ("1 External L0 Absolute", "1 TxDefault L0 Absolute", "DuplicateProfile"),
    ("1 TxDefault L0 Absolute", "1 External L0 Absolute", "DuplicateProfile"),
]


@pytest.mark.parametrize(("old", "new", "reason"), REFUSED)
def test_a_second_one_in_its_place_is_refused(old: str, new: str, reason: str) -> None:
    """By 2.0.1, with the reason code of the answer."""
    before = store(V201, old)
    with pytest.raises(ProfileError) as refused:
        install(before, profile(new, V201), RUNNING)
    assert refused.value.reason == reason


@pytest.mark.parametrize("version", [V16, V201])
@pytest.mark.parametrize(
    ("line", "running"),
    [
        ("1 Tx L0 Absolute tx=7", None),
        ("1 Tx L0 Absolute tx=8", RUNNING),
        ("1 Tx L0 Absolute tx=7 on=2", RUNNING),
    ],
)
def test_a_tx_profile_needs_its_transaction(
    version: str, line: str, running: Transaction | None
) -> None:
    """It is discarded where that does not run."""
    with pytest.raises(ProfileError) as refused:
        install(EMPTY, profile(line, version), running)
    assert refused.value.reason == "TxNotFound"


def test_the_end_of_a_transaction_takes_its_profiles() -> None:
    """Also one of 1.6 that named none; others stay."""
    found = store(V16, "1 Tx L0 Absolute", "2 Tx L1 Absolute tx=7", "3 TxDefault L0 Absolute")
    assert ids(end_transaction(found, "7")) == [3]
    assert end_transaction(found, "8") is found


# --- ClearChargingProfile --------------------------------------------------------------------

HELD = (
    "1 Max L0 Absolute",
    "2 TxDefault L0 Absolute on=0",
    "3 TxDefault L1 Absolute on=1",
    "4 Tx L1 Absolute tx=7",
)

CLEARS = [
    ({}, {}, []),
    ({"id": 3}, {"chargingProfileId": 3}, [1, 2, 4]),
    ({"id": 9}, {"chargingProfileId": 9}, [1, 2, 3, 4]),
    ({"connectorId": 0}, {"chargingProfileCriteria": {"evseId": 0}}, [3, 4]),
    ({"stackLevel": 1}, {"chargingProfileCriteria": {"stackLevel": 1}}, [1, 2]),
    ({"chargingProfilePurpose": "ChargePointMaxProfile"},
     {"chargingProfileCriteria": {"chargingProfilePurpose": "ChargingStationMaxProfile"}},
     [2, 3, 4]),
    ({"chargingProfilePurpose": "TxDefaultProfile", "connectorId": 1, "stackLevel": 1},
     {"chargingProfileCriteria":
      {"chargingProfilePurpose": "TxDefaultProfile", "evseId": 1, "stackLevel": 1}},
     [1, 2, 4]),
    ({"chargingProfilePurpose": "TxDefaultProfile", "connectorId": 1, "stackLevel": 0},
     {"chargingProfileCriteria":
      {"chargingProfilePurpose": "TxDefaultProfile", "evseId": 1, "stackLevel": 0}},
     [1, 2, 3, 4]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "left"), CLEARS)
def test_what_fits_all_criteria_is_cleared(
    old: dict[str, object], new: dict[str, object], left: list[int]
) -> None:
    """In both versions; a store that stays is the same object (status Unknown)."""
    for version, payload in ((V16, old), (V201, new)):
        name = "ClearChargingProfile" + ("" if version == V16 else "Request")
        schema(version, name).validate(payload)
        held = store(version, *HELD)
        cleared = clear(held, read_clear(Version(version), payload))
        assert ids(cleared) == left
        assert (cleared is held) == (left == [1, 2, 3, 4])


def test_constraints_from_outside_are_not_cleared() -> None:
    """They are not the CSMS's."""
    held = store(V201, "1 External L0 Absolute")
    assert clear(held, Criteria()) is held
    assert clear(held, Criteria(purpose=Purpose.EXTERNAL)) is held


@pytest.mark.parametrize(
    ("version", "payload"),
    [
        (V16, {"id": "1"}),
        (V16, {"evseId": 1}),
        (V16, {"chargingProfilePurpose": "ChargingStationMaxProfile"}),
        (V201, {"id": 1}),
        (V201, {"chargingProfileCriteria": 1}),
        (V201, {"chargingProfileCriteria": {"connectorId": 1}}),
        (V201, []),
    ],
)
def test_a_wrong_clear_is_refused(version: str, payload: object) -> None:
    """As the schemas do."""
    name = "ClearChargingProfile" + ("" if version == V16 else "Request")
    assert not schema(version, name).is_valid(payload)
    with pytest.raises(ProfileError):
        read_clear(Version(version), payload)


# --- packed ----------------------------------------------------------------------------------


@given(st.data())
def test_a_store_survives_msgpack(data: st.DataObject) -> None:
    """Whatever is in it; and it holds no float."""
    found = EMPTY
    for number in range(1, 4):
        made = read_profile(data.draw(requests("1.6", number)))
        running = Transaction("7", max(made.connector, 1), START)
        found = install(found, made, running)
    packed = msgpack.packb(pack(found))
    assert unpack(msgpack.unpackb(packed)) == found
    assert not any(isinstance(leaf, float) for leaf in leaves(pack(found)))


def leaves(value: object) -> list[object]:
    """All that is no list."""
    if isinstance(value, list):
        return [leaf for each in value for leaf in leaves(each)]
    return [value]


def test_what_is_no_packed_store_is_refused() -> None:
    """Each list cut by one, each leaf replaced by something of another type."""
    packed = pack(store(V201, "1 Tx L0 Daily tx=7 for=60", "2 TxDefault L0 Absolute"))
    assert unpack(packed) == store(V201, "1 Tx L0 Daily tx=7 for=60", "2 TxDefault L0 Absolute")
    wrong = list(_damaged(packed))
    assert len(wrong) > 40
    for value in (None, {}, *wrong):
        with pytest.raises(PackedError):
            unpack(value)


def _damaged(value: object, top: bool = True) -> list[object]:
    if not isinstance(value, list):
        return [1.5]
    rows = value and all(isinstance(each, list) for each in value)
    found: list[object] = [] if rows or top else [value[:-1]]
    for number, each in enumerate(value):
        found += [
            [*value[:number], other, *value[number + 1 :]] for other in _damaged(each, top=False)
        ]
    return found
