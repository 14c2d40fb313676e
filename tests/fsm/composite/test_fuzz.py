"""Whatever stands in a document, it is answered or refused: nothing else happens."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from evtui.json_lines import line_of
from evtui.profile_file import ask
from evtui.profiles import as_json, as_text
from fsm.ocpp.profiles.composite import composite
from fsm.ocpp.profiles.errors import ProfileError
from tests.fsm.composite.test_oracle import documents

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
    | st.sampled_from(["A", "TxProfile", "Relative", "0001-01-01T00:00:00+23:59",
                       "9999-12-31T23:59:59-23:59", 2**31 - 1, 1024, 0.1]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)  # fmt: skip


@st.composite
def oddly(draw: st.DrawFn) -> Any:
    """A valid document with one value of it replaced."""
    document = draw(documents())
    place: Any = document
    while True:
        keys = range(len(place)) if isinstance(place, list) else sorted(place)
        key = draw(st.sampled_from(keys))
        inner = place[key]
        if not isinstance(inner, list | dict) or not inner or draw(st.integers(0, 3)) == 0:
            place[key] = draw(ODD)
            return document
        place = inner


@settings(max_examples=400, deadline=None)
@given(oddly() | ODD)
def test_every_document_is_answered_or_refused(document: Any) -> None:
    """With a place and a sentence."""
    errors: list[ProfileError] = []
    try:
        it = ask(document, errors)
    except ProfileError as error:
        errors.append(error)
    for error in errors:
        # The path may hold a key of the document's own; the command escapes it.
        assert f"found {error.found}; allowed {error.allowed}".isprintable()
        assert error.found
        assert error.allowed
    if errors:
        return
    found = composite(
        it.store, it.connector, it.start_s, min(it.duration_s, 100_000), it.unit, it.transaction,
        it.supply, it.connectors,
    )  # fmt: skip
    assert line_of(as_json(found), ("periods",)) == 1
    assert as_text(found).startswith("from ")
