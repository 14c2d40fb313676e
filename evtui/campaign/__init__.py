"""``evtui campaign``: a scenario under random faults, seed after seed."""
