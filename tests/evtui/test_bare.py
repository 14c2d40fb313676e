"""Every view of a run that has next to nothing: no EV, a single charge point, no time gone by."""

import pytest

from scenarios.loader import loads
from scenarios.session import Session
from scenarios.timeline import Timeline
from tests.evtui.walk import app_of, text_of, views

S = 1_000_000
EV = '[[ev]]\nid = "EV1"\n'


@pytest.mark.parametrize(
    ("text", "at_us"),
    [("cps = 3\n", 20 * S), ("cps = 1\n", 0), (f"cps = 1\n{EV}", 20 * S)],
    ids=["no EV", "one CP, no time", "one CP and EV"],
)
async def test_every_view_has_something_to_say(text: str, at_us: int) -> None:
    """Nothing is taken for granted: a shrunk run has often no EV."""
    run = Timeline(Session(loads(f'duration = "30s"\n{text}', "bare.toml"), 1))
    run.run(at_us, 100_000)
    app = app_of(run)
    async with app.run_test(size=(100, 30)) as pilot:
        async for view in views(app, pilot):
            assert "not shown" not in text_of(app), view
