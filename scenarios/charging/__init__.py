"""Charging over time: what was drawn, what is planned, and what of it the interface sees."""
