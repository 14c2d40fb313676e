"""Screens: the network, and the panels that ask something above it."""
