"""The scenario file format, as tables: which keys there are, of which kind, meaning what.

The loader reads by them, the JSON schema and the list of keys in the documentation are made from
them. A key stands in the file of its subject; a verb of the script in :mod:`scenarios.verbs`.
"""

from scenarios.format.assets import CP as CP
from scenarios.format.assets import CPS as CPS
from scenarios.format.assets import EV as EV
from scenarios.format.assets import FLEET as FLEET
from scenarios.format.assets import FLEET_NAME as FLEET_NAME
from scenarios.format.assets import ID_TAG as ID_TAG
from scenarios.format.assets import MAX_CPS as MAX_CPS
from scenarios.format.assets import TAG_STATUSES as TAG_STATUSES
from scenarios.format.expectations import CP_STATES as CP_STATES
from scenarios.format.expectations import EV_STATES as EV_STATES
from scenarios.format.expectations import EXPECT as EXPECT
from scenarios.format.expectations import QUALIFIERS as QUALIFIERS
from scenarios.format.expectations import SUBJECTS as SUBJECTS
from scenarios.format.expectations import VIOLATIONS as VIOLATIONS
from scenarios.format.keys import Key as Key
from scenarios.format.keys import Table as Table
from scenarios.format.power import CABINET as CABINET
from scenarios.format.power import LOAD as LOAD
from scenarios.format.power import PV as PV
from scenarios.format.script import AT as AT
from scenarios.format.script import HEAD as HEAD
from scenarios.format.script import HOWS as HOWS
from scenarios.format.script import arguments as arguments
from scenarios.format.settings import CAMPAIGN as CAMPAIGN
from scenarios.format.settings import LATE as LATE
from scenarios.format.settings import NETWORK as NETWORK
from scenarios.format.settings import PAXOS as PAXOS
from scenarios.format.settings import PLANNING as PLANNING
from scenarios.format.settings import PRICE_BAND as PRICE_BAND
from scenarios.format.settings import SESSION as SESSION
from scenarios.format.settings import SITE as SITE
from scenarios.format.settings import TARIFF as TARIFF
from scenarios.format.settings import TOP as TOP

TABLES = {
    "site": SITE,
    "planning": PLANNING,
    "network": NETWORK,
    "paxos": PAXOS,
    "tariff": TARIFF,
    "pv": PV,
    "campaign": CAMPAIGN,
    "session": SESSION,
}
"""Single tables, by their key at the top."""
ARRAYS = {
    "cabinet": CABINET,
    "load": LOAD,
    "cp": CP,
    "ev": EV,
    "price_band": PRICE_BAND,
    "id_tag": ID_TAG,
    "late": LATE,
    "at": AT,
    "expect": EXPECT,
}
"""Arrays of tables, by their key at the top."""
