"""The page of a history: what it shows, and that it needs nothing else."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from evtui.check.history import History
from evtui.check.layout import SHOWN_MAX, Bar, Layout, chosen, lay_out, line
from evtui.check.orders import walk
from evtui.check.page import page
from paxos.check.linearizability.models import KV
from paxos.check.linearizability.operations import Operation
from paxos.check.linearizability.verdict import check
from tests.paxos.linearizability.histories import concurrent, corrupted, history

VOID = {"meta", "input"}


class Tags(HTMLParser):
    """Checks that every tag is closed, and collects ids and references."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """One more."""
        values = dict(attrs)
        self.ids += [values["id"]] if values.get("id") else []  # type: ignore[list-item]
        self.targets += [values["href"][1:]] if values.get("href") else []  # type: ignore[index]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Closed at once."""

    def handle_endtag(self, tag: str) -> None:
        """It must be the one that was opened last."""
        assert self.open.pop() == tag


def page_of(operations: list[Operation]) -> str:
    """The page of a history of keys and values."""
    return page(History("h", "JSON lines", KV, operations), check(operations, KV))


STALE = history("0-1 put x a", "2-3 put x b", "4-5 get x a", "0-? put x c", "2-9 get y nil")


def test_a_wrong_history_as_a_page() -> None:
    """Its bars, what is to blame with signs, the order as a line; links lead somewhere."""
    text = page_of(STALE)
    tags = Tags(text)
    assert len(tags.ids) == len(set(tags.ids))
    assert set(tags.targets) <= set(tags.ids)
    assert text.count('class="bar') == 4
    assert "✗ get x → " in text
    assert text.count('<g class="order') == text.count('type="radio"') >= 1
    assert "checked" in text
    assert "y" not in re.findall(r"Key (.*?)<", text)[0]
    assert not re.search(r"https?:|url\((?!#)|@import|<link|<img", text)


@pytest.mark.parametrize("operations", [[], STALE[:2], concurrent(1, 300, keys=2, clients=4)])
def test_a_right_history_as_a_page(operations: list[Operation]) -> None:
    """Empty, small and large."""
    text = page_of(operations)
    Tags(text)
    assert "✓ linearizable" in text
    assert text.count('class="bar') <= SHOWN_MAX


def test_a_text_of_a_history_is_no_code() -> None:
    """Keys, values and clients stand there as they are."""
    evil = "</svg><script>alert(1)</script>"
    put = Operation(1, evil, evil, "put", evil, None, 0, 1)
    get = Operation(2, '" onfocus="x', evil, "get", None, None, 2, 3)
    text = page_of([put, get])
    Tags(text)
    assert text.count("<script>") == 1
    assert 'onfocus="x' not in text


def test_a_large_history_shows_what_matters() -> None:
    """The operations around the end and those to blame, not thousands."""
    operations = corrupted(concurrent(2, 3_000, keys=20), 2)
    violation = check(operations, KV).violation
    assert violation is not None
    shown, left = chosen(violation.partition, violation.conflict)
    assert len(shown) == SHOWN_MAX
    assert left == len(violation.partition) - SHOWN_MAX
    assert {op.number for op in violation.conflict} <= {op.number for op in shown}
    assert len(page_of(operations)) < 300_000


def _placed(operations: list[Operation]) -> Layout:
    return lay_out(operations, [KV.words(op) for op in operations])


def test_what_came_before_stands_left() -> None:
    """Bars keep the order of events, have room for their labels, and never cover each other."""
    operations = sorted(concurrent(3, 60, keys=1, clients=6), key=lambda op: op.call)
    layout = _placed(operations)
    for one in layout.bars:
        assert one.width >= 7 * len(one.label)
        for other in layout.bars:
            if one.operation.returned is not None and (
                one.operation.returned < other.operation.call
            ):
                assert one.x + one.width < other.x
            if one is not other and one.y == other.y:
                assert one.x + one.width <= other.x or other.x + other.width <= one.x


def test_the_line_of_an_order_stays_inside_its_bars() -> None:
    """From left to right, each point between call and return."""
    operations = sorted(concurrent(4, 60, keys=1, clients=6), key=lambda op: op.call)
    (order,) = check(operations, KV).orders.values()
    points = line(_placed(operations), order)
    assert len(points) == len(order)
    xs = [x for _, x, _ in points]
    assert xs == sorted(xs)
    bars: list[Bar] = [bar for bar, _, _ in points]
    assert all(bar.x <= x <= bar.x + bar.width for bar, x in zip(bars, xs, strict=True))


def test_an_order_says_what_is_there_and_what_cannot_be_next() -> None:
    """The value after each operation; those that were due, and were told another value."""
    operations = history("0-1 put x a", "2-3 put x b", "4-9 get x a", "5-8 get x b", "0-? put x c")
    violation = check(operations, KV).violation
    assert violation is not None
    found = walk(KV, violation.partition, violation.orders[0], violation.last)
    assert [op.number for op in found.order] == [1, 2, 4]
    assert found.states == ("a", "b", "b")
    assert [op.number for op in found.refused] == [3]
    text = page_of(operations)
    assert text.count('<line class="no"') >= 1
    assert "– cannot be next: &#x27;b&#x27; is there" in text
    assert "3: &#x27;b&#x27;" in text


def test_what_is_under_way_at_the_end_of_the_prefix_is_not_due() -> None:
    """It has no answer there, so nothing of it can be impossible."""
    operations = history("0-1 put x a", "2-4 get x b", "2-9 get x c")
    violation = check(operations, KV).violation
    assert violation is not None
    found = walk(KV, violation.partition, violation.orders[0], violation.last)
    assert [op.number for op in found.refused] == [2]


def test_pointing_at_an_operation_names_an_order_that_has_it() -> None:
    """The longest; none for what stands in no order."""
    text = page_of(STALE)
    bars = re.findall(r'<a href="#line(\d+)"[^>]*?(?: data-order="(o\d+)")?>', text)
    assert dict(bars)["3"] == ""
    assert dict(bars)["1"] == "o0"


def test_a_page_is_written(tmp_path: Path) -> None:
    """By the command."""
    from evtui.cli import main

    file, target = tmp_path / "h.jsonl", tmp_path / "h.html"
    file.write_text('{"client":0,"op":"put","key":"x","value":"\\ud800","call":0,"return":1}')
    assert main(["check", str(file), "--html", str(target)]) == 0
    Tags(target.read_text(encoding="utf-8"))
