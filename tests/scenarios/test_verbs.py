"""The table of verbs: nothing in it without a meaning, and nothing elsewhere that it lacks."""

import pytest

from scenarios import format as spec
from scenarios import inputs
from scenarios.verbs import VERBS


def test_every_verb_is_carried_out():
    """And what is carried out is a verb."""
    of_one_site = {name for name, verb in VERBS.items() if not verb.of_city}
    assert set(inputs._DO) == of_one_site


def test_every_argument_is_a_key_and_every_key_an_argument():
    """A script can say all that a verb takes."""
    keys = {key.attribute for key in spec.AT.keys} - {"t_us", "verb", "after"}
    assert {name for verb in VERBS.values() for name in (*verb.needs, *verb.may)} == keys


@pytest.mark.parametrize("name", VERBS)
def test_whom_a_verb_may_be_said_of_fits_what_it_takes(name):
    """Nobody is everyone without a charge point, and nothing is needed and optional at once."""
    verb = VERBS[name]
    assert "cp" in verb.needs or not (verb.leader or verb.everyone)
    assert not set(verb.needs) & set(verb.may)
    assert verb.on_links == (set(verb.may) >= {"a", "b"})
