"""The marks in a lesson's text: ``*bold*``, ``{key:pause}``, blank lines between paragraphs."""

import re
from collections.abc import Iterator

from attrs import frozen

_PART = re.compile(r"\{key:(?P<key>[a-z0-9_]+)\}|\*(?P<bold>[^*\n]+)\*")


@frozen
class Part:
    """A piece of a text: ``kind`` is text, bold or key (then ``text`` is the action's id)."""

    text: str
    kind: str = "text"


def paragraphs(text: str) -> Iterator[str]:
    """Each on one line."""
    for block in re.split(r"\n\s*\n", text.strip()):
        joined = " ".join(block.split())
        if joined:
            yield joined


def parts(paragraph: str) -> Iterator[Part]:
    """The pieces of a paragraph."""
    at = 0
    for found in _PART.finditer(paragraph):
        if found.start() > at:
            yield Part(paragraph[at : found.start()])
        yield Part(found["key"], "key") if found["key"] else Part(found["bold"], "bold")
        at = found.end()
    if at < len(paragraph):
        yield Part(paragraph[at:])
