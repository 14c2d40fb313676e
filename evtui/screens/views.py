"""The views above the network, by name: each is a row of :data:`evtui.actions.ACTIONS`, too."""

from collections.abc import Callable, Mapping

from evtui.render.picture import Picture
from evtui.screens.charging import ChargingPanel
from evtui.screens.driver import DriverPanel
from evtui.screens.faults import FaultsPanel
from evtui.screens.invariants import InvariantsPanel
from evtui.screens.ledger import LedgerPanel
from evtui.screens.links import LinksPanel
from evtui.screens.log import LogPanel
from evtui.screens.ocpp import OcppPanel
from evtui.screens.operator import OperatorPanel
from evtui.screens.tables import TablePanel

TABLES: Mapping[str, Callable[[Picture], TablePanel]] = {
    "faults": FaultsPanel,
    "links": LinksPanel,
    "ledger": LedgerPanel,
    "invariants": InvariantsPanel,
    "operator": OperatorPanel,
    "driver": DriverPanel,
    "ocpp": OcppPanel,
    "charging": ChargingPanel,
    "log": LogPanel,
}
"""What opens each."""
