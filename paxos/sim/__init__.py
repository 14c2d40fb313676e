"""The laboratory: virtual clock, msgpack bus, simulated disks, faults, trace."""
