"""The immutable mapping of the replicated state: it is a dict, and no version ever changes."""

from hypothesis import given
from hypothesis import strategies as st

from fsm.network.layers import Layers


@given(st.lists(st.dictionaries(st.integers(0, 200), st.integers(), max_size=20), max_size=60))
def test_it_is_a_dict_that_remembers_every_version(steps: list[dict[int, int]]) -> None:
    """Content and order of every version are those of a dict at that time, also much later."""
    model: dict[int, int] = {}
    layers: Layers[int, int] = Layers()
    versions = [(dict(model), layers)]
    for changes in steps:
        model.update(changes)
        layers = layers.updated(changes)
        versions.append((dict(model), layers))
    for expected, version in versions:
        assert list(version.items()) == list(expected.items())
        assert len(version) == len(expected)
        assert [version.get(key, -1) for key in range(5)] == [
            expected.get(key, -1) for key in range(5)
        ]
        assert [key in version for key in range(5)] == [key in expected for key in range(5)]


def test_versions_share_what_did_not_change() -> None:
    """Ten thousand versions of a thousand keys hold far fewer than ten million entries."""
    layers = Layers(dict.fromkeys(range(1000), 0))
    versions = []
    for number in range(10_000):
        layers = layers.updated({number % 1_000: number})
        versions.append(layers)
    dicts = {id(d): len(d) for v in versions for d in (v._base, v._top)}
    assert sum(dicts.values()) < 700_000


def test_nothing_set_makes_no_version() -> None:
    """Setting no key gives the mapping itself."""
    layers = Layers({1: 1})
    assert layers.updated({}) is layers
