"""Every symbol of the screen in one place, each one cell wide.

Colour is never the only sign: whatever a colour says, one of these says too.
"""

from scenarios.view import CellState

CELL = {
    CellState.EMPTY: "·",
    CellState.ACCEPTED: "○",
    CellState.CHOSEN: "◐",
    CellState.APPLIED: "●",
}
CELL_ROLE = {
    CellState.EMPTY: "faint",
    CellState.ACCEPTED: "warn",
    CellState.CHOSEN: "accent",
    CellState.APPLIED: "ok",
}
CELL_WORD = {
    CellState.EMPTY: "empty",
    CellState.ACCEPTED: "accepted",
    CellState.CHOSEN: "chosen",
    CellState.APPLIED: "applied",
}

ROLE = {
    "leader": "★",
    "candidate": "◆",
    "follower": " ",
    "learner": "◦",
    "no member": "∅",
    "-": " ",
}
ROLE_ROLE = {
    "leader": "accent bold",
    "candidate": "consensus bold",
    "learner": "text",
    "no member": "warn",
}

STATUS = {"alive": " ", "paused": "‖", "crashed": "✗", "off": "◌", "cut off": "≠"}
STATUS_ROLE = {
    "alive": "ok",
    "paused": "warn bold",
    "crashed": "bad bold",
    "off": "dim",
    "cut off": "bad bold",
}
DOWN = ("crashed", "off")
"""Of these only the disk is left, or not even that: drawn dimmed, with a mark."""

MONITORED = {
    "activated": "▷",
    "supplying": "▶",
    "stopped": "■",
    "out of order": "!",
    "disconnected": "?",
}
"""What the network sees of a CP at a glance (:class:`fsm.network.monitoring.Monitored`)."""
MONITORED_ROLE = {
    "activated": "dim",
    "supplying": "ok",
    "stopped": "warn bold",
    "out of order": "bad bold",
    "disconnected": "bad bold",
}

LINK = {"self": "·", "up": "═", "cut": "✗", "in": "←", "out": "→", "lossy": "≈", "held": "‖"}
LINK_ROLE = {
    "self": "faint",
    "up": "dim",
    "cut": "bad bold",
    "in": "warn bold",
    "out": "warn bold",
    "lossy": "warn bold",
    "held": "warn bold",
}
LINK_WORD = {
    "self": "itself",
    "up": "up",
    "cut": "cut",
    "in": "only hears it",
    "out": "only speaks to it",
    "lossy": "lossy",
    "held": "held",
}

SEVERITY = {
    "info": ("·", "dim"),
    "fault": ("✗", "bad"),
    "repair": ("✓", "ok"),
    "consensus": ("◆", "consensus"),
    "charging": ("»", "accent"),
    "violation": ("!", "bad bold"),
}

EXPECTED = "→"
"""Before the EV that an empty connector is reserved for."""

CURSOR = "▌"
RUNNING = "▶"
PAUSED = "‖"
ENDED = "■"
HOLDS = "✓"
BROKEN = "✗"

FULL = "━"
TRACK = "─"
SPARK = "▁▂▃▄▅▆▇█"

LINK_FAULT = {
    "cut": ("✗", "bad bold"),
    "one way": ("↛", "bad bold"),
    "held": ("‖", "warn bold"),
    "loss": ("≈", "warn bold"),
    "late": ("»", "warn bold"),
    "damage": ("#", "warn bold"),
    "doubles": ("²", "warn bold"),
    "reorder": ("⇄", "warn bold"),
}
"""What is wrong with one direction of a link, by its word."""

ASCII = {
    # Slots, roles, charge points, links, events: in each of these groups all stay apart.
    "·": ".", "○": "o", "◐": "c", "●": "@",
    "★": "*", "◆": "+", "◦": "o", "∅": "0", "◈": "%",
    "‖": "=", "✗": "x", "◌": "_", "≠": "/",
    "▷": ")", "▶": ">", "■": "#", "◁": "(", "◀": "<",
    "═": "-", "←": "<", "→": ">", "≈": "~", "↛": "/", "²": "2", "⇄": "%",
    "✓": "v", "»": ">", "«": "<", "▸": ">", "▾": "v", "◂": "<", "›": ">", "‹": "<",
    "↑": "^", "↓": "v", "↔": "-", "↮": "/", "↻": "@", "↩": "<",
    # Bars, charts, frames.
    "▌": ">", "▐": "#", "━": "=", "─": "-", "╌": "~", "╎": "=", "│": "|", "┊": ":", "╵": "'",
    "▁": "_", "▂": ",", "▃": ";", "▄": "=", "▅": "o", "▆": "*", "▇": "&", "█": "#",
    "├": "[", "┤": "]", "⣀": ";", "⣤": "=", "⣶": "*", "⣿": "#", "⢕": "%", "⡪": "+", "⠶": "/",
    "⋮": ":", "▓": "%", "▒": "+", "░": ":", "▞": "/", "▀": "\"", "▔": "-",
    "▉": "|", "▊": "|", "▋": "|", "▍": "|", "▎": "|", "▏": "|", "▕": "|",
    # Letters.
    "…": "~", "–": "-", "—": "-", "−": "-", "“": "\"", "”": "\"", "’": "'", "‘": "'",
    "×": "x", "€": "E", "§": "S", "µ": "u", "μ": "u", "ρ": "p", "Σ": "S", "√": "V", "˙": "'",
    "≤": "<", "≥": ">", "°": "o",
}  # fmt: skip
"""One ASCII letter for each, as wide: what is drawn keeps its columns."""

ASCII_PAIRS = {"≤ ": "<=", "≥ ": ">=", "🔎 ": "> ", "├─": "+-"}
"""Where the blank behind a letter makes room for two, or the two are no marks but a tree."""
