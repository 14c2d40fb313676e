"""An energy meter: an exact integer register of what has flowed."""

from attrs import Factory, define

UJ_PER_WH = 3_600_000_000
"""Microjoules in one watt-hour."""

Beginning = tuple[str, int, int]
"""Id tag, time in µs and register in Wh at which a transaction was begun."""

REMEMBERED = 64
"""How many beginnings a meter remembers."""


@define
class Meter:
    """The meter of one connector.

    It is hardware: it survives a crash of the charge point's computer, and never counts down.
    Power in W times time in µs is energy in µJ, so the register is exact for any steps.
    """

    energy_uj: int = 0
    key: bytes = b""
    """The private key that it signs receipts with; empty for a meter that signs nothing."""
    beginnings: list[Beginning] = Factory(list)
    """How the last transactions were begun, oldest first.

    More than one: the stop of a transaction may be lost in a crash when the next one has begun.
    """
    forged_wh: int = 0
    """A defect for scenarios: what is added to the last reading after it was signed."""

    def begin(self, beginning: Beginning) -> None:
        """Remember how a transaction begins."""
        self.beginnings.append(beginning)
        del self.beginnings[:-REMEMBERED]

    def add(self, power_w: int, dt_us: int) -> int:
        """Count ``power_w`` over ``dt_us``; returns the energy in µJ.

        Raises ValueError for a negative power or time: a meter does not count down.
        """
        if power_w < 0 or dt_us < 0:
            raise ValueError(f"a meter counts upwards: {power_w} W over {dt_us} µs")
        energy_uj = power_w * dt_us
        self.energy_uj += energy_uj
        return energy_uj

    @property
    def energy_wh(self) -> int:
        """The register in whole Wh, rounded down as a display rounds."""
        return self.energy_uj // UJ_PER_WH
