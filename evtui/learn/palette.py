"""The palette in a lesson: its own actions by name."""

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from evtui.learn.actions import LESSON_ACTIONS


class Lessons(Provider):
    """What the keys of a lesson do."""

    async def discover(self) -> Hits:
        """Before anything is typed: all of them."""
        for it in LESSON_ACTIONS:
            command = partial(self.app.run_action, it.method)
            yield DiscoveryHit(f"{it.title} · {it.shown}", command, help=it.help)

    async def search(self, query: str) -> Hits:
        """What fits the words typed."""
        matcher = self.matcher(query)
        for it in LESSON_ACTIONS:
            score = matcher.match(it.title)
            if score > 0:
                command = partial(self.app.run_action, it.method)
                yield Hit(score, matcher.highlight(it.title), command, help=it.help)
