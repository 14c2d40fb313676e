"""Runs and campaigns with their frames in both versions of OCPP."""

from fsm.ocpp.profiles.model import Version
from scenarios.ocpp_log import OcppLog
from scenarios.runner import run


def recorded(scenario, seed=None, until_us=None):
    """The rows of a run by version, and its report; one run for both."""
    rows = {version: [] for version in Version}
    logs = [OcppLog(rows[version].append, version) for version in Version]

    def hear(world, event):
        for log in logs:
            log(world, event)

    report = run(scenario, seed=seed, until_us=until_us, listener=hear)
    return rows, report
