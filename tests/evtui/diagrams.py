"""A space-time diagram made by hand: an election that a crashed CP misses, and what goes wrong."""

import attrs

from scenarios.messages.view import Arrow, Diagram, Filter, FrameView, Grip, Moment, Span

COLUMNS = ("CP1", "CP2", "CP3", "CP4", "CP5", "EV1")
START_US = 200_000_000
DOWN = "dropped: nobody ran there"
CUT = "lost: the link was cut"


def arrow(number: int, kind: str, ends: tuple[int, int], times: tuple[int, int | None],
          **changes: object) -> Arrow:  # fmt: skip
    """A message from column to column, sent and taken so many µs after the beginning."""
    sent, ended = times
    made = Arrow(
        number=number, kind=kind, channel="paxos", source=ends[0], target=ends[1],
        sent_us=START_US + sent, ended_us=None if ended is None else START_US + ended,
        fate="" if ended is None else "delivered", arrived=ended is not None, late=False,
        copy=False,
    )  # fmt: skip
    return attrs.evolve(made, **changes)


PREPARES = (
    arrow(0, "Prepare", (1, 0), (100, 1_300)),
    arrow(1, "Prepare", (1, 2), (100, 900)),
    arrow(2, "Prepare", (1, 3), (100, 100), fate=CUT, arrived=False),
    arrow(3, "Prepare", (1, 4), (100, 1_500), fate=DOWN, arrived=False),
)
PROMISES = (
    arrow(4, "Promise", (2, 1), (900, 2_000)),
    arrow(5, "Promise", (0, 1), (1_300, 412_000), late=True),
)
OWN = arrow(6, "Call", (1, 1), (1_400, 1_400), channel="ocpp")
OPEN = arrow(7, "SessionSetupReq", (5, 0), (1_600, None), channel="v2g")
COPY = arrow(8, "Promise", (2, 1), (900, 2_500), copy=True)

MOMENTS = (
    Moment(0, 0, START_US, text="CP5 crashed; its disk lost 2 unsynced rows", severity="fault",
           subjects=(4,)),
    Moment(1, 4, START_US + 100, PREPARES, text="Prepare 3.CP2 from slot 12"),
    Moment(5, 5, START_US + 900, (PREPARES[1],), ended=True, text="Prepare 3.CP2 from slot 12"),
    Moment(6, 6, START_US + 900, (PROMISES[0], COPY), text="Promise 3.CP2 1 accepted"),
    Moment(7, 7, START_US + 1_300, (PREPARES[0],), ended=True, text="Prepare 3.CP2 from slot 12"),
    Moment(8, 8, START_US + 1_300, (PROMISES[1],), text="Promise 3.CP2 0 accepted"),
    Moment(9, 9, START_US + 1_400, (OWN,), text="Call MeterValues"),
    Moment(10, 10, START_US + 1_500, (PREPARES[3],), ended=True, text="Prepare 3.CP2"),
    Moment(11, 11, START_US + 1_600, (OPEN,), text="SessionSetupReq"),
    Moment(12, 12, START_US + 2_000, (PROMISES[0],), ended=True, text="Promise 3.CP2 1 accepted"),
    Moment(13, 13, START_US + 2_000, text="CP2 leader: a quorum promised ballot 3.CP2",
           severity="consensus", subjects=(1,)),
    Moment(14, 14, START_US + 2_500, (COPY,), ended=True, text="Promise 3.CP2 1 accepted"),
    Moment(15, 15, START_US + 412_000, (PROMISES[1],), ended=True,
           text="Promise 3.CP2 0 accepted"),
)  # fmt: skip


def diagram(moments: tuple[Moment, ...] = MOMENTS, **changes: object) -> Diagram:
    """All of it, or a part."""
    made = Diagram(
        columns=COLUMNS, cps=5, moments=moments, first=0, end=16, newest=True, oldest=True,
        frames=1_234_567, forgotten=0, forgotten_until_us=0, time_us=START_US + 500_000,
    )  # fmt: skip
    return attrs.evolve(made, **changes)


class Handmade:
    """A source of this diagram, over and over again, so that there is something to scroll."""

    def __init__(self, times: int = 1) -> None:
        self.moments = tuple(
            attrs.evolve(it, at=it.at + 16 * n, last=it.last + 16 * n, text=f"{n}: {it.text}"
                         if times > 1 else it.text)
            for n in range(times)
            for it in MOMENTS
        )  # fmt: skip
        self.asked: list[Filter] = []

    def messages(self, span: Span) -> Diagram:
        """A window."""
        self.asked.append(span.filter)
        end = 1 << 60 if span.at is None else span.at
        before = [it for it in self.moments if it.at < end]
        after = [it for it in self.moments if it.at >= end]
        if span.back or span.at is None:
            found, oldest, newest = before[-span.rows :], len(before) <= span.rows, not after
        else:
            found, oldest, newest = after[: span.rows], not before, len(after) <= span.rows
        return diagram(tuple(found), oldest=oldest, newest=newest)

    def frame(self, number: int) -> FrameView | None:
        """The same for each, but for one that is forgotten."""
        if number == 4:
            return None
        way = (("from", "CP2"), ("to", f"CP{number + 1}"), ("sent", "03:20.000100"),
               ("size", "11 bytes"), ("outcome", "delivered at 03:20.001300"))  # fmt: skip
        return FrameView(number, "Prepare", way, (("ballot", "3.CP2"), ("from_slot", "12")))

    def grip(self, number: int) -> Grip:
        """Nothing is under way any more."""
        return Grip(why_not=f"{number} is made by hand")

    def duration(self, text: str) -> int:
        """Always the same."""
        return len(text)

    def place(self, text: str) -> int:
        """A number is one."""
        if not text.isdecimal():
            raise ValueError(f'found "{text}"; allowed a time')
        return int(text)

    def message_filter(self, text: str) -> Filter:
        """One word is refused."""
        if text == "wrong":
            raise ValueError('found "wrong"; allowed others')
        return Filter(kinds=(text,)) if text else Filter()
