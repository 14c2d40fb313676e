"""The kill matrix as rows, for programs and for people."""

from collections.abc import Iterator, Sequence

from evtui.mutants.judges import Judge
from evtui.mutants.matrix import Matrix, Trial
from paxos.check.mutants import MUTANTS, Mutant

HEAD = ("no", "mistake", "killed by", "seeds", "in", "clients", "explorer")
KILLED, SURVIVED, SCRIPTED, UNFINISHED = "killed", "survived", "scripted", "unfinished"

WORDS = {"NotSettled": "liveness", "Inconsistent": "linearizability"}
"""What people call what the names of errors say."""


def word(name: str) -> str:
    """What killed it: an invariant by its name, or the field's word."""
    return WORDS.get(name, name)


def row(matrix: Matrix, mutant: Mutant) -> dict[str, object]:
    """One mistake as JSON."""
    trials = {it.judge: it for it in matrix.of(mutant)}
    main = trials.get(Judge.WEATHER, trials.get(Judge.PROCESSES))
    clients, explorer = trials.get(Judge.CLIENTS), trials.get(Judge.EXPLORER)
    kill = None if main is None else main.kill
    shortest = None if explorer is None else explorer.kill
    return {
        "number": mutant.number,
        "name": mutant.name,
        "sentence": mutant.sentence,
        "part": mutant.part,
        "expected": [word(name) for name in mutant.expected],
        "verdict": _verdict(mutant, list(trials.values())),
        "weather": None if main is None else mutant.weather_name,
        "killed_by": None if kill is None else word(kill.name),
        "seeds": None if main is None or kill is None else main.needed,
        "text": None if kill is None else kill.text,
        "runs": 0 if main is None else main.runs,
        "clients_seeds": None if clients is None or clients.kill is None else clients.needed,
        "explorer_killed_by": None if shortest is None else shortest.name,
        "explorer_moves": None if shortest is None else shortest.moves,
        "scripted": mutant.scripted or None,
    }


def _verdict(mutant: Mutant, trials: Sequence[Trial]) -> str:
    if any(it.kill is not None for it in trials):
        return KILLED
    if not trials and mutant.scripted:
        return SCRIPTED
    return SURVIVED if all(it.finished for it in trials) else UNFINISHED


def control(matrix: Matrix) -> dict[str, object]:
    """The protocol itself as JSON: in which weathers it ran, and whether it was blamed."""
    return {
        "runs": sum(it.runs for it in matrix.controls),
        "weathers": {
            it.mutant.weather_name if it.judge is Judge.WEATHER else "two processes": it.runs
            for it in matrix.controls
        },
        "finished": matrix.finished,
        "alarms": [
            {"weather": it.mutant.weather_name, "seed": it.kill.seed, "text": it.kill.text}
            for it in matrix.alarms
            if it.kill is not None
        ],
    }


def as_json(matrix: Matrix) -> dict[str, object]:
    """All of it."""
    return {
        "seeds": matrix.plan.seeds,
        "runs": matrix.runs,
        "finished": matrix.finished,
        "mutants": [row(matrix, mutant) for mutant in matrix.plan.mutants],
        "none_planted": control(matrix),
        "survivors": [mutant.name for mutant in matrix.survivors],
    }


def lines(matrix: Matrix) -> Iterator[str]:
    """The matrix for people, and the verdict."""
    rows = [HEAD, *(_cells(row(matrix, mutant)) for mutant in matrix.plan.mutants)]
    if matrix.controls:
        rows.append(_control_cells(matrix))
    yield from aligned(rows, right=(0, 3, 5, 6))
    yield ""
    told = [row(matrix, mutant)["verdict"] for mutant in matrix.plan.mutants]
    counts = ", ".join(
        f"{told.count(verdict)} {verdict}"
        for verdict in (KILLED, SURVIVED, SCRIPTED, UNFINISHED)
        if verdict in told
    )
    noun = "mistake" if len(told) == 1 else "mistakes"
    yield f"{len(told)} {noun}: {counts}; {matrix.runs:,} runs"
    for mutant in matrix.plan.mutants:
        if row(matrix, mutant)["verdict"] == SCRIPTED:
            yield f"scripted, as no weather is made for it: {mutant.name}: {mutant.scripted}"
    for mutant in matrix.survivors:
        yield f"survived: {mutant.name}: {mutant.sentence}"
    for trial in matrix.alarms:
        kill = trial.kill
        if kill is not None:
            yield f"the protocol itself: {trial.mutant.weather_name}, seed {kill.seed}: {kill.text}"


def _cells(it: dict[str, object]) -> tuple[str, ...]:
    killed_by = it["killed_by"] or (it["verdict"] if it["verdict"] != KILLED else "")
    moves = it["explorer_moves"]
    return (
        _text(it["number"]),
        str(it["name"]),
        str(killed_by),
        _text(it["seeds"]),
        _text(it["weather"]),
        _text(it["clients_seeds"]),
        "" if moves is None else f"{it['explorer_killed_by']} in {moves}",
    )


def _control_cells(matrix: Matrix) -> tuple[str, ...]:
    runs = sum(it.runs for it in matrix.controls)
    found = f"{len(matrix.alarms)} alarms" if matrix.alarms else "nothing"
    if not matrix.finished and not matrix.alarms:
        found = UNFINISHED
    return ("", "none planted", found, f"{runs:,}", "all of them", "", "")


def _text(value: object) -> str:
    return "" if value is None else str(value)


def aligned(rows: Sequence[Sequence[str]], right: Sequence[int] = ()) -> Iterator[str]:
    """Rows of cells under each other."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for cells in rows:
        padded = (
            cell.rjust(width) if at in right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        yield "  ".join(padded).rstrip()


def listed(mutants: Sequence[Mutant] = MUTANTS) -> Iterator[str]:
    """Mistakes with their sentences, and nothing run."""
    rows = [(_text(it.number), it.name, it.sentence) for it in mutants]
    yield from aligned([("no", "mistake", "what is wrong"), *rows], right=(0,))


def listed_json(mutants: Sequence[Mutant] = MUTANTS) -> list[dict[str, object]]:
    """The same as JSON."""
    return [
        {
            "number": it.number,
            "name": it.name,
            "sentence": it.sentence,
            "part": it.part,
            "weather": None if it.scripted else it.weather_name,
            "expected": [word(name) for name in it.expected],
            "scripted": it.scripted or None,
        }
        for it in mutants
    ]
