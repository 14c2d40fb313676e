"""Themes: text can be read on every ground, and without any colour."""

import time

import pytest
from textual.app import App
from textual.color import Color
from textual.geometry import Region
from textual.strip import Strip
from textual.theme import BUILTIN_THEMES, Theme
from textual.widgets import Input

from evtui.app import EvtuiApp
from evtui.pace import CALM_FRAME_S
from evtui.render.ink import GROUNDS, ROLES, Ink
from evtui.settings.force import Settings
from evtui.settings.place import settings_file
from evtui.themes import ANSI_DARK, ANSI_LIGHT, DARK, LIGHT, THEMES
from evtui.widgets.panes import Header
from tests.evtui.conftest import session_at

FULL = [theme for theme in THEMES if not theme.ansi]
"""Our themes that have colours of their own."""


def contrast(a: Color, b: Color) -> float:
    """Contrast ratio of two colours (WCAG 2.1)."""

    def luminance(color: Color) -> float:
        parts = [
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
            for part in color.normalized
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", FULL, ids=lambda theme: theme.name)
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("role", [role for role in ROLES if role != "faint"])
def test_text_has_a_contrast_of_four_and_a_half(theme: Theme, ground: str, role: str) -> None:
    """Every role that carries text, on every ground; ``faint`` draws tracks and dots only."""
    style = Ink(theme.to_color_system().generate() | theme.variables).style(role, ground)
    assert style.color is not None
    assert style.bgcolor is not None
    ratio = contrast(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor))
    assert ratio >= 4.5


async def test_another_theme_is_drawn_at_once() -> None:
    """Lines take their colours anew when the theme changes, paused or not."""
    app = EvtuiApp(session_at(0), paused=True)
    async with app.run_test() as pilot:
        for theme in (LIGHT, DARK):
            app.theme = theme.name
            for _ in range(100):
                await pilot.pause(0.02)
                if theme.variables["ink-panel"] in grounds(app):
                    break
            assert grounds(app) == {theme.variables["ink-panel"]}


def grounds(app: EvtuiApp) -> set[str]:
    """Colours behind the first line of the header."""
    strip = app.screen.query_one(Header).render_lines(Region(0, 0, 80, 1))[0]
    return {seg.style.bgcolor.name for seg in strip if seg.style and seg.style.bgcolor}


@pytest.mark.parametrize(
    ("wished", "theme"),
    [
        ("evtui-light", "evtui-light"),
        ("ansi-dark", "ansi-dark"),
        ("posting, evtui-light", "evtui-light"),
        ("evtui-drak", DARK.name),
    ],
)
def test_the_environment_can_wish_a_theme(
    monkeypatch: pytest.MonkeyPatch, wished: str, theme: str
) -> None:
    """``TEXTUAL_THEME`` names any theme there is, or several; what there is not is told."""
    monkeypatch.setenv("TEXTUAL_THEME", wished)
    app = EvtuiApp(session_at(0), paused=True)
    assert app.theme == theme
    told = 'TEXTUAL_THEME: found "evtui-drak"; allowed'
    assert [it[: len(told)] for it in app.settings.problems] == [told] * ("drak" in wished)


@pytest.mark.parametrize(
    "theme", [*THEMES, BUILTIN_THEMES["textual-light"]], ids=lambda it: it.name
)
async def test_the_environment_is_heard_everywhere(
    monkeypatch: pytest.MonkeyPatch, theme: Theme
) -> None:
    """What Textual draws itself has the colours of the theme, too, and not those of another."""
    with monkeypatch.context() as patched:
        # As Textual does where the variable is set before it is imported.
        patched.setattr(App.theme, "_default", theme.name)
        patched.setenv("TEXTUAL_THEME", theme.name)
        heard = await question_of(EvtuiApp(session_at(0), paused=True))
    settings = Settings(theme=theme.name)
    assert heard == await question_of(EvtuiApp(session_at(0), paused=True, settings=settings))


async def question_of(app: EvtuiApp) -> list[object]:
    """What the terminal shows when somebody is asked before he leaves, and what it is made of."""
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("k")
        await pilot.pause()
        await pilot.press("q")
        await pilot.pause()
        variables = app.stylesheet._variables
        return [*drawn_of(app), variables["foreground"], variables["panel"]]


def drawn_of(app: EvtuiApp) -> list[Strip]:
    """All that the terminal shows."""
    return list(app.screen._compositor.render_strips())


@pytest.mark.parametrize(
    ("wished", "drawn"),
    [("evtui-light", ANSI_LIGHT), ("evtui-safe-dark", ANSI_DARK), ("nord", ANSI_DARK)],
)
def test_a_terminal_of_sixteen_colours_is_drawn_in_them(
    monkeypatch: pytest.MonkeyPatch, wished: str, drawn: Theme
) -> None:
    """On the ground that was wished: what comes nearest to other colours cannot be read there."""
    monkeypatch.delenv("COLORTERM")
    settings = Settings(theme=wished)
    assert EvtuiApp(session_at(0), paused=True, settings=settings).theme == wished
    monkeypatch.setenv("TERM", "xterm")
    assert EvtuiApp(session_at(0), paused=True, settings=settings).theme == drawn.name


async def test_a_theme_of_the_palette_is_for_this_run() -> None:
    """A notice says how it is kept: no file is written that only its user writes."""
    app = EvtuiApp(session_at(0), paused=True)
    async with app.run_test(size=(120, 36)) as pilot:
        assert not app._notifications
        app.theme = "nord"
        await pilot.pause()
        await pilot.pause()
        told = [note.message for note in app._notifications]
        assert told == ['nord, for this run; to keep it: theme = "nord" in settings.toml']
        assert not settings_file().exists()


async def test_what_is_calm_does_not_move() -> None:
    """No animation, no blinking cursor, and two pictures a second at most."""
    app = EvtuiApp(session_at(0), speed=50, settings=Settings(reduced_motion=True))
    async with app.run_test(size=(120, 36)) as pilot:
        assert app.animation_level == "none"
        pictures: list[object] = []
        app.watch(app, "picture", lambda seen: pictures.append(seen), init=False)
        begin_s = time.monotonic()
        while len(pictures) < 4:
            await pilot.pause(0.02)
            assert time.monotonic() < begin_s + 60
        assert time.monotonic() - begin_s >= 2 * CALM_FRAME_S * 0.9
        await pilot.press("colon")
        await pilot.pause()
        typed = app.screen.query_one(Input)
        assert typed.has_focus
        assert not typed.cursor_blink
