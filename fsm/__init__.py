"""Charging: ISO 15118-2 sessions, OCPP actions, the replicated network state, energy."""
