"""A city: sites with a Paxos group each, a directory above them, drivers who go between them.

A site is a :class:`scenarios.world.World` like any other. What is new is between them: who knows
of whom (:mod:`.directory`), and what a driver does whom one site cannot serve (:mod:`.travellers`).
"""
