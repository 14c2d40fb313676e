"""The panel of questions: what can be asked about a charge point, and an answer in sentences."""

from textwrap import wrap

from attrs import frozen

from evtui.render import glyphs, units
from evtui.render.line import Line, Span, fit, left, line
from scenarios.view import CellState, CpView, LogRow, ReservationView, View
from scenarios.why.view import About, Answer, Question, Sentence

TIME = 10
"""Cells of the column in which an answer's times stand."""


@frozen
class Topic:
    """Something that can be asked about, in one row: what it is, and how it stands."""

    question: Question
    name: str
    state: str
    role: str = ""


def topics(view: View, cp: CpView) -> list[Topic]:
    """What can be asked with a charge point selected: what needs an answer most comes first.

    Its replica, its EV, slots that nobody has decided, drivers who did not get what they asked for,
    and the slots of the log that are seen, the newest first.
    """
    found = [_replica(cp)]
    if cp.ev is not None:
        power = f"draws {units.kilowatts(cp.ev.power_w)} kW of {units.kilowatts(cp.limit_w)} kW"
        found.append(Topic(Question(About.EV, cp.ev.id), cp.ev.id, power))
    newest = list(reversed(view.log))
    found += [_slot(row) for row in newest if not is_decided(row)]
    found += [_reservation(row) for row in reversed(view.reservations) if _disappointed(row)]
    return [*found, *(_slot(row) for row in newest if is_decided(row))]


def _replica(cp: CpView) -> Topic:
    state = cp.status if cp.role == "-" else f"{cp.role}, promised {cp.promised}"
    return Topic(Question(About.REPLICA, cp.id), cp.id, f"its replica: {state}")


def is_decided(row: LogRow) -> bool:
    """Whether anybody knows what was chosen for a slot."""
    return any(cell.state >= CellState.CHOSEN for cell in row.cells)


def _slot(row: LogRow) -> Topic:
    question = Question(About.SLOT, str(row.slot))
    cells = "".join(glyphs.CELL[cell.state] for cell in row.cells[:9])
    role = "" if is_decided(row) else "warn"
    return Topic(question, f"slot {row.slot}", f"{cells}  {row.command or 'a hole'}", role)


def _disappointed(row: ReservationView) -> bool:
    """Whether a driver was refused, sent elsewhere, left without an answer, or lost his place."""
    return bool(row.news) or row.answer in ("refused", "redirected", "unanswered")


def _reservation(row: ReservationView) -> Topic:
    words = f"{row.ev} asked {row.asked_cp}: {row.news or row.answer}"
    question = Question(About.RESERVATION, str(row.number))
    return Topic(question, f"driver #{row.number}", f"{words}  {row.reason}", "warn")


def listing(found: list[Topic], cursor: int, width: int, height: int) -> list[Line]:
    """The topics around the cursor."""
    wide = max(len(topic.name) for topic in found)
    first = min(max(cursor - height + 1, 0), max(len(found) - height, 0))
    lines = []
    for index, topic in enumerate(found[first : first + height], first):
        chosen = index == cursor
        spans: list[Span] = [
            (glyphs.CURSOR if chosen else " ", "key"),
            (f" {left(topic.name, wide)}  ", "text bold"),
            (topic.state, topic.role),
        ]
        lines.append(fit(spans, width, "selected" if chosen else "base"))
    return lines


def first_row(count: int, cursor: int, height: int) -> int:
    """Which topic stands in the first row."""
    return min(max(cursor - height + 1, 0), max(count - height, 0))


def answer(told: Answer, cursor: int, width: int, height: int) -> list[Line]:
    """The sentences, wrapped, around the one under the cursor."""
    lines, starts = laid_out(told, cursor, width)
    start, end = starts[cursor], [*starts, len(lines)][cursor + 1]
    top = min(max(end - height, 0), start)
    return lines[top : top + height]


def laid_out(told: Answer, cursor: int, width: int) -> tuple[list[Line], list[int]]:
    """All lines of an answer, and on which of them each sentence begins."""
    lines: list[Line] = []
    starts: list[int] = []
    for index, sentence in enumerate(told.sentences):
        starts.append(len(lines))
        lines += _sentence(sentence, width, first=index == 0, chosen=index == cursor)
    return lines, starts


def _sentence(sentence: Sentence, width: int, *, first: bool, chosen: bool) -> list[Line]:
    """One sentence: when, and what; its further lines stand below the first."""
    when = "" if sentence.at_us is None else units.clock(sentence.at_us)
    role = "text bold" if first else ""
    ground = "selected" if chosen else "base"
    texts = wrap(f"{sentence.text}.", max(width - TIME - 4, 20))
    lines = []
    for n, text in enumerate(texts):
        spans: list[Span] = [
            (glyphs.CURSOR if chosen else " ", "key"),
            (left(when if n == 0 else "", TIME), "dim"),
            (" ", ""),
            (text, role),
        ]
        lines.append(fit(spans, width, ground))
    return lines


def nothing(text: str, width: int) -> list[Line]:
    """Why there is no answer."""
    return [fit([(f" {row}", "warn")], width) for row in wrap(text, max(width - 2, 20))] or [line()]
