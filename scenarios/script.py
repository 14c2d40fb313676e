"""The lines of a scenario's script and its expectations: what a table alone cannot say.

Which arguments go with a verb, which checks go with a subject, whether the names exist, and
whether it happens before the run ends.
"""

from typing import Any, cast

from attrs import frozen

from scenarios import format as spec
from scenarios.format import Key, Table
from scenarios.kinds import did_you_mean, one_of, shown
from scenarios.reader import Reader
from scenarios.toml_lines import Path
from scenarios.units import DURATION
from scenarios.verbs import EVERYONE, LEADER, VERBS

Raw = dict[str, Any]
Values = dict[str, Any]


@frozen
class Names:
    """Ids of what the file names: charge points, EVs, sites, cabinets."""

    cps: tuple[str, ...]
    evs: tuple[str, ...]
    sites: tuple[str, ...] = ()
    cabinets: tuple[str, ...] = ()
    loads: tuple[str, ...] = ()


def check_script_line(
    reader: Reader, index: int, raw: Raw, names: Names, end_us: int | None
) -> Values | None:
    """One ``[[at]]`` table as the arguments of :class:`scenarios.schema.At`.

    None if its verb is not known; every problem is noted in ``reader``.
    """
    path: Path = ("at", index)
    verb = raw.get("do")
    if not isinstance(verb, str) or verb not in VERBS:
        head = Table("[[at]]", spec.HEAD)
        reader.table({k: v for k, v in raw.items() if k in head.names}, path, head)
        return None
    needed, optional = spec.arguments(verb)
    if not names.sites:
        optional = tuple(key for key in optional if key.name != "site")
    required = tuple(_required(key) for key in needed)
    table = Table(verb, (*spec.HEAD, *required, *optional))
    for name in raw:
        if spec.AT.key(name) and name not in table.names:
            found = f"an argument that {verb} does not take"
            reader.refuse((*path, name), found, one_of(table.names))
    known = {k: v for k, v in raw.items() if k in table.names or not spec.AT.key(k)}
    values = reader.table(known, path, table)
    _check_time(reader, (*path, "t"), values.get("t_us"), end_us)
    args = {key.attribute: values[key.attribute] for key in (*needed, *optional)
            if key.attribute in values}  # fmt: skip
    _check_arguments(reader, path, verb, args, names)
    return {
        "t_us": values.get("t_us"),
        "verb": verb,
        "args": args,
        "line": reader.line(path),
        "after": values.get("after"),
    }


def _required(key: Key) -> Key:
    return Key(key.name, key.attribute, key.kind, key.doc, required=True)


def _check_time(reader: Reader, path: Path, time_us: object, end_us: int | None) -> None:
    if isinstance(time_us, int) and end_us is not None and time_us > end_us:
        end = DURATION.format(end_us)
        reader.refuse(path, f'"{DURATION.format(time_us)}"', f"0s to {end}, the run's duration")


def _check_arguments(reader: Reader, path: Path, verb: str, args: Values, names: Names) -> None:
    """Names must exist, the ends of a link differ, and come together; groups are completed."""
    takes = VERBS[verb]
    also = (LEADER,) * takes.leader + (EVERYONE,) * takes.everyone
    check_name(reader, (*path, "ev"), args.get("ev"), names.evs, "EV")
    check_name(reader, (*path, "cp"), args.get("cp"), names.cps, "charge point", also)
    for key in ("site", "other"):
        check_name(reader, (*path, key), args.get(key), names.sites, "site")
    check_name(reader, (*path, "cabinet"), args.get("cabinet"), names.cabinets, "cabinet")
    check_name(reader, (*path, "load"), args.get("load"), names.loads, "load")
    _check_ends(reader, path, verb, args, names)
    if "a" in args and args["a"] == args.get("b"):
        reader.refuse((*path, "b"), f"{shown(args['b'])} at both ends", "two different CPs")
    if takes.on_links and "b" in args and "a" not in args:
        reader.refuse((*path, "b"), "one end of a link, without a", "both a and b, a, or none")
    if "oneway" in args and "a" not in args and "b" not in args:
        reader.refuse((*path, "oneway"), "one direction of every link", "it beside a")
    begins, ends = args.get("from_us"), args.get("until_us")
    if isinstance(begins, int) and isinstance(ends, int) and ends <= begins:
        found = f'"{DURATION.format(ends)}"'
        reader.refuse((*path, "until"), found, f"after {DURATION.format(begins)}, the begin")
    if "groups" in args:
        groups = cast("tuple[tuple[str, ...], ...]", args["groups"])
        args["groups"] = _check_groups(reader, (*path, "groups"), groups, names)


def _check_ends(reader: Reader, path: Path, verb: str, args: Values, names: Names) -> None:
    """Of a link and of a frame. What hands are laid on may also be on the way to or from an EV."""
    either, both = "charge point or EV", (*names.cps, *names.evs)
    of_hands = verb in ("hold", "release")
    for end in ("a", "b"):
        known, what = (both, either) if of_hands else (names.cps, "charge point")
        check_name(reader, (*path, end), args.get(end), known, what)
    for end in ("source", "target"):
        check_name(reader, (*path, end), args.get(end), both, either, (LEADER,))
    if args.get("own") and "a" in args:
        reader.refuse((*path, "own"), "it beside a", "own only for every link at once")


