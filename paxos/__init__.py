"""Consensus and its laboratory: Multi-Paxos without I/O, and a simulator that tries to break it."""
