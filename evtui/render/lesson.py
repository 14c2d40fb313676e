"""The text panel of a lesson: which step, what it tells, what is to be done, how it went."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from rich.cells import cell_len

from evtui.render.line import Line, Span, fit, joined, left, spread
from evtui.render.markup import Part, paragraphs, parts
from scenarios.lessons.view import Standing

_DO, _DONE, _SPOILED, _HINT = "▶", "✓", "✗", "?"
MARGIN = 3
"""Cells at the left, in which the signs stand."""


def lines(
    standing: Standing, keys: Mapping[str, str], menu: Iterable[tuple[str, str]], width: int
) -> list[Line]:
    """The whole panel at a width; ``keys`` by the ids of actions, ``menu`` is key and word."""
    return [head(standing, menu, width), *body(standing, keys, width)]


def head(standing: Standing, menu: Iterable[tuple[str, str]], width: int) -> Line:
    """Which lesson, how far, and the keys; where room is short the title gives way."""
    done = standing.step - (not standing.done)
    dots = "●" * done + "○" * (standing.steps - done)
    title = f" {standing.number} {standing.title}"
    step = f"  step {standing.step} of {standing.steps} "
    end: list[Span] = []
    for key, word in menu:
        end += [(f" {key}", "key bold"), (f" {word} ", "dim")]
    start = [(title, "text bold"), (step, "dim"), (dots, "accent")]
    need = sum(cell_len(text) for text, _ in (*start, *end)) + 1
    if need > width:
        start = [(title, "text bold"), (f" {standing.step}/{standing.steps} ", "dim")]
    return spread(start, end, width, "panel")


def body(standing: Standing, keys: Mapping[str, str], width: int) -> list[Line]:
    """What is told now: of an open step the text and the task, of a done one what follows."""
    found: list[Line] = []
    if standing.done:
        found += _block(standing.task, keys, width, (_DONE, "ok bold"), "dim")
        if not standing.hidden:
            found += _block(standing.after, keys, width)
        if standing.complete:
            found += _block("*The lesson is done.* {key:lesson_next} leads on.", keys, width)
        else:
            found += _block("{key:lesson_next} leads to the next step.", keys, width)
        return found
    if not standing.hidden:
        found += _block(standing.says, keys, width)
    found += _block(standing.task, keys, width, (_DO, "accent bold"), "text")
    if standing.hint:
        found += _block(standing.hint, keys, width, (_HINT, "warn bold"))
    if standing.spoiled:
        where = "the step before" if standing.leads_back else "where this step began"
        back = f" {{key:lesson_again}} goes back to {where}."
        found += _block(standing.spoiled + back, keys, width, (_SPOILED, "bad bold"))
    return found


def _block(
    text: str,
    keys: Mapping[str, str],
    width: int,
    sign: Span = ("", ""),
    role: str = "",
) -> list[Line]:
    """Paragraphs, wrapped; the sign stands before the first line."""
    found: list[Line] = []
    for paragraph in paragraphs(text):
        for row in _wrapped(_words(paragraph, keys, role), width - MARGIN - 1):
            mark, ink = sign if not found else ("", "")
            found.append(fit([(left(f" {mark}", MARGIN), ink), *row], width))
    return found


def _words(paragraph: str, keys: Mapping[str, str], role: str) -> Iterator[list[Span]]:
    """Words with their roles; a word may be made of several spans, as before a comma."""
    pieces: list[tuple[str, str]] = []
    for part in parts(paragraph):
        pieces += [(char, ink) for char, ink in _inked(part, keys, role)]
    for blank, group in groupby(pieces, key=lambda it: it[0] == " "):
        if not blank:
            yield joined(group)


def _inked(part: Part, keys: Mapping[str, str], role: str) -> Iterator[tuple[str, str]]:
    text = keys.get(part.text, f"?{part.text}?") if part.kind == "key" else part.text
    ink = {"key": "key bold", "bold": "text bold"}.get(part.kind, role)
    # A key of two words is one word of the line.
    shown = text.replace(" ", "\u00a0") if part.kind == "key" else text
    for char in shown:
        yield char, ink


def _wrapped(found: Iterator[list[Span]], width: int) -> Iterator[list[Span]]:
    row: list[Span] = []
    room = width
    for word in found:
        size = sum(cell_len(text) for text, _ in word)
        if row and size + 1 > room:
            yield joined(row)
            row, room = [], width
        if row:
            row.append((" ", ""))
            room -= 1
        row += word
        room -= size
    if row:
        yield joined(row)
