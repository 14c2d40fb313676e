"""Questions to a log of OCPP messages: reading files, printing answers."""
