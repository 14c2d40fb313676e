"""The part of the app that follows its user's preferences: colours, letters, motion, keys."""

from collections.abc import Iterable, Sequence
from typing import Any

from textual import events
from textual.app import App, ReturnType, SystemCommand
from textual.filter import LineFilter
from textual.screen import Screen
from textual.theme import Theme
from textual.widgets import Input

from evtui import pace
from evtui.keys.keymap import key_of
from evtui.render.ascii import AsciiFilter
from evtui.render.no_color import NoColorFilter
from evtui.screens.quitting import QuitPanel
from evtui.screens.small import SmallScreen, is_too_small
from evtui.settings.force import Settings
from evtui.settings.place import NAME
from evtui.themes import ANSI_DARK, ANSI_LIGHT, DARK, THEMES, coarse

FEW_COLORS = ("standard", "windows")
"""What a terminal can is called so where it has sixteen colours, or nobody knows of more."""

OWN = ("Theme", "Quit", "Keys", "Screenshot")
"""Entries of Textual's palette for which there is one of our own: quitting asks, the help (``?``)
says the keys, and ``Y`` writes a picture where sessions are kept."""


def in_one(problems: Sequence[str]) -> str:
    """One notice for all that is wrong with the settings: many would cover what is watched."""
    first, more = problems[0], len(problems) - 1
    if not more:
        return first
    word, whole = ("mistake", "both") if more == 1 else ("mistakes", "all")
    return f"{first}\n{more} more {word}: evtui settings lists {whole}"


class ComfortApp(App[ReturnType]):
    """Themes, ASCII, calm, and the keys as somebody wants them."""

    settings: Settings
    confirm_quit: bool = True
    """Whether leaving asks while something is not kept."""
    frame_s = pace.FRAME_S
    """The screen changes at most this often, in seconds."""

    def make_comfortable(self) -> None:
        """Do what the settings say: before the first screen is there."""
        is_coarse = self.console.color_system == "256"
        for theme in THEMES:
            self.register_theme(coarse(theme) if is_coarse else theme)
        # Textual has read TEXTUAL_THEME before it knew our themes, and drawn its style sheet from
        # another one: whatever is set now must be a change, or nobody hears of it.
        self.set_reactive(App.theme, "")
        self.theme = self._wished()
        self._ascii, self._no_color = AsciiFilter(), NoColorFilter()
        if self.settings.reduced_motion:
            self.animation_level = "none"
            self.frame_s = pace.CALM_FRAME_S
        self.confirm_quit = self.settings.confirm_quit

    def _wished(self) -> str:
        """The theme that is wished; where a terminal has sixteen colours only, one made of them."""
        wished = self.settings.theme
        theme = self.get_theme(wished) or DARK
        if not theme.ansi and not self.no_color and self.console.color_system in FEW_COLORS:
            return (ANSI_DARK if theme.dark else ANSI_LIGHT).name
        return theme.name

    def key_of(self, name: str) -> str:
        """What the key of an action looks like, as it is bound."""
        return key_of(name, self.settings.keys)

    def tell_of_settings(self) -> None:
        """Bind the keys, and say what was wrong with the settings."""
        if keys := self.settings.keys:
            self.set_keymap({name: ",".join(several) for name, several in keys.items()})
        if problems := self.settings.problems:
            self.notify(in_one(problems), severity="warning", timeout=20, markup=False)
        self.theme_changed_signal.subscribe(self, self._theme_picked)

    def _theme_picked(self, theme: Theme) -> None:
        """A theme from the palette is for this run: the file of settings is its user's alone."""
        text = f'{theme.name}, for this run; to keep it: theme = "{theme.name}" in {NAME}'
        self.clear_notifications()
        self.notify(text, timeout=6, markup=False)

    # The palette.

    def action_command_palette(self) -> None:
        """Open it, but not over the question of quitting, nor where nothing can be seen."""
        if not isinstance(self.screen, (QuitPanel, SmallScreen)):
            super().action_command_palette()

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Of what Textual offers that which the app has not in its own way."""
        yield SystemCommand("Change theme", "Colours, for this run", self.action_change_theme)
        for it in super().get_system_commands(screen):
            if it.title not in OWN:
                yield it

    # The terminal.

    def on_resize(self, event: events.Resize) -> None:
        """Where the terminal has no room for a view, only that is said."""
        if is_too_small(event.size) and not self._is_small:
            self.push_screen(SmallScreen())

    @property
    def _is_small(self) -> bool:
        return any(isinstance(screen, SmallScreen) for screen in self.screen_stack)

    def get_line_filters(self) -> Sequence[LineFilter]:
        """With ASCII alone, or without colours, all that is drawn goes through one more filter."""
        # Textual's own filter for NO_COLOR is made before the theme is known, and leaves greys.
        filters = [self._no_color] if self.no_color else super().get_line_filters()
        return [*filters, self._ascii] if self.settings.ascii else filters

    def on_descendant_focus(self, _event: Any) -> None:
        """What is calm does not blink."""
        focused = self.focused
        if self.settings.reduced_motion and isinstance(focused, Input):
            focused.cursor_blink = False
