"""Which program a run was made by: its version, and a digest of all that a run depends on."""

from hashlib import blake2b
from pathlib import Path

import fsm
import paxos
import scenarios
from evtui import __version__


def program() -> str:
    """For example ``0.1.0+3fa9c2d41b7e``: another one may make other runs of the same seeds."""
    digest = blake2b(digest_size=6)
    for package in (paxos, fsm, scenarios):
        folder = Path(str(package.__file__)).parent
        for file in sorted(folder.rglob("*.py")):
            digest.update(file.relative_to(folder).as_posix().encode() + b"\0")
            digest.update(file.read_bytes() + b"\0")
    return f"{__version__}+{digest.hexdigest()}"
