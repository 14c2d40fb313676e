"""Kinds of records: what they are called, how they are packed, their keys and places."""

import inspect
import pkgutil
from importlib import import_module

import pytest

from fsm.network import records
from fsm.network.digest import hash_64
from fsm.network.records import (
    INDEXES,
    KIND_OF,
    KINDS,
    NO_MARKS,
    Asset,
    Observer,
    Reservation,
    Tables,
    Transaction,
    flat,
    key_of,
    marks_of,
)
from fsm.network.tables import Draft, make_tables

RUNNING = Transaction(7, "CP1", 1, "EV1", 10, 0, 500, 20)
PROMISED = Reservation(3, "CP1", 1, "EV1", 10, 20, 15, 0, "CP1", 5)


def test_the_kinds_are_what_hashes_and_snapshots_have():
    """A new name or another order makes old snapshots and digests void: then VERSION goes up."""
    assert [(kind.name, kind.table) for kind in KINDS] == [
        ("asset", "assets"),
        ("transaction", "transactions"),
        ("id_tag", "id_tags"),
        ("instruction", "instructions"),
        ("condition", "conditions"),
        ("observer", "observers"),
        ("reservation", "reservations"),
        ("loss", "losses"),
        ("stay", "stays"),
        ("place", "places"),
        ("meter_key", "meter_keys"),
        ("revocation", "revocations"),
        ("evidence", "evidence"),
        ("charging_profiles", "charging_profiles"),
        ("needs", "needs"),
        ("prices", "prices"),
        ("bill", "bills"),
        ("account", "accounts"),
        ("entry", "entries"),
        ("planning", "planning"),
        ("energy_request", "energy_requests"),
        ("energy_plan", "energy_plans"),
        ("plan_turn", "plan_turns"),
        ("cabinet", "cabinets"),
        ("grant", "grants"),
    ]


def test_every_record_class_is_registered():
    """A class in a file of the package that has no field in the tables would be lost."""
    own = {Tables, records.Kind}
    found = {
        cls
        for module in pkgutil.iter_modules(records.__path__)
        for _, cls in inspect.getmembers(import_module(f"{records.__name__}.{module.name}"))
        if inspect.isclass(cls) and hasattr(cls, "_fields") and cls not in own
    }
    assert found == set(KIND_OF)


def test_a_record_is_packed_in_the_order_of_its_fields():
    """And hashed so."""
    assert flat(RUNNING) == [7, "CP1", 1, "EV1", 10, 0, 500, 20, None, ""]
    tables = make_tables(1, records={"transactions": [RUNNING]})
    assert tables.hashes["transaction", 7] == hash_64("transaction", flat(RUNNING))


@pytest.mark.parametrize(
    ("record", "key"), [(RUNNING, 7), (Asset("CP2"), "CP2"), (Observer(4, "CP1", 9), 1)]
)
def test_the_first_field_is_the_key(record, key):
    """Unless the class says another: of observers there is one."""
    assert key_of(record) == key
    draft = Draft(make_tables(1))
    draft.put(record)
    assert list(draft.keep().table(type(record))) == [key]


@pytest.mark.parametrize(
    ("record", "marks"),
    [
        (RUNNING, (("open_by_cp", "CP1"), ("open_by_tag", "EV1"))),
        (RUNNING._replace(stop_us=30), NO_MARKS),
        (PROMISED, (("reserved_by_tag", "EV1"),)),
        (PROMISED._replace(status="Used"), NO_MARKS),
        (Asset("CP1"), NO_MARKS),
    ],
)
def test_a_record_holds_its_places_while_it_is_in_force(record, marks):
    """The tables have an index for each; one that is over frees it."""
    assert marks_of(record) == marks
    assert {index for index, _ in marks} <= set(INDEXES)
    table = KIND_OF[type(record)].table
    tables = make_tables(1, records={table: [record]})
    held = {(index, key) for index in INDEXES for key in getattr(tables, index)}
    assert held == set(marks)
