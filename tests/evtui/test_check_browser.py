"""The page of a history in a real browser, where there is one."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evtui.check.history import History
from evtui.check.page import page
from paxos.check.linearizability.models import KV
from paxos.check.linearizability.operations import Operation
from paxos.check.linearizability.verdict import check
from tests.paxos.linearizability.histories import history

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)

FORKED = history("0-4 put x a", "0-4 put x b", "5-8 get x a", "5-8 get x b")
"""Of the two reads an order has one or the other."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium, without a window."""
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    with api.sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


def opened(browser: Any, folder: Path, operations: list[Operation], **options: Any) -> Any:
    """The page of these operations in a tab; what it complains of is in ``tab.said``."""
    file = folder / "h.html"
    found = check(operations, KV)
    text = page(History("h", "JSON lines", KV, operations), found)
    file.write_text(text, encoding="utf-8", errors="replace")
    tab = browser.new_page(**options)
    tab.said = []
    for event in ("console", "pageerror", "dialog", "request"):
        tab.on(event, lambda it, event=event: tab.said.append((event, str(it))))
    tab.goto(file.as_uri())
    return tab


def test_pointing_at_an_operation_shows_the_longest_order_that_has_it(
    browser: Any, tmp_path: Path
) -> None:
    """And leaving it shows what was chosen again; the keyboard does the same."""
    tab = opened(browser, tmp_path, FORKED)
    chosen = "document.querySelector('input:checked').id"
    assert tab.evaluate(chosen) == "o0"
    bar = tab.locator("a[data-order=o1]").first
    bar.hover()
    assert tab.evaluate(chosen) == "o1"
    assert tab.locator("g.o1 polyline").is_visible()
    assert not tab.locator("g.o0 polyline").is_visible()
    tab.mouse.move(1, 1)
    assert tab.evaluate(chosen) == "o0"
    tab.locator("label[for=o1]").click()
    first = tab.locator("a[data-order=o0]").first
    first.focus()
    assert tab.evaluate(chosen) == "o0"
    first.blur()
    assert tab.evaluate(chosen) == "o1"
    assert [it for it in tab.said if it[0] != "request"] == []
    tab.close()


def test_without_scripts_orders_are_chosen_above_the_picture(browser: Any, tmp_path: Path) -> None:
    """Nothing is hidden from who allows none."""
    tab = opened(browser, tmp_path, FORKED, java_script_enabled=False)
    tab.locator("label[for=o1]").click()
    assert tab.locator("g.o1 polyline").is_visible()
    assert not tab.locator("g.o0 polyline").is_visible()
    tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_loads_nothing_else_and_follows_the_scheme(
    scheme: str, browser: Any, tmp_path: Path
) -> None:
    """One request, for itself; paper and ink are far apart."""
    tab = opened(browser, tmp_path, FORKED, color_scheme=scheme)
    assert [kind for kind, _ in tab.said] == ["request"]
    paper, ink = (
        sum(map(int, tab.evaluate(f"getComputedStyle(document.body).{name}")[4:-1].split(",")))
        for name in ("backgroundColor", "color")
    )
    assert abs(paper - ink) > 500
    assert (paper > ink) is (scheme == "light")
    tab.close()


def test_texts_of_a_history_never_run(browser: Any, tmp_path: Path) -> None:
    """Keys, values and clients that try to."""
    evil = "\"></svg><img src=x onerror=alert(1)><script>alert(2)</script>' onfocus=alert(3) x='"
    operations = [
        Operation(1, evil, evil, "put", evil, None, 0, 1),
        Operation(2, evil, evil, "get", None, "a", 2, 3),
    ]
    tab = opened(browser, tmp_path, operations)
    for bar in tab.locator("a.bar").all():
        bar.hover()
        bar.focus()
    assert [kind for kind, _ in tab.said] == ["request"]
    assert tab.locator("img").count() == 0
    tab.close()
