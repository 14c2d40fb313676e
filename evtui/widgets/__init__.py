"""Widgets: each watches the app's one picture and draws its part of it, line by line."""
