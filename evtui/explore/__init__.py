"""``evtui explore``: every state of a small group of replicas."""
