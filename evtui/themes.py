"""Our themes: a dark and a light one. Every text colour has a contrast of 4.5 or more.

``ink-*`` are the colours of what is drawn line by line (:mod:`evtui.render.ink`); ``ink-faint`` is
for tracks and dots that carry no text.
"""

from textual.theme import Theme

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
        "scrollbar": "#c9c4ba",
        "scrollbar-background": "#fbfaf8",
    },
)

THEMES = (DARK, LIGHT)
