"""Amounts of money for people."""


def euros(cents: object) -> str:
    """An amount in cents as people write it: ``12.05 EUR``; ``?`` for what is no amount."""
    if type(cents) is not int:
        return "?"
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}.{rest:02} EUR"
