"""Whether a condition holds: judged by the frozen view, the journal, and what was looked at."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from scenarios.journal import Input
from scenarios.lessons.facts import NOBODY
from scenarios.lessons.format import ANY, FACT, NOT
from scenarios.lessons.lesson import Condition
from scenarios.lessons.moment import Began, Deed, Looked, Moment
from scenarios.log.view import CellState
from scenarios.view import CpView, LogRow

_STATES: Final = {
    "accepted": CellState.ACCEPTED,
    "chosen": CellState.CHOSEN,
    "applied": CellState.APPLIED,
}


def holds(condition: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    """Whether it holds now, of a step that began like this and of what was looked at since."""
    return _SUBJECTS[condition.subject](condition, moment, began, deeds)


def _name(value: object, began: Began) -> str:
    """The name that is meant: a fact is what it was when the step began."""
    text = str(value).removeprefix(NOT)
    return began.facts.get(text[1:], NOBODY) if text.startswith(FACT) else text


def _fits(value: object, found: str, began: Began) -> bool:
    """Whether a name is the one that is meant, or with ``!`` any other."""
    same = _name(value, began) == found
    return same != str(value).startswith(NOT)


def _number(value: object, began: Began) -> int:
    text = _name(value, began)
    return int(text) if text.isdecimal() else 0


def _within(span: object, number: float) -> bool:
    assert isinstance(span, tuple)  # noqa: S101 - the loader read two ends
    return bool(span[0] <= number <= span[1])


# What was done, and what was looked at.


def _did(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    return any(_is_meant(it, done, began) for done in began.since(moment.inputs))


def _undone(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    return all(done.verb != it.of for done in moment.inputs)


def _is_meant(it: Condition, done: Input, began: Began) -> bool:
    if done.verb != it.of:
        return False
    if "to" in it.args or ("cp" in it.args and "a" in done.args):
        ends = (str(done.args.get("a")), str(done.args.get("b")))
        wanted = [it.args[key] for key in ("cp", "to") if key in it.args]
        return any(
            all(_fits(name, end, began) for name, end in zip(wanted, order, strict=False))
            for order in (ends, ends[::-1])
        )
    return all(
        _fits(wanted, str(done.args.get(key)), began)
        for key, wanted in it.args.items()
        if wanted != ANY
    )


def _asked(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    return any(
        deed.what is Looked.ASKED
        and deed.kind == it.of
        and ("of" not in it.args or _fits(it.args["of"], deed.of, began))
        for deed in deeds
    )


def _opened(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    # A view hides the text, so what is said then waits until it is closed.
    return not moment.looking and any(
        deed.what is Looked.OPENED and deed.kind == it.of for deed in deeds
    )


def _decoded(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    return any(deed.what is Looked.DECODED and deed.kind == it.of for deed in deeds)


def _back(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    return any(deed.what is Looked.BACK for deed in deeds) == it.of


def _branch(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    return moment.branch != began.branch


def _selected(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    return _fits(it.of, moment.selected, began)


def _clock(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    return moment.paused == (it.of == "stands")


# What is seen.


def _cp(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    return any(
        (it.of == ANY or _fits(it.of, cp.id, began))
        and all(_SAID_OF_CP[key](cp, said, moment, began) for key, said in it.args.items())
        for cp in moment.view.cps
    )


_SAID_OF_CP: Final[Mapping[str, Callable[[CpView, object, Moment, Began], bool]]] = {
    "status": lambda cp, said, *_: cp.status == said,
    "role": lambda cp, said, *_: cp.role == said,
    "member": lambda cp, said, *_: cp.member == said,
    "cut_off": lambda cp, said, *_: cp.cut_off == said,
    "heard": lambda cp, said, moment, _: (cp.promised == moment.view.ballot) == said,
    "state": lambda cp, said, *_: cp.state == said,
    "power_w": lambda cp, said, *_: _within(said, cp.power_w),
    "limit_w": lambda cp, said, *_: _within(said, cp.limit_w),
    "held_w": lambda cp, said, *_: _within(said, cp.held_w),
    "applied": lambda cp, said, _, began: cp.applied_slot >= _number(said, began) > 0,
}


def _ev(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    return any(
        (it.of == ANY or _fits(it.of, ev.id, began))
        and it.args.get("state", ev.state) == ev.state
        and ("power_w" not in it.args or _within(it.args["power_w"], ev.power_w))
        for ev in moment.view.evs
    )


def _leader(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    leader = moment.view.leader
    if it.of == "none" or leader is None:
        return it.of == "none" and leader is None
    if it.of != ANY and not _fits(it.of, leader, began):
        return False
    wanted = it.args.get("ballot")
    rounds = int(moment.view.ballot.partition(".")[0])
    before = began.facts.get("round", "")
    was = int(before) if before.isdecimal() else 0
    same = moment.view.ballot == began.facts.get("ballot")
    return wanted is None or (rounds > was if wanted == "higher" else same)


def _event(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    words = str(it.of)
    return any(
        row.time_us >= began.time_us
        and words in f"{row.subject} {row.text}"
        and ("subject" not in it.args or _fits(it.args["subject"], row.subject, began))
        for row in moment.view.event_rows
    )


def _slot(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    number = _number(it.of, began)
    return any(
        (row.slot > began.slots if it.of == ANY else row.slot == number)
        and str(it.args.get("command", "")) in row.command
        and _known(it, moment, row, began)
        for row in moment.view.log
    )


def _known(it: Condition, moment: Moment, row: LogRow, began: Began) -> bool:
    """Whether so many of the live CPs know so much of a slot."""
    wanted = _STATES[str(it.args.get("state_is", "accepted"))]
    pairs = zip(moment.view.cps, row.cells, strict=True)
    under = it.args.get("under")
    living = [
        cell.state >= wanted and (under is None or _fits(under, cell.ballot, began))
        for cp, cell in pairs
        if cp.status == "alive"
    ]
    least = {"one": 1, "quorum": moment.view.quorum, "all": len(living)}
    return sum(living) >= max(least[str(it.args.get("by", "one"))], 1)


def _replicas(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    cps = moment.view.cps
    living = [cp for cp in cps if cp.status == "alive" and cp.member != "no member"]
    return len({(cp.applied_slot, cp.state_digest) for cp in living}) == 1


def _time(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    return _within(it.of, moment.view.time_us)


def _power(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    return _within(it.of, moment.view.power_w)


def _violation(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    found = moment.view.violation
    return not found if it.of == "none" else found.startswith(f"{it.of} ")


def _reads(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    return moment.view.reads_answered - began.reads >= int(str(it.of))


def _alive(it: Condition, moment: Moment, began: Began, deeds: Sequence[Deed]) -> bool:
    return sum(cp.status == "alive" for cp in moment.view.cps) == it.of


_Judge = Callable[[Condition, Moment, Began, Sequence[Deed]], bool]
_SUBJECTS: Final[Mapping[str, _Judge]] = {
    "did": _did,
    "undone": _undone,
    "cp": _cp,
    "ev": _ev,
    "leader": _leader,
    "event": _event,
    "slot": _slot,
    "asked": _asked,
    "decoded": _decoded,
    "opened": _opened,
    "selected": _selected,
    "replicas": _replicas,
    "time": _time,
    "back": _back,
    "branch": _branch,
    "power": _power,
    "violation": _violation,
    "clock": _clock,
    "reads": _reads,
    "alive": _alive,
}
