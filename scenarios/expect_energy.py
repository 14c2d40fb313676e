"""Expectations of requests and promises of energy: as words, and as verdicts."""

from collections.abc import Iterator

from scenarios.expectation import Expect
from scenarios.view import RequestView, View


def words(expect: Expect) -> Iterator[str]:
    """What is expected of an EV's driver."""
    if expect.request is not None:
        known = "has asked for no energy" if expect.request == "none" else f"is {expect.request}"
        yield known if expect.request == "none" else f"has a request that {known}"
    if expect.promise is not None:
        nothing = expect.promise == "none"
        yield "was promised nothing" if nothing else f"has a promise that is {expect.promise}"


def verdicts(expect: Expect, view: View) -> Iterator[tuple[bool, str]]:
    """Whether it is so, and what was found."""
    last = _last(str(expect.ev), view)
    if expect.request is not None:
        found = "none" if last is None else last.status
        why = f" ({last.reason})" if last is not None and last.reason else ""
        yield found == expect.request, f"request {found}{why}"
    if expect.promise is not None:
        found = "none" if last is None else last.promise or "none"
        why = f" ({', '.join(last.causes)})" if last is not None and last.causes else ""
        yield found == expect.promise, f"promise {found}{why}"


def _last(ev: str, view: View) -> RequestView | None:
    mine = [it for it in view.plan.requests if it.ev == ev] if view.plan else []
    return mine[-1] if mine else None


def broken(view: View) -> int:
    """How many promises were broken."""
    return view.plan.broken if view.plan else 0
