"""The README's picture: the app, as it draws a real run. ``python -m tools.picture``."""

import asyncio
import re
from pathlib import Path

from evtui.app import EvtuiApp
from scenarios.loader import load
from scenarios.session import Session

SCENARIO = "leader-crash"
SEED = 1
MOMENT_US = 211_000_000
SIZE = (120, 36)
TARGET = Path(__file__).resolve().parent.parent / "docs" / "evtui.svg"


async def draw() -> str:
    """The screen at one moment of the run, as SVG."""
    session = Session(load(SCENARIO), SEED)
    while not session.run(MOMENT_US, 100_000):
        pass
    app = EvtuiApp(session, paused=True)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        return app.export_screenshot(title=f"evtui {SCENARIO} --seed {SEED}")


def steady(svg: str) -> str:
    """The same picture with ids that do not change from one drawing to the next."""
    return re.sub(r"terminal-\d+", "terminal-evtui", svg)


if __name__ == "__main__":
    TARGET.write_text(steady(asyncio.run(draw())), encoding="utf-8")
