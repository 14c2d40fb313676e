"""The invariants of a city, each as a sentence; :mod:`scenarios.city.promises` checks them."""

SENTENCES: dict[str, str] = {
    "D1": "a driver is promised a connector at one site at a time, and plugged in at one",
    "D2": "no site in good order keeps a connector for long for a driver who does not want it",
}
