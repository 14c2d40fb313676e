"""``evtui check``: whether a history of clients' operations is linearizable."""
