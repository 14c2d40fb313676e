"""``evtui profiles``: the composite schedule of the charging profiles in a JSON file.

Never imports Textual.
"""

import json
import sys
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from evtui.errors import UsageError
from evtui.profile_file import ask, parse, read, sentence
from evtui.source import source_name
from fsm.ocpp.profiles.composite import Composite, CompositePeriod, composite
from fsm.ocpp.profiles.errors import ProfileError


def print_composite(file: str, *, as_table: bool) -> None:
    """Answer a file on standard output; what is ignored goes to standard error.

    Raises:
        UsageError: the file cannot be read, or asks for what OCPP does not allow.

    """
    source = source_name(file)
    content = read(file, source)
    document = parse(content, source)
    errors: list[ProfileError] = []
    try:
        question = ask(document, errors)
    except ProfileError as error:
        raise UsageError(sentence(error, content, source)) from None
    if errors:
        raise UsageError(*(sentence(error, content, source) for error in errors))
    for why in question.ignored:
        sys.stderr.write(f"evtui: {sentence(why, content, source)}; ignored\n")
    answer = composite(
        question.store,
        question.connector,
        question.start_s,
        question.duration_s,
        question.unit,
        question.transaction,
        question.supply,
        question.connectors,
    )
    if not answer.periods:
        where = f"connector {answer.connector}" if answer.connector else "the charge point"
        sys.stderr.write(f"evtui: {source}: nothing limits {where} in this time\n")
    sys.stdout.write(as_text(answer) if as_table else as_json(answer))


# --- the answer ------------------------------------------------------------------------------


def as_json(answer: Composite) -> str:
    """The answer as one JSON object, a line for each period."""
    rows: list[str] = []
    direct = any(period.rate and period.rate.phases is None for period in answer.periods)
    for period in answer.periods:
        rate = period.rate
        row: dict[str, object] = {
            "start_s": period.start_s,
            "limit": None if rate is None else rate.limit_deci / 10,
        }
        if not direct:
            row["phases"] = None if rate is None else rate.phases
        if rate is not None and rate.phase_to_use is not None:
            row["phase_to_use"] = rate.phase_to_use
        rows.append(f"\n  {json.dumps(row)}")
    end = "\n" if rows else ""
    return f'{{"rate_unit": "{answer.unit}", "periods": [{",".join(rows)}{end}]}}\n'


def as_text(answer: Composite) -> str:
    """The answer as a table, times in UTC."""
    rows = [("from", "until", "limit", "phases")]
    at = answer.start_s
    periods = answer.periods or (CompositePeriod(0, None),)
    for period, following in pairwise((*periods, None)):
        assert period is not None  # noqa: S101 - only the last of the pairs is None
        end_s = answer.duration_s if following is None else following.start_s
        rate = period.rate
        limit = "none" if rate is None else f"{rate.limit_deci / 10:,.1f} {answer.unit}"
        phases = "" if rate is None or rate.phases is None else str(rate.phases)
        if rate is not None and rate.phase_to_use is not None:
            phases += f" (L{rate.phase_to_use})"
        rows.append((_utc(at + period.start_s), _utc(at + end_s), limit, phases))
    width = max(len(row[2]) for row in rows)
    return "".join(
        f"{low:20}  {high:20}  {limit:>{width}}  {phases}".rstrip() + "\n"
        for low, high, limit, phases in rows
    )


def _utc(time_s: int) -> str:
    try:
        moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=time_s)
    except OverflowError:
        return f"{time_s} s"
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
