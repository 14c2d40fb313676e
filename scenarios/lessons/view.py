"""How a lesson stands, frozen: all that its text panel shows."""

from attrs import frozen


@frozen
class Standing:
    """A step of a lesson, as it is now. Texts have their facts filled in, not yet their keys."""

    name: str
    number: int
    title: str
    step: int
    """Of the step, from 1."""
    steps: int
    says: str
    task: str
    hint: str
    """Empty until it is asked for, and where there is none."""
    has_hint: bool
    done: bool
    after: str
    """What is said now that it is done."""
    spoiled: str
    """Why the step cannot be done any more from here; empty while it can."""
    complete: bool = False
    """Whether the last step is done, too."""
    leads_back: bool = False
    """Whether going back leads to the step before, as this is where the step began."""
    hidden: bool = False
    """Whether the text is folded away."""
