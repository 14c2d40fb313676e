"""The panel that asks why, and tells the answer."""

from collections.abc import Callable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Static

from evtui.render import units, why
from evtui.render.line import Line
from evtui.render.picture import Picture
from evtui.screens.panels import Body
from evtui.screens.tables import LivePanel
from scenarios.why.view import About, Answer, Question

LEAST = 8
"""Rows of a panel that has little to say: it shall not jump about."""
WIDTH = 80
"""Before it is known."""
DIGITS = 7
"""A log has less slots than that many digits can count."""


class WhyPanel(LivePanel[int]):
    """What can be asked about a charge point; Enter answers, and goes on from a sentence.

    A sentence that speaks of a slot leads to the question about that slot. Closes with a virtual
    time in µs to be looked at, or None.
    """

    LIST_KEYS = "Enter: why?   ↑ ↓ another   0–9 a slot by its number   Esc closes"
    ANSWER_KEYS = "↑ ↓ sentence   Enter: its slot or time   j: its time   Esc back"
    KEYS = LIST_KEYS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("w,q", "close", "Close", id="why_close"),
        Binding("escape,left,backspace", "back", "Back", id="why_back"),
        Binding("up", "move(-1)", "Before", id="why_up"),
        Binding("down", "move(1)", "After", id="why_down"),
        Binding("pageup", "move(-10)", "Before", id="why_page_up"),
        Binding("pagedown", "move(10)", "After", id="why_page_down"),
        Binding("enter,right", "choose", "Why?", id="why_choose"),
        Binding("j", "jump", "Its time", id="why_jump"),
        *[
            Binding(str(n), f"digit({n})", f"Digit {n}", show=False, id=f"why_{n}")
            for n in range(10)
        ],
    ]

    def __init__(
        self,
        picture: Picture,
        ask: Callable[[Question], Answer | str],
        question: Question | None = None,
    ) -> None:
        """``ask`` answers, or says in a sentence why it cannot; ``question`` is asked at once."""
        super().__init__()
        self._ask = ask
        self._cp = picture.selected
        self._chosen: why.Topic | None = None
        self._topics = self._found(picture)
        self._told: list[tuple[Answer, int]] = []
        """The answers that are open, each with its cursor; the last one is seen."""
        self._typed = ""
        self._refused = ""
        self._first = question

    def on_mount(self) -> None:
        """Answer what is asked already."""
        if self._first is not None:
            self._open(self._first)

    def _found(self, picture: Picture) -> list[why.Topic]:
        """What can be asked now, and what is chosen, also when its slot is not seen any more."""
        cp = next((cp for cp in picture.view.cps if cp.id == self._cp), None)
        found = [] if cp is None else why.topics(picture.view, cp)
        chosen = self._chosen
        gone = chosen is not None and chosen.question not in [topic.question for topic in found]
        return [*found, chosen] if gone and chosen is not None else found

    def title_text(self) -> str:
        """What is asked, or can be."""
        if self._typed:
            return f"Why? · slot {self._typed}_"
        if not self._told:
            return f"Why? · {self._cp}"
        told = self._told[-1][0]
        return f"{told.title} · at {units.clock(told.at_us)}"

    def rows(self) -> int:
        """As much as there is to say, and a few rows where that is little."""
        if self._told:
            told, cursor = self._told[-1]
            width = self.query_one(Body).size.width or WIDTH
            return max(len(why.laid_out(told, cursor, width)[0]), LEAST)
        return max(len(self._topics), LEAST)

    def lines(self, picture: Picture, width: int, height: int) -> list[Line]:
        """The topics as they are now, or the answer as it was given."""
        self._topics = self._found(picture)
        if self._refused:
            return why.nothing(self._refused, width)
        if self._told:
            told, cursor = self._told[-1]
            return why.answer(told, cursor, width, height)
        if not self._topics:
            return why.nothing(f"{self._cp} is not here any more", width)
        return why.listing(self._topics, self._cursor, width, height)

    @property
    def _cursor(self) -> int:
        """Where the chosen topic stands now: the list moves while time runs."""
        if self._chosen is None:
            return 0
        return [topic.question for topic in self._topics].index(self._chosen.question)

    def clicked(self, y: int) -> None:
        """A click asks; in an answer it chooses a sentence."""
        body = self.query_one(Body)
        if self._told:
            told, cursor = self._told[-1]
            lines, starts = why.laid_out(told, cursor, body.size.width)
            end = [*starts, len(lines)][cursor + 1]
            row = y + min(max(end - body.size.height, 0), starts[cursor])
            if row < len(lines):
                self._told[-1] = (told, max(n for n, start in enumerate(starts) if start <= row))
                self.redraw()
            return
        at = why.first_row(len(self._topics), self._cursor, body.size.height) + y
        if at < len(self._topics):
            self._open(self._topics[at].question)

    # Keys.

    def action_move(self, by: int) -> None:
        """Another topic, or another sentence."""
        self._refused = self._typed = ""
        if self._told:
            told, cursor = self._told[-1]
            self._told[-1] = (told, min(max(cursor + by, 0), len(told.sentences) - 1))
        elif self._topics:
            at = min(max(self._cursor + by, 0), len(self._topics) - 1)
            self._chosen = self._topics[at]
        self._show()

    def action_digit(self, digit: int) -> None:
        """The number of a slot."""
        self._refused = ""
        self._typed = (self._typed + str(digit)).lstrip("0")[:DIGITS]
        self._show()

    def action_choose(self) -> None:
        """Ask, or go on from a sentence."""
        if self._typed:
            self._open(Question(About.SLOT, self._typed))
        elif self._refused:
            self.action_back()
        elif self._told:
            told, cursor = self._told[-1]
            slot = told.sentences[cursor].slot
            question = Question(About.SLOT, str(slot))
            if slot is not None and question != told.question:
                self._open(question)
            else:
                self.action_jump()
        elif self._topics:
            self._open(self._topics[self._cursor].question)

    def action_jump(self) -> None:
        """Close with the time that a sentence speaks of, if it does of any."""
        if self._told and not self._typed:
            told, cursor = self._told[-1]
            at_us = told.sentences[cursor].at_us
            if at_us is not None:
                self.dismiss(at_us)

    def action_back(self) -> None:
        """To what was seen before; from the list out."""
        if self._typed or self._refused:
            self._typed = self._refused = ""
        elif self._told:
            self._told.pop()
        else:
            self.dismiss(None)
            return
        if self._first is not None and not self._told:
            # Somebody asked in another view: there is no list to go back to.
            self.dismiss(None)
            return
        self._show()

    def _open(self, question: Question) -> None:
        self._typed = ""
        told = self._ask(question)
        if isinstance(told, str):
            self._refused = told
        else:
            self._told.append((told, 0))
        self._show()

    def _show(self) -> None:
        """Draw title, body and keys anew."""
        answered = self._told and not self._typed and not self._refused
        self.query_one("#panel-title", Static).update(self.title_text())
        keys = self.ANSWER_KEYS if answered else self.LIST_KEYS
        self.query_one("#panel-keys", Static).update(keys)
        self.query_one(Body).refresh(layout=True)
        self.redraw()
