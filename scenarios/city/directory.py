"""What a site knows of the others: the newest summary of each, and how old it is.

Soft state. The leader of a site says how it stands, and passes on what it has heard of others, so
news of third sites travel along (gossip). Nothing rests on it: a summary is a hint where to ask
next, and only the log of the site that is asked decides. So it is not replicated; it lives in the
memory of the charge point that leads, and whoever leads next hears anew within a few rounds.

Of two summaries of a site the newer is known by its **version**: the ballot of the leader that made
it, and a count of that leader's. Ballots of one group only rise, so a leader that was deposed and
has not heard of it yet cannot outdo its successor, and no clock of another site is compared with
one's own. A summary's **age** is counted by whoever holds it: what it had when it came, and the
time since.
"""

from typing import NamedTuple

import msgpack

from paxos.wire import seal, unseal

VERSION = 1
"""Of the message between sites."""


class Summary(NamedTuple):
    """How one site stands. Power in W, the price in µEUR per kWh."""

    site: int
    """The number of the site, from 1."""
    version: tuple[int, int, int]
    """The leader's ballot (round and node), and how many summaries it had made before."""
    free_ac: int
    """Connectors that nobody uses and nobody has reserved."""
    free_dc: int
    spare_w: int
    """Firm power that no charge point holds."""
    price_ueur: int

    def free(self, current: str) -> int:
        """Free connectors of one kind of current."""
        return self.free_dc if current == "DC" else self.free_ac


class Entry(NamedTuple):
    """A summary, and when it was as new as could be by the holder's own clock."""

    summary: Summary
    born_us: int

    def age_us(self, now_us: int) -> int:
        """How old it is, as far as its holder can tell: the time on links is not counted."""
        return max(0, now_us - self.born_us)


class Directory:
    """The newest summary of each site, as one charge point knows them."""

    def __init__(self) -> None:
        self.entries: dict[int, Entry] = {}
        self._made = 0

    def make(
        self,
        site: int,
        ballot: tuple[int, int],
        free: tuple[int, int],
        spare_w: int,
        price_ueur: int,
        now_us: int,
    ) -> Summary:
        """Note how the own site stands; ``free`` connectors are of AC and of DC."""
        self._made += 1
        summary = Summary(site, (*ballot, self._made), *free, spare_w, price_ueur)
        self.entries[site] = Entry(summary, now_us)
        return summary

    def hear(self, summary: Summary, age_us: int, now_us: int) -> bool:
        """Take a summary that has come; whether it was news.

        The same version again makes an entry younger at the most: the shorter way tells more.
        """
        known = self.entries.get(summary.site)
        born_us = now_us - age_us
        if known is None or summary.version > known.summary.version:
            self.entries[summary.site] = Entry(summary, born_us)
            return True
        if summary.version == known.summary.version and born_us > known.born_us:
            self.entries[summary.site] = known._replace(born_us=born_us)
        return False

    def pack(self, now_us: int) -> bytes:
        """All entries as one frame with a checksum, in the order of the sites."""
        rows = [
            [*entry.summary[:1], *entry.summary.version, *entry.summary[2:], entry.age_us(now_us)]
            for _, entry in sorted(self.entries.items())
        ]
        return seal(msgpack.packb([VERSION, rows]))


def unpack(frame: bytes) -> list[tuple[Summary, int]]:
    """The summaries of a frame, each with its age in µs.

    Raises:
        paxos.wire.WireError: the frame is damaged.
        ValueError: it is whole, and no message of this version.
    """
    version, rows = msgpack.unpackb(unseal(frame))
    if version != VERSION:
        raise ValueError(f"a message between sites of version {version}")
    return [
        (Summary(row[0], (row[1], row[2], row[3]), row[4], row[5], row[6], row[7]), row[8])
        for row in rows
    ]
