"""What is checked and counted of power, in words; see :mod:`scenarios.powering`."""

from typing import Final

SENTENCES: Final[dict[str, str]] = {
    "P1": "the power drawn never exceeds the capacity, of the site and of each cabinet",
    "P3": "what the log lets charge points draw is within the capacity, of the site and of each "
    "cabinet",
    "P4": "no guard lets more through than the log holds for its charge point",
}

FEATURES: Final[dict[str, str]] = {
    "grants_curbed": "a charge point lowered its EV because its grant was about to end",
    "grants_ended": "the log gave up a grant that was not renewed",
    "grants_kept": "an end of a grant was refused, as its charge point had been heard",
    "guard_trips": "a guard opened the contactor, as more was drawn than it lets through",
}
"""Features of power that are counted, beside those of the laboratory."""
