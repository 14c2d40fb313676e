"""No information by colour alone: without any colour, every view still tells every state."""

import re

import pytest
from rich.style import Style
from textual.theme import Theme

from evtui.app import EvtuiApp
from evtui.render import glyphs
from evtui.themes import ANSI_DARK, ANSI_LIGHT, DARK
from evtui.widgets.lines import Lines
from scenarios.view import CellState
from tests.evtui.walk import app_of, drawn, text_of, troubled, views

STATES = {"ok", "warn", "bad"}
SAID_BESIDE = {
    glyphs.CELL[CellState.APPLIED]: "what is on the disk of a crashed CP: its column has a ✗",
    glyphs.CELL[CellState.ACCEPTED]: "the same",
    glyphs.CELL[CellState.CHOSEN]: "the same",
    glyphs.CELL[CellState.EMPTY]: "the same",
    glyphs.MONITORED["supplying"]: "of a crashed CP: its row says so",
    "━": "a bar: its figures stand beside it",
    "│": "a lane: the message at its end says which channel it is of",
}
"""The same text in two colours, and what says the difference."""

TOLD = {
    "network": ("✗ crashed", "‖ paused", "≠ cut off", "◆", "○", "●", "▶", "▷"),
    "faults": ("alive, candidate", "On now", "● CP2", "crashed"),
    "links": ("up", "↛ one way", "4 cut"),
    "operator": ("SUPPLYING", "ACTIVATED"),
    "invariants": ("✓",),
    "ledger": ("✓",),
    "ocpp": ("waits",),
    "log": ("○ accepted", "●"),
    "link": ("only hears it", "up"),
    "membership": ("voter", "not now"),
    "branches": ("▸", "without crash"),
}
"""What must be read in a view, where some things are broken."""


@pytest.mark.parametrize("theme", [DARK, ANSI_DARK, ANSI_LIGHT], ids=lambda theme: theme.name)
async def test_every_state_is_told_without_colour(
    monkeypatch: pytest.MonkeyPatch, theme: Theme
) -> None:
    """By a word or a sign; and nothing that is drawn has a colour."""
    monkeypatch.setenv("NO_COLOR", "1")
    app = app_of(troubled(), theme=theme.name)
    async with app.run_test(size=(120, 48)) as pilot:
        seen = set()
        async for name in views(app, pilot):
            text = text_of(app)
            seen.add(name)
            for words in TOLD.get(name, ()):
                assert words in text, (name, words)
            for _, segments in drawn(app):
                for segment in segments:
                    style = segment.style or Style()
                    assert (style.color, style.bgcolor) == (None, None), (name, segment)
        assert set(TOLD) <= seen


async def test_what_is_selected_has_a_sign() -> None:
    """In every view: a ground alone says nothing without colours."""
    app = app_of(troubled())
    async with app.run_test(size=(120, 48)) as pilot:
        await pilot.pause()
        seen: set[str] = set()
        async for name in views(app, pilot):
            if name == "messages":
                await pilot.press("up")
                await pilot.pause()
            for widget in app.screen.query(Lines):
                for line in widget.shown:
                    if line.ground == "selected":
                        seen.add(name)
                        assert glyphs.CURSOR in line.plain, (name, line.plain)
        assert {"messages", "log", "branches", "operator", "network"} <= seen


async def test_what_textual_draws_has_a_sign_of_the_cursor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The command that would be done is underlined, where the next letter goes is reversed."""
    monkeypatch.setenv("NO_COLOR", "1")
    app = app_of(troubled())
    async with app.run_test(size=(120, 48)) as pilot:
        await pilot.press("colon", *"crash")
        for _ in range(100):
            await pilot.pause(0.02)
            if "CP1" in " ".join(with_(app, "underline")):
                break
        assert "".join(with_(app, "underline")).split()[:3] == ["Fault:", "crash", "CP1"]
        assert with_(app, "reverse")
        await pilot.press("escape", "escape")
        await pilot.pause()
        assert not with_(app, "reverse")
        await pilot.press("L", "slash")
        await pilot.pause()
        assert len("".join(with_(app, "reverse"))) == 1


async def test_a_panel_stands_alone_without_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    """What lies below it would run into its words."""
    monkeypatch.setenv("NO_COLOR", "1")
    app = app_of(troubled())
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("x")
        await pilot.pause()
        assert "Cut or join a link of CP1" in text_of(app)
        assert "Ten minutes" not in text_of(app)


def with_(app: EvtuiApp, attribute: str) -> list[str]:
    """The texts that are drawn with an attribute."""
    return [
        segment.text
        for _, segments in drawn(app)
        for segment in segments
        if segment.style is not None and getattr(segment.style, attribute)
    ]


async def test_one_text_has_one_colour_of_state() -> None:
    """Where it has two, something beside it says why; a figure says it itself."""
    app = app_of(troubled())
    async with app.run_test(size=(120, 36)) as pilot:
        seen = 0
        async for name in views(app, pilot):
            of: dict[tuple[str, str], set[str]] = {}
            for widget in app.screen.query(Lines):
                for line in widget.shown:
                    for text, role in line.spans:
                        kind = role.partition("@")[0].split()
                        key = (type(widget).__name__, text.strip(" ━"))
                        of.setdefault(key, set()).add(kind[0] if kind else "")
            for (widget_name, text), roles in of.items():
                seen += 1
                states = roles & STATES
                is_said = text in SAID_BESIDE or not text or re.search(r"\d", text)
                assert len(states) + bool(roles - STATES) < 2 or not states or is_said, (
                    name, widget_name, text, roles,
                )  # fmt: skip
        assert seen > 500
