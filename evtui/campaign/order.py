"""What a campaign was asked to do, and what one run of it is."""

from attrs import frozen

from scenarios.campaign.profiles import Profile
from scenarios.schema import Scenario


@frozen
class Order:
    """A campaign: what runs, how often, and where what was found goes."""

    scenario: Scenario
    profile: Profile
    seeds: range
    jobs: int = 1
    """How many processes; 1 is this one alone."""
    dask: str | None = None
    """The address of a Dask scheduler, which then takes the place of processes."""
    log: str | None = None
    """Where finished seeds are kept; None: in the current folder, until all are finished."""
    as_json: bool = False

    @property
    def title(self) -> str:
        """``ten-minutes-everything``: the beginning of the names of its files."""
        plain = "".join(
            letter if letter.isascii() and (letter.isalnum() or letter in "._-") else "-"
            for letter in self.scenario.name
        )
        mutant = f"-{self.scenario.mutant}" if self.scenario.mutant else ""
        return f"{plain.strip('.-') or 'scenario'}-{self.profile.name}{mutant}"


@frozen
class Task:
    """Some seeds of a campaign, for one process."""

    scenario: Scenario
    profile: str
    seeds: tuple[int, ...]
