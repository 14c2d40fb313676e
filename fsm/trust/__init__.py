"""What proves who charges and how much: keys, certificates, signed meter receipts, the chain.

Pure functions of their arguments. ``cryptography`` is imported where it is used: a run without
contracts never loads X.509, and only a run whose meters sign loads Ed25519.
"""
