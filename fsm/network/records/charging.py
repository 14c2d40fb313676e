"""Charging profiles, and what EVs say of their plans (:mod:`fsm.network.charging`)."""

from typing import NamedTuple


class ChargingProfiles(NamedTuple):
    """The charging profiles that are installed at a charge point."""

    cp_id: str
    store: bytes
    """As :mod:`fsm.ocpp.profiles.packing` packs them, in msgpack."""


class Needs(NamedTuple):
    """What the last EV at a charge point with profiles said that it needs and plans."""

    cp_id: str
    transaction_id: int
    at_us: int
    mode: str
    """requestedEnergyTransfer of OCPP 2.0.1."""
    energy_wh: int
    departure_us: int = 0
    """0 for none."""
    planned_us: int = 0
    """When the EV's own schedule begins; 0 while none is known."""
    plan: bytes = b""
    """That schedule: ``[[s after its beginning, W], …]`` in msgpack."""
