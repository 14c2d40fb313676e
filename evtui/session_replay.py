"""Saved sessions on the command line: done again, and compared. Never imports Textual."""

import json

from attrs import asdict

from evtui.errors import UsageError, reason
from evtui.source import read_bytes, source_name
from scenarios.clients import histories_in_words, is_wrong
from scenarios.loader import MAX_BYTES, loads
from scenarios.session_file import MAGIC, Kept, Replay, read_log, replay
from scenarios.units import DURATION


def run_replay(file: str, *, as_json: bool) -> int:
    """Do each branch of a saved session again.

    Returns 0 if every one is the very same run, and what its clients saw is linearizable.

    Raises:
        UsageError: the file cannot be read, or is no saved session.
        scenarios.errors.ScenarioError: a line of it is damaged.

    """
    done = list(_replays(file))
    if as_json:
        rows = [{"branch": it.number, "inputs": it.inputs, "events": it.events,
                 "digest": it.digest, "saved": asdict(it.saved), "same": it.same,
                 "client_histories": {name: asdict(one) for name, one in it.histories.items()}}
                for it in done]  # fmt: skip
        print(json.dumps({"file": file, "same": all(it.same for it in done), "branches": rows}))
    else:
        for it in done:
            print(_line(it))
            for line in histories_in_words(it.histories):
                print(f"  {line}")
    wrong = any(is_wrong(one) for it in done for one in it.histories.values())
    return 0 if all(it.same for it in done) and not wrong else 1


def read_kept(file: str) -> Kept:
    """A saved session's log, read; raises as :func:`run_replay`."""
    return read_log(read_text(file, "replay"), source_name(file))


def is_log(text: str) -> bool:
    """Whether a file is a log of branches, if perhaps of another version."""
    return text.startswith(MAGIC[: MAGIC.index(" ")])


def _replays(file: str) -> list[Replay]:
    text = read_text(file, "replay")
    name = source_name(file)
    if is_log(text):
        kept = read_log(text, name)
        return [replay(kept.only(it.branch.number), it.branch.number) for it in kept.courses]
    scenario = loads(text, name)
    if scenario.saved is None:
        raise UsageError(
            f"replay: found {name}, a scenario without a [session] table; allowed a saved session "
            "(s in the app), as a .toml or .log file; a scenario runs with: evtui run"
        )
    return [replay(scenario)]


def read_text(file: str, command: str) -> str:
    """The text of a saved session, for a command; raises as :func:`run_replay`."""
    name, allowed = source_name(file), "allowed a saved session, as a .toml or .log file"
    try:
        raw = read_bytes(file, 64 * MAX_BYTES)
    except (OSError, ValueError) as error:
        why = reason(error)
        raise UsageError(f"{command}: {name} cannot be read ({why}); {allowed}") from None
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        raise UsageError(f"{command}: found {name}, which is no text in UTF-8; {allowed}") from None


def _line(it: Replay) -> str:
    inputs = f"{it.inputs} input" + "s" * (it.inputs != 1)
    head = f"branch {it.number}: {inputs}, {it.events:,} events until "
    head += f"{DURATION.format(it.until_us)}, digest {it.digest}"
    if it.same:
        return f"{head}: the same run"
    return (
        f"{head}: ANOTHER RUN; saved were {it.saved.events:,} events until "
        f"{DURATION.format(it.saved.until_us)} and digest {it.saved.digest}"
    )
