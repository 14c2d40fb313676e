"""OCPP calls and results."""
