"""Why a charging profile cannot be used."""

At = tuple[str | int, ...]
"""Where in a value: keys and indices from the top."""


def path(at: At) -> str:
    """``at`` as people write it: ``profiles[0].chargingSchedule.duration``."""
    text = ""
    for part in at:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


class ProfileError(Exception):
    """A payload or a profile that OCPP does not allow, or that does not fit what is installed.

    ``found`` and ``allowed`` complete a sentence; ``reason`` is the ``reasonCode`` of a 2.0.1
    answer (part 2, appendix 5); ``key`` and ``known`` tell an unknown key from those allowed.
    """

    def __init__(
        self,
        at: At,
        found: str,
        allowed: str,
        reason: str = "InvalidValue",
        *,
        key: str | None = None,
        known: tuple[str, ...] = (),
    ) -> None:
        super().__init__(f"{path(at)}: found {found}; allowed {allowed}")
        self.at = at
        self.found = found
        self.allowed = allowed
        self.reason = reason
        self.key = key
        self.known = known
