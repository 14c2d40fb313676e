"""Batteries, the sharing of power, and plans that keep promises."""
