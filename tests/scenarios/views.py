"""Small views, for tests that judge or report them."""

from typing import Any

from scenarios.view import CpView, EvView, SessionView, View


def cp(name: str, **changes: Any) -> CpView:
    """An idle charge point that follows, at slot 5."""
    values: dict[str, Any] = {
        "id": name,
        "status": "alive",
        "node": name,
        "member": "voter",
        "ails": (),
        "cut_off": False,
        "state": "waiting_ev",
        "pilot": "A",
        "ocpp_status": "Available",
        "ev": None,
        "power_w": 0,
        "limit_w": 0,
        "rated_w": 11_000,
        "energy_wh": 0.0,
        "role": "follower",
        "promised": "1.CP1",
        "accepted": "1.CP1",
        "commit_slot": 5,
        "applied_slot": 5,
        "state_digest": "abcdef0123456789",
        "queued_calls": 0,
        "links": (),
    }
    return CpView(**{**values, **changes})


def ev(name: str, **changes: Any) -> EvView:
    """An EV on the road."""
    values: dict[str, Any] = {
        "id": name,
        "state": "not_connected",
        "cp": None,
        "soc": 30.0,
        "target": 80.0,
        "power_w": 0,
        "energy_wh": 0.0,
        "pilot": "A",
    }
    return EvView(**{**values, **changes})


def session(name: str, start_us: int, stop_us: int | None, **changes: Any) -> SessionView:
    """A charging transaction."""
    values: dict[str, Any] = {
        "ev": name,
        "cp": "CP1",
        "transaction": 1,
        "start_us": start_us,
        "stop_us": stop_us,
        "energy_wh": 1_000,
        "reason": "Local" if stop_us else "",
    }
    return SessionView(**{**values, **changes})


def view(**changes: Any) -> View:
    """Three charge points, CP1 leads, nothing happens."""
    values: dict[str, Any] = {
        "scenario": "test",
        "title": "A test",
        "seed": 7,
        "time_us": 90_500_000,
        "duration_us": 600_000_000,
        "finished": False,
        "events": 1_234,
        "messages": 567,
        "leader": "CP1",
        "ballot": "1.CP1",
        "voters": 3,
        "quorum": 2,
        "electors": 2,
        "capacity_w": 22_000,
        "power_w": 0,
        "power_history_w": (),
        "cps": (cp("CP1", role="leader", commit_slot=6), cp("CP2"), cp("CP3")),
        "evs": (),
        "unplugged": (),
        "sessions": (),
        "checks": 10,
        "violation": "",
        "log_last": 6,
        "log": (),
        "event_total": 0,
        "event_first": 0,
        "event_rows": (),
        "expectations_held": 0,
        "expectations_failed": 0,
        "expectations_total": 0,
    }
    return View(**{**values, **changes})
