"""What a crashed charge point leaves behind."""

from attrs import frozen

from fsm.network.state import NetworkState
from paxos.records import Recovered


@frozen
class Remains:
    """What is left of a crashed charge point, for people to look at: no part of the run."""

    disk: Recovered
    network: NetworkState
    """The network's state as its process knew it last."""
