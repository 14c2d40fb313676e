"""One slot of the log with all that is known of it: ballots, votes, who knows it, the command."""

from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap

from rich.cells import cell_len

from evtui.render import glyphs, units
from evtui.render.line import Line, Span, fit, heading, left
from scenarios.log.view import KnowsView, ProposalView, SlotView

MANY = 12
"""CPs that are told one by one where there is not all the room."""
PLAIN = ("for", "cp", "action")
"""Fields of a command that its words say already."""


def detail(it: SlotView, width: int, *, wide: bool = False, every: bool = False) -> list[Line]:
    """All that is known of a slot; ``wide`` in words, else with the signs of the table.

    Of many CPs those who have nothing of their own to tell are counted, unless ``every`` one is
    wanted.
    """
    has = sum(each.state >= 3 for each in it.knows)
    knows = f"{glyphs.CELL_WORD[it.state]} by {has} of {len(it.knows)}"
    if not has:
        knows = glyphs.CELL_WORD[it.state]
    sign: Span = (f"{glyphs.CELL[it.state]} {knows}", glyphs.CELL_ROLE[it.state])
    lines = [heading(f"Slot {units.count(it.slot)}", [sign], [], width)]
    lines += _wrapped(it.command or "Nothing is known of what stands here", width, "text bold")
    for sentence in _story(it):
        lines += _wrapped(sentence, width)
    lines += _flow(_who(it, wide=wide, every=every), width, one_each=wide)
    if it.fields:
        shown = [pair for pair in it.fields if pair[0] not in PLAIN]
        lines += [_title("command", width), *_flow(map(_pair, shown), width, one_each=wide)]
    if it.verdict:
        lines.append(_title(f"answer: {_VERDICTS[it.verdict]}", width))
        lines += _flow(map(_pair, it.answer), width, one_each=wide)
    return lines


_VERDICTS = {
    "fresh": "it was applied here",
    "duplicate": "it was applied before, and has no effect here",
    "stale": "nobody waits for it any more, so it has no effect",
}


def _story(it: SlotView) -> Iterator[str]:
    """Who proposed what in which ballot, and how it was chosen."""
    for made in it.proposals:
        what = "" if len(it.proposals) == 1 else f" “{made.command}”"
        by = ""
        if it.client and made.command == it.command:
            by = f" for {it.client}, as its command {it.sequence}"
        yield f"Proposed{what} by {made.by} in ballot {made.ballot} {_when(made.at_us)}{by}"
        if it.ballot != made.ballot:
            yield f"Accepted in it by {_votes(made)}"
    if not it.proposals and it.client:
        yield f"From {it.client}, as its command {it.sequence}; who proposed it is not known"
    if it.choosers:
        ballot = f" in ballot {it.ballot}" if len(it.proposals) > 1 else ""
        names = ", ".join(it.choosers)
        yield f"Chosen{ballot} {_when(it.chosen_us)} by {names}: {it.needs} of {it.voters} choose"
    elif it.ballot:
        yield f"Chosen in ballot {it.ballot}; whose votes these were is not remembered"
    elif it.proposals:
        yield f"Not chosen: {it.needs} of {it.voters} voters must accept it in one ballot"


def _votes(made: ProposalView) -> str:
    return ", ".join(f"{node} {_when(at_us)}" for node, at_us in made.votes) or "nobody"


def _when(at_us: int | None) -> str:
    return "at a time that is not remembered" if at_us is None else f"at {units.clock(at_us)}"


def _who(it: SlotView, *, wide: bool, every: bool) -> Iterator[tuple[Span, ...]]:
    """What each CP knows; of many the others by their number."""
    many = len(it.knows) > MANY and not every
    told = [each for each in it.knows if not many or each.ballot or each.by_snapshot]
    yield from (_knows(each, it, wide=wide) for each in told)
    if not many:
        return
    for state, word in glyphs.CELL_WORD.items():
        others = [each for each in it.knows if each.state is state and each not in told]
        if not others:
            continue
        times = [each.applied_us for each in others if each.applied_us is not None]
        when = f", the last {_when(max(times))}" if times else ""
        sign: Span = (f"{glyphs.CELL[state]} {word}", glyphs.CELL_ROLE[state])
        yield (f"{len(others)} others ", "text bold"), sign, (when, "dim")


def _knows(each: KnowsView, it: SlotView, *, wide: bool) -> tuple[Span, ...]:
    sign, role = glyphs.CELL[each.state], glyphs.CELL_ROLE[each.state]
    spans: list[Span] = [(f"{left(each.cp, 5)} ", "text bold"), (sign, role)]
    if wide:
        spans.append((f" {left(glyphs.CELL_WORD[each.state], 9)}", role))
    if each.ballot and (wide or each.ballot != it.ballot):
        spans.append((f" {each.ballot}", ""))
    for state, at_us in ((1, each.accepted_us), (3, each.applied_us)):
        if at_us is None:
            continue
        word = "accepted" if state == 1 else "snapshot" if each.by_snapshot else "applied"
        mark = word if wide or (each.by_snapshot and state == 3) else _SIGNS[state]
        spans.append((f"  {mark} {units.clock(at_us)}", "dim"))
    if each.is_down:
        spans.append((f"  {glyphs.STATUS['crashed']} its disk", "dim"))
    return tuple(spans)


_SIGNS = {1: "○", 3: "●"}


def _pair(pair: tuple[str, str]) -> tuple[Span, ...]:
    name, text = pair
    return ((f"{name.removeprefix('payload.')} ", "dim"), (text, ""))


def _title(text: str, width: int) -> Line:
    return fit([(f" {text}", "accent")], width)


def _wrapped(text: str, width: int, role: str = "") -> list[Line]:
    return [fit([(f" {row}", role)], width) for row in wrap(text, max(width - 2, 10))]


def _flow(items: Iterable[Sequence[Span]], width: int, *, one_each: bool) -> list[Line]:
    """Items one after the other, as many as a line has room for; long ones go on below."""
    lines: list[Line] = []
    spans: list[Span] = []
    room = 0
    for item in items:
        size = sum(cell_len(text) for text, _ in item) + 3
        if spans and (one_each or size > room):
            lines.append(fit(spans, width))
            spans = []
        if size > width:
            lines += _long(item, width)
            continue
        if not spans:
            spans, room = [(" ", "")], width - 1
        else:
            spans.append(("   ", ""))
        spans += item
        room -= size
    return [*lines, fit(spans, width)] if spans else lines


def _long(item: Sequence[Span], width: int) -> Iterator[Line]:
    (name, role), text = item[0], "".join(text for text, _ in item[1:])
    rows = wrap(text, max(width - cell_len(name) - 2, 10)) or [""]
    for at, row in enumerate(rows):
        yield fit([(" ", ""), (name if not at else " " * cell_len(name), role), (row, "")], width)


def as_text(it: SlotView) -> str:
    """A slot as plain text, nothing shortened."""
    return "\n".join(row.plain.strip() for row in detail(it, 400, wide=True, every=True))
