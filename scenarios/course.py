"""Where a session stands in its own time, and what other futures it has: frozen, for the eye."""

from typing import Final

from attrs import frozen

NAME_MAX: Final = 60
"""Characters of a bookmark's name."""


@frozen
class Mark:
    """Something at a time of the branch that is shown, in µs."""

    time_us: int
    text: str


@frozen
class BranchView:
    """One branch. Times in µs."""

    number: int
    parent: int
    """The branch that it left; 0 for the first."""
    forked_us: int
    tip_us: int
    """How far it has been run."""
    inputs: int
    """How many inputs it has, those before it left the other one included."""
    why: str
    shown: bool


@frozen
class BreakpointView:
    """A breakpoint: in its own words, whether it is on, and where it stopped the run last."""

    text: str
    on: bool
    last: str = ""
    """When that was, in words; empty where it has not been yet."""
    found: str = ""
    branch: int = 0


@frozen
class Course:
    """The branch that is shown, what was done in it, and all branches."""

    number: int
    tip_us: int
    is_past: bool
    """Whether the branch has been run farther than what is shown."""
    inputs: tuple[Mark, ...]
    """What was done by hand in it, in the order of time."""
    bookmarks: tuple[Mark, ...]
    """Those on the course that is shown, also where they were set in another branch."""
    branches: tuple[BranchView, ...]
    breakpoints: tuple[BreakpointView, ...] = ()
    """All of the session, in the order in which they were set."""
