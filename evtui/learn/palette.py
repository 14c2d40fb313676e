"""The palette in a lesson: its own actions by name."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.types import IgnoreReturnCallbackType

from evtui.actions import as_bound
from evtui.learn.actions import LESSON_ACTIONS


class Lessons(Provider):
    """What the keys of a lesson do."""

    async def discover(self) -> Hits:
        """Before anything is typed: all of them."""
        for text, note, command in self._all():
            yield DiscoveryHit(text, command, help=note)

    async def search(self, query: str) -> Hits:
        """What fits the words typed."""
        matcher = self.matcher(query)
        for text, note, command in self._all():
            score = matcher.match(text)
            if score > 0:
                yield Hit(score, matcher.highlight(text), command, help=note)

    def _all(self) -> Iterator[tuple[str, str, IgnoreReturnCallbackType]]:
        """Each with its key as it is bound."""
        app: Any = self.app
        for it in as_bound(LESSON_ACTIONS, app.settings.keys):
            yield f"{it.title} · {it.shown}", it.help, partial(app.run_action, it.method)
