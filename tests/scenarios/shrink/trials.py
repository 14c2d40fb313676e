"""Searches over scenarios, judged by a function instead of a run."""

from collections.abc import Callable, Iterable, Iterator

from paxos.check.shrink import Search
from scenarios.errors import ScenarioError
from scenarios.loader import loads
from scenarios.schema import Scenario
from scenarios.writer import to_toml


def searching(begin: Scenario, fails: Callable[[Scenario], bool]) -> Search[Scenario]:
    """A search in which it is said what fails; what is no valid file does not."""

    def verdicts(candidates: Iterable[Scenario]) -> Iterator[bool]:
        for candidate in candidates:
            yield is_valid(candidate) and fails(candidate)

    return Search(begin, verdicts, to_toml)


def is_valid(candidate: Scenario) -> bool:
    """Whether it can be read back."""
    try:
        loads(to_toml(candidate), "candidate.toml")
    except ScenarioError:
        return False
    return True


def scenario(text: str) -> Scenario:
    """A scenario of five charge points and two EVs, with what a text adds."""
    evs = '[[ev]]\nid = "EV1"\n[[ev]]\nid = "EV2"\n'
    return loads(f'duration = "10m"\ncps = 5\n{text}\n{evs}', "test.toml")


def line(t: str, do: str, **args: str) -> str:
    """A line of a script."""
    rest = "".join(f"{name} = {value}\n" for name, value in args.items())
    return f'[[at]]\nt = "{t}"\ndo = "{do}"\n{rest}'
