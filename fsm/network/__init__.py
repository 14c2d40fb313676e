"""The replicated state machine: the charge points together are the CSMS."""
