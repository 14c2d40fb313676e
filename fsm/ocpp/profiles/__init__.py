"""Charging profiles of OCPP 1.6 and 2.0.1, and the composite schedule that follows from them."""
