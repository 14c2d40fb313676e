"""What was done by hand, in a few words that a person reads."""

from collections.abc import Iterator

from scenarios.journal import Input
from scenarios.units import DURATION, POWER

_FRAME = ("source", "target", "message", "nth")
_LINK = ("a", "b", "oneway")


def said(it: Input) -> str:
    """The verb, whom it was done to, and how much: ``delay frame: Accept CP1 → CP3, 200 ms``."""
    parts = list(_parts(it.args))
    verb = it.verb.replace("_", " ")
    return f"{verb}: {', '.join(parts)}" if parts else verb


def _parts(args: dict[str, object]) -> Iterator[str]:
    if "message" in args:
        nth = f" #{args['nth']}" if "nth" in args else ""
        yield f"{args['message']} {args['source']} → {args['target']}{nth}"
    if "a" in args:
        arrow = "→" if args.get("oneway") else "↔"
        yield f"{args['a']} {arrow} {args.get('b', 'every other')}"
    shown = (*(_FRAME if "message" in args else ()), *(_LINK if "a" in args else ()))
    for key, value in args.items():
        if key not in shown:
            yield _value(key, value)


def _value(key: str, value: object) -> str:
    """A value with its unit, as the end of its key names it."""
    if key == "groups" and isinstance(value, (list, tuple)):
        return " │ ".join(" ".join(group) for group in value)
    if value is True:
        return key
    if isinstance(value, int) and not isinstance(value, bool):
        if key.endswith("_us"):
            return DURATION.format(value, " ")
        if key.endswith("_w"):
            return POWER.format(value, " ")
        if key.endswith("_ppm"):
            return f"{value / 10_000:g} %"
    return str(value)
