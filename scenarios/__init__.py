"""Worlds: a charging network on a simulated bus, scripts for it, and runs of it."""
