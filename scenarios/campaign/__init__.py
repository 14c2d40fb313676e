"""Campaigns: the same scenario under random faults, seed after seed.

A run has two phases. In the first, faults of a profile (:mod:`scenarios.campaign.profiles`) come on
top of the scenario's own script; invariants must hold throughout. Then everything heals, every EV
is unplugged, comes back once more, if there is a charge point for it, and leaves
(:mod:`scenarios.campaign.drawing`). Within the scenario's quiet time the network must have
converged: equal replicas, nothing outstanding, every transaction closed, and every EV served
(:mod:`scenarios.settled`). What the charge points were told must be linearizable.
"""

from scenarios.campaign.drawing import QUIET_US as QUIET_US
from scenarios.campaign.drawing import script_line as script_line
from scenarios.campaign.drawing import with_faults as with_faults
from scenarios.campaign.finding import Finding as Finding
from scenarios.campaign.running import run_seed as run_seed
