"""Numbers of things, in words."""


def counted(number: int, one: str, many: str = "") -> str:
    """How many: ``1 run``, ``2,000 runs``; ``many`` where an s makes no plural."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
