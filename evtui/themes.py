"""Our themes: dark, light, safe for the colour-blind, and the terminal's own sixteen colours.

Every text colour has a contrast of 4.5 or more; of the sixteen, where they are as xterm has them.

``ink-*`` are the colours of what is drawn line by line (:mod:`evtui.render.ink`); ``ink-faint`` is
for tracks and dots that carry no text.
"""

from dataclasses import replace

from textual.theme import BUILTIN_THEMES, Theme

DARK = Theme(
    name="evtui-dark",
    primary="#7cb7ff",
    secondary="#8fa3bf",
    accent="#c8a6ff",
    warning="#f0c05a",
    error="#ff8a80",
    success="#7ddb9a",
    foreground="#dbe2ec",
    background="#10141b",
    surface="#19202b",
    panel="#1c2430",
    dark=True,
    variables={
        "ink-panel": "#19202b",
        "ink-selected": "#22344d",
        "ink-dim": "#94a1b5",
        "ink-faint": "#465264",
        "ink-accent": "#7cb7ff",
        "ink-ok": "#7ddb9a",
        "ink-warn": "#f0c05a",
        "ink-bad": "#ff8a80",
        "ink-consensus": "#c8a6ff",
        "ink-key": "#8fd3ff",
        "ink-alarm": "#8c1d18",
        "ink-alarm-text": "#ffffff",
        "border": "#2b3647",
        "block-cursor-background": "#22344d",
        "block-cursor-foreground": "#dbe2ec",
        "block-cursor-blurred-background": "#22344d",
        "block-cursor-blurred-foreground": "#dbe2ec",
        "scrollbar": "#2b3647",
        "scrollbar-background": "#10141b",
    },
)

LIGHT = Theme(
    name="evtui-light",
    primary="#0b5cad",
    secondary="#4a5a70",
    accent="#6f3fb0",
    warning="#7a5200",
    error="#b3261e",
    success="#176a35",
    foreground="#1d2530",
    background="#fbfaf8",
    surface="#f0eee9",
    panel="#efece6",
    dark=False,
    variables={
        "ink-panel": "#f0eee9",
        "ink-selected": "#d8e6f8",
        "ink-dim": "#55606f",
        "ink-faint": "#b7bcc4",
        "ink-accent": "#0b5cad",
        "ink-ok": "#176a35",
        "ink-warn": "#7a5200",
        "ink-bad": "#b3261e",
        "ink-consensus": "#6f3fb0",
        "ink-key": "#0b5cad",
        "ink-alarm": "#b3261e",
        "ink-alarm-text": "#ffffff",
        "border": "#d5d0c6",
        "block-cursor-background": "#d8e6f8",
        "block-cursor-foreground": "#1d2530",
        "block-cursor-blurred-background": "#d8e6f8",
        "block-cursor-blurred-foreground": "#1d2530",
        "scrollbar": "#c9c4ba",
        "scrollbar-background": "#fbfaf8",
    },
)

# Ok, warning, bad, consensus and accent stay apart for who sees no red, no green or no blue: sought
# by the least distance of any two in CIE L*a*b* after the simulation of Machado, Oliveira and
# Fernandes (2009), which a test does again.
SAFE_DARK = Theme(
    name="evtui-safe-dark",
    primary="#55aabb",
    secondary="#8fa3bf",
    accent="#aa88ff",
    warning="#ddcc11",
    error="#ff7766",
    success="#66ffbb",
    foreground=DARK.foreground,
    background=DARK.background,
    surface=DARK.surface,
    panel=DARK.panel,
    dark=True,
    variables=DARK.variables
    | {
        "ink-accent": "#55aabb",
        "ink-ok": "#66ffbb",
        "ink-warn": "#ddcc11",
        "ink-bad": "#ff7766",
        "ink-consensus": "#aa88ff",
        "ink-key": "#8fd3ff",
    },
)

SAFE_LIGHT = Theme(
    name="evtui-safe-light",
    primary="#885566",
    secondary="#4a5a70",
    accent="#6600cc",
    warning="#bb3300",
    error="#661111",
    success="#1166aa",
    foreground=LIGHT.foreground,
    background=LIGHT.background,
    surface=LIGHT.surface,
    panel=LIGHT.panel,
    dark=False,
    variables=LIGHT.variables
    | {
        "ink-accent": "#885566",
        "ink-ok": "#1166aa",
        "ink-warn": "#bb3300",
        "ink-bad": "#661111",
        "ink-consensus": "#6600cc",
        "ink-key": "#0b5cad",
    },
)


def _ansi(name: str, *, dark: bool, colors: dict[str, str]) -> Theme:
    """A theme of the terminal's own colours on its own ground."""
    twin = BUILTIN_THEMES["ansi-dark" if dark else "ansi-light"]
    mine = {
        "ink-accent": colors["primary"],
        "ink-ok": colors["success"],
        "ink-warn": colors["warning"],
        "ink-bad": colors["error"],
        "ink-consensus": colors["accent"],
        "ink-key": colors["primary"],
    }
    return Theme(
        name=name,
        ansi=True,
        dark=dark,
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables=twin.variables | mine,
        primary=colors["primary"],
        secondary=colors["secondary"],
        accent=colors["accent"],
        warning=colors["warning"],
        error=colors["error"],
        success=colors["success"],
    )


ANSI_DARK = _ansi(
    "evtui-ansi-dark",
    dark=True,
    colors={
        "primary": "ansi_bright_cyan",
        "secondary": "ansi_cyan",
        "accent": "ansi_bright_magenta",
        "warning": "ansi_bright_yellow",
        "error": "ansi_bright_red",
        "success": "ansi_bright_green",
    },
)

# On white, yellow, green and cyan cannot be read: there are fewer colours, and the signs remain.
ANSI_LIGHT = _ansi(
    "evtui-ansi-light",
    dark=False,
    colors={
        "primary": "ansi_blue",
        "secondary": "ansi_blue",
        "accent": "ansi_magenta",
        "warning": "ansi_magenta",
        "error": "ansi_red",
        "success": "ansi_blue",
    },
)

THEMES = (DARK, LIGHT, SAFE_DARK, SAFE_LIGHT, ANSI_DARK, ANSI_LIGHT)

_GREY = {"ink-selected", "block-cursor-background", "block-cursor-blurred-background"}
_COARSE = {
    DARK.name: dict.fromkeys(_GREY, "#303030"),
    LIGHT.name: dict.fromkeys(_GREY, "#f0f0f0"),
    SAFE_DARK.name: dict.fromkeys(_GREY, "#303030"),
    SAFE_LIGHT.name: dict.fromkeys(_GREY, "#f0f0f0") | {"ink-warn": "#d70000"},
}


def coarse(theme: Theme) -> Theme:
    """A theme for terminals of 256 colours: what comes nearest to its own can be read there, too.

    The ground of what is selected would be teal, and a warning on it too pale.
    """
    return replace(theme, variables=theme.variables | _COARSE.get(theme.name, {}))
