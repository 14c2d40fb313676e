"""Transition tables: total, unambiguous, all of it reachable, drawable."""

from enum import StrEnum

import pytest

from fsm.table import ImpossibleEventError, Table, TableError
from fsm.v2g.cp_table import CP_TABLE, REQUEST_EVENTS, CpEvent, CpState
from fsm.v2g.ev_steps import STEPS
from fsm.v2g.ev_table import EV_TABLE, RESPONSE_EVENTS, EvState
from fsm.v2g.responders import RESPONDERS

TABLES = [CP_TABLE, EV_TABLE]


class Lamp(StrEnum):
    """States of a lamp."""

    OFF = "off"
    ON = "on"


class Press(StrEnum):
    """Events of a lamp."""

    UP = "up"
    DOWN = "down"


def lamp(**changes):
    """A lamp's table, with changes."""
    parts = {
        "initial": Lamp.OFF,
        "moves": {Lamp.OFF: {Press.UP: (Lamp.ON, "light")}, Lamp.ON: {Press.DOWN: (Lamp.OFF, "")}},
        "ignored": {Lamp.ON: [Press.UP]},
        "impossible": {Lamp.OFF: [Press.DOWN]},
    }
    return Table("lamp", Lamp, Press, **{**parts, **changes})


def test_row_ignored_and_impossible():
    """The three kinds of outcome."""
    table = lamp()
    row = table.row(Lamp.OFF, Press.UP)
    assert (row.next_state, row.action) == (Lamp.ON, "light")
    assert table.row(Lamp.ON, Press.UP) is None
    with pytest.raises(ImpossibleEventError, match="down cannot happen in off"):
        table.row(Lamp.OFF, Press.DOWN)


@pytest.mark.parametrize(
    "changes",
    [
        {"ignored": {}},
        {"ignored": {Lamp.ON: [Press.UP], Lamp.OFF: [Press.UP]}},
        {"impossible": {Lamp.OFF: [Press.DOWN], Lamp.ON: [Press.UP]}},
    ],
)
def test_a_pair_with_none_or_two_outcomes_is_refused(changes):
    """A table is checked when it is made."""
    with pytest.raises(TableError, match="outcomes"):
        lamp(**changes)


def test_an_unreachable_state_is_refused():
    """A state that nothing leads to is a mistake."""
    moves = {Lamp.OFF: {Press.UP: (Lamp.OFF, "")}, Lamp.ON: {Press.DOWN: (Lamp.OFF, "")}}
    with pytest.raises(TableError, match="nothing leads to on"):
        lamp(moves=moves)


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_state_and_event_has_exactly_one_outcome(table):
    """Each pair is a row, ignored or impossible, and only one of them."""
    for state in table.states:
        for event in table.events:
            pair = (state, event)
            kinds = [pair in table.rows, pair in table.ignored, pair in table.impossible]
            assert sum(kinds) == 1, pair


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_every_state_is_reachable_and_can_return(table):
    """From the initial state everywhere, and from everywhere back."""
    assert set(table.reachable()) == set(table.states)
    for state in table.states:
        seen, frontier = {state}, [state]
        while frontier:
            here = frontier.pop()
            for row in table.rows.values():
                if row.state == here and row.next_state not in seen:
                    seen.add(row.next_state)
                    frontier.append(row.next_state)
        assert table.initial in seen


def test_the_names_are_the_ones_asked_for():
    """Six states of an EV, eight of a charge point, by their names."""
    assert [state.value for state in EvState] == [
        "not_connected",
        "connected_not_charging",
        "send_needs",
        "receive_scheduling",
        "charging_with_profile",
        "charging_without_profile",
    ]
    assert [state.value for state in CpState] == [
        "waiting_ev",
        "begin_session",
        "authentication",
        "energy_negotiation",
        "charging",
        "end_session",
        "restarting_session",
        "failure",
    ]


def test_every_action_of_a_table_exists():
    """No row names an action that nobody wrote, and none is written for nothing."""
    assert {row.action for row in EV_TABLE.rows.values()} == set(STEPS)
    refusals = {"sequence_error", "refuse"}
    from_requests = {row.action for row in CP_TABLE.rows.values() if row.event in REQUEST_EVENTS}
    assert from_requests - refusals == set(RESPONDERS)


def test_unplugging_leads_home_from_everywhere():
    """Whatever happened, without a cable there is no session."""
    for state in CpState:
        if state is not CpState.WAITING_EV:
            assert CP_TABLE.rows[(state, CpEvent.EV_UNPLUGGED)].next_state is CpState.WAITING_EV
    assert len(RESPONSE_EVENTS) == 21
