"""Numbers as people read them, always of the same width where they change often."""

MAX_SPEED = 0.0
"""The speed that means: as fast as it goes."""


def clock(time_us: int, *, millis: bool = True) -> str:
    """Virtual time as ``mm:ss.mmm``, with hours where there are any."""
    seconds, micros = divmod(time_us, 1_000_000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    text = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"
    return f"{text}.{micros // 1000:03}" if millis else text


def kilowatts(power_w: float) -> str:
    """Power in kW with one decimal, without the unit."""
    return f"{power_w / 1000:.1f}"


def rated(power_w: float) -> str:
    """A round power in kW: without decimals where there are none."""
    return f"{power_w / 1000:.1f}".removesuffix(".0")


def energy(energy_wh: float) -> str:
    """Energy with its unit: Wh below 1 kWh, then kWh with two decimals."""
    if energy_wh < 1000:
        return f"{energy_wh:.0f} Wh"
    return f"{energy_wh / 1000:.2f} kWh"


def kwh(energy_wh: float) -> str:
    """Energy in kWh without the unit, in 4 cells: ``0.67``, ``12.3``, ``123``, ``12k``."""
    for most, decimals in ((10, 2), (100, 1), (10_000, 0)):
        text = f"{energy_wh / 1000:.{decimals}f}"
        if float(text) < most:
            return text
    return f"{energy_wh / 1_000_000:.0f}k"


def amount(cents: int) -> str:
    """Money in euros with two decimals, without the unit."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}.{rest:02}"


def euros(cents: int) -> str:
    """Money with its unit: ``12.05 €``."""
    return f"{amount(cents)} €"


def price(ueur: int) -> str:
    """A price of energy: ``0.45 €/kWh``, with as many decimals as it has."""
    whole, rest = divmod(ueur, 1_000_000)
    decimals = f"{rest:06}".rstrip("0").ljust(2, "0")
    return f"{whole:,}.{decimals} €/kWh"


def count(number: int) -> str:
    """A number with separators; millions are shortened so that it never grows long."""
    if number >= 10_000_000:
        return f"{number / 1_000_000:.1f} M"
    return f"{number:,}"


def speed(factor: float) -> str:
    """A speed as ``10×``, or ``max``."""
    return "max" if factor == MAX_SPEED else f"{factor:g}×"
