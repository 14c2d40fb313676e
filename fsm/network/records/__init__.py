"""The records of the replicated state: plain, flat, integers and texts only; never changed.

A change makes another record (``record._replace(…)``), so states of different slots share all
records that did not change between them. A record is a named tuple, so that its order is its packed
form; its first field is its key.

A new kind of record is a class in the file of its subject, and one field of
:class:`fsm.network.records.tables.Tables`.
"""

from fsm.network.records.assets import Asset as Asset
from fsm.network.records.assets import Condition as Condition
from fsm.network.records.assets import Observer as Observer
from fsm.network.records.charging import ChargingProfiles as ChargingProfiles
from fsm.network.records.charging import Needs as Needs
from fsm.network.records.instructions import Instruction as Instruction
from fsm.network.records.money import Account as Account
from fsm.network.records.money import Bill as Bill
from fsm.network.records.money import Entry as Entry
from fsm.network.records.money import Prices as Prices
from fsm.network.records.planning import EnergyPlan as EnergyPlan
from fsm.network.records.planning import EnergyRequest as EnergyRequest
from fsm.network.records.planning import Planning as Planning
from fsm.network.records.planning import PlanTurn as PlanTurn
from fsm.network.records.power import Cabinet as Cabinet
from fsm.network.records.power import Grant as Grant
from fsm.network.records.record import NO_MARKS as NO_MARKS
from fsm.network.records.record import Marks as Marks
from fsm.network.records.record import Record as Record
from fsm.network.records.record import flat as flat
from fsm.network.records.record import key_of as key_of
from fsm.network.records.record import marks_of as marks_of
from fsm.network.records.reservations import Loss as Loss
from fsm.network.records.reservations import Place as Place
from fsm.network.records.reservations import Reservation as Reservation
from fsm.network.records.reservations import Stay as Stay
from fsm.network.records.tables import INDEXES as INDEXES
from fsm.network.records.tables import KIND_OF as KIND_OF
from fsm.network.records.tables import KINDS as KINDS
from fsm.network.records.tables import Kind as Kind
from fsm.network.records.tables import RecordKey as RecordKey
from fsm.network.records.tables import Tables as Tables
from fsm.network.records.transactions import IdTag as IdTag
from fsm.network.records.transactions import Transaction as Transaction
from fsm.network.records.trust import Evidence as Evidence
from fsm.network.records.trust import MeterKey as MeterKey
from fsm.network.records.trust import Revocation as Revocation