def _check_groups(
    reader: Reader, path: Path, groups: tuple[tuple[str, ...], ...], names: Names
) -> tuple[tuple[str, ...], ...]:
    """The groups, completed by one of all charge points that are in none."""
    before = len(reader.problems)
    seen: set[str] = set()
    for outer, group in enumerate(groups):
        for inner, name in enumerate(group):
            place = (*path, outer, inner)
            check_name(reader, place, name, names.cps, "charge point")
            if name in seen:
                reader.refuse(place, f"{shown(name)} a second time", "each charge point once")
            seen.add(name)
    rest = tuple(name for name in names.cps if name not in seen)
    complete = (*groups, rest) if rest else groups
    if len(complete) == 1 and len(reader.problems) == before:
        reader.refuse(path, "one group of all charge points", "at least two groups")
    return complete


def check_name(
    reader: Reader,
    path: Path,
    name: object,
    known: tuple[str, ...],
    what: str,
    also: tuple[str, ...] = (),
) -> None:
    """Note a name that does not exist; None is no name and is passed over."""
    if name is None or name in known or name in also:
        return
    allowed = one_of((*known, *also)) if known else f"no name: the file has no {what}"
    hint = did_you_mean(name, (*known, *also), likeness=1.0)
    reader.refuse(path, f"{shown(name)}, which is no {what} of this file", allowed + hint)


def check_expectation(
    reader: Reader, index: int, raw: Raw, names: Names, end_us: int | None
) -> Values | None:
    """One ``[[expect]]`` table as the arguments of :class:`scenarios.expectation.Expect`."""
    path: Path = ("expect", index)
    values = reader.table(raw, path, spec.EXPECT)
    _check_time(reader, (*path, "t"), values.get("t_us"), end_us)
    subjects = [name for name in raw if name in spec.SUBJECTS]
    if len(subjects) != 1:
        allowed = f"exactly one of {one_of(tuple(spec.SUBJECTS))}"
        if subjects:
            found = f"a second subject beside {subjects[0]}"
            reader.refuse((*path, subjects[1]), found, allowed)
        else:
            reader.refuse(path, "no subject", allowed)
        return None
    subject = subjects[0]
    _check_sayings(reader, path, subject, raw)
    check_name(reader, (*path, "ev"), values.get("ev"), names.evs, "EV")
    check_name(reader, (*path, "cp"), values.get("cp"), names.cps, "charge point")
    check_name(reader, (*path, "site"), values.get("site"), names.sites, "site")
    check_name(reader, (*path, "cabinet"), values.get("cabinet"), names.cabinets, "cabinet")
    to = values.get("redirected_to")
    check_name(reader, (*path, "redirected_to"), to, names.cps, "charge point")
    leader = ("any", "none")
    check_name(reader, (*path, "leader"), values.get("leader"), names.cps, "charge point", leader)
    _check_state(reader, (*path, "state"), subject, values.get("state"))
    _check_count(reader, path, values, end_us)
    return {"t_us": end_us, **values, "line": reader.line(path)}


def _check_sayings(reader: Reader, path: Path, subject: str, raw: Raw) -> None:
    """Of an EV or a CP something must be said, and only what goes with it."""
    allowed = spec.SUBJECTS[subject]
    saying = [
        name for name in raw
        if spec.EXPECT.key(name) and name not in spec.SUBJECTS and name != "t"
    ]  # fmt: skip
    for name in saying:
        if name not in allowed:
            owners = [owner for owner, sayings in spec.SUBJECTS.items() if name in sayings]
            reader.refuse((*path, name), f"it beside {subject}", f"it beside {' or '.join(owners)}")
    needed = tuple(name for name in allowed if name not in spec.QUALIFIERS)
    if needed and not any(name not in spec.QUALIFIERS for name in saying):
        reader.refuse(
            path,
            f"{subject} and nothing to check of it",
            f"{subject} with one or more of {one_of(needed)}",
        )


def _check_count(reader: Reader, path: Path, values: Values, end_us: int | None) -> None:
    """The bounds of a count must leave room, and its time must not be over before it begins."""
    low, high = values.get("at_least"), values.get("at_most")
    if low is not None and high is not None and low > high:
        reader.refuse((*path, "at_most"), shown(high), f"at_least, {low}, or more")
    since_us, until_us = values.get("since_us"), values.get("t_us", end_us)
    if since_us is not None and until_us is not None and since_us > until_us:
        until = DURATION.format(until_us)
        found = f'"{DURATION.format(since_us)}"'
        reader.refuse((*path, "since"), found, f"0s to {until}, when it is looked at")


def _check_state(reader: Reader, path: Path, subject: str, state: object) -> None:
    states = {"ev": spec.EV_STATES, "cp": spec.CP_STATES}.get(subject)
    if state is not None and states is not None and state not in states:
        reader.refuse(path, shown(state), one_of(states) + did_you_mean(state, states))
