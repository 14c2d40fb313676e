"""A log of OCPP messages of any origin, and what can be asked of it. Touches no file."""
