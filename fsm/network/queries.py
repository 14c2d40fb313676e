"""Questions to the replicated state: the texts that :meth:`NetworkState.query` understands.

A question is a msgpack list, ``[name, argument, …]``; the answer is a msgpack map of texts and
integers. Nothing is changed by asking. What is no question that is known here gets a map with the
one key ``error``: it is other people's data.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgpack

from fsm.ocpp.frames import CallError
from fsm.ocpp.frames import unpack as unpack_value

if TYPE_CHECKING:
    from fsm.network.state import NetworkState

Answer = dict[str, object]

SUMMARY = "summary"
LIMIT = "limit"
TRANSACTION = "transaction"


def summary() -> bytes:
    """Ask for the network as a whole: what is open, what may be drawn, of how much."""
    return _pack([SUMMARY])


def limit(cp_id: str) -> bytes:
    """Ask what one charge point should draw at the most."""
    return _pack([LIMIT, cp_id])


def transaction(transaction_id: int) -> bytes:
    """Ask for one charging transaction."""
    return _pack([TRANSACTION, transaction_id])


def ask(state: "NetworkState", op: bytes) -> bytes:
    """The packed answer of a state to a question. Never raises."""
    question = _question(op)
    if question:
        answer, kinds = _ANSWERS.get(question[0], (None, ()))
        arguments = question[1:]
        if answer is not None and tuple(map(type, arguments)) == kinds:
            return _pack(answer(state, *arguments))
    return _pack({"error": f"no such question ({len(op)} bytes)"})


def name(op: bytes) -> str:
    """What a question is called, for people who look at the log. Never raises."""
    question = _question(op)
    return question[0][:30] if question else f"malformed question ({len(op)} bytes)"


def unpack(result: bytes) -> Answer:
    """An answer as plain data."""
    answer: Answer = msgpack.unpackb(result)
    return answer


def in_words(result: bytes) -> str:
    """An answer in a few words, e.g. ``open 2 · held 11,000 W · capacity 22,000 W``."""
    parts = []
    for key, value in unpack(result).items():
        amount = f"{value:,}" if type(value) is int else str(value)
        name, _, unit = key.rpartition("_")
        unit = {"w": " W", "wh": " Wh"}.get(unit, "")
        parts.append(f"{name if unit else key} {amount}{unit}")
    return " · ".join(parts)


def _question(op: bytes) -> list[Any]:
    """Name and arguments; empty for bytes that are no question."""
    try:
        value = unpack_value(op)
    except CallError:
        return []
    return value if type(value) is list and value and type(value[0]) is str else []


def _summary(state: "NetworkState") -> Answer:
    opened = [record for record in state.transactions.values() if record.is_open]
    return {
        "open": len(opened),
        "transactions": len(state.transactions),
        "held_w": state.held_w(),
        "capacity_w": state.capacity_w,
        "applied": state.applied,
    }


def _limit(state: "NetworkState", cp_id: str) -> Answer:
    asset = state.assets.get(cp_id)
    if asset is None:
        return {"error": "no such charge point"}
    return {"limit_w": asset.limit_w, "held_w": asset.held_w, "version": asset.limit_version}


def _transaction(state: "NetworkState", transaction_id: int) -> Answer:
    record = state.transactions.get(transaction_id)
    if record is None:
        return {"error": "no such transaction"}
    return {
        "cp": record.cp_id,
        "id_tag": record.id_tag,
        "energy_wh": record.energy_wh,
        "open": int(record.is_open),
    }


_ANSWERS: dict[str, tuple[Callable[..., Answer] | None, tuple[type, ...]]] = {
    SUMMARY: (_summary, ()),
    LIMIT: (_limit, (str,)),
    TRANSACTION: (_transaction, (int,)),
}
"""By name: what answers, and the types of the arguments."""


def _pack(content: Any) -> bytes:
    packed: bytes = msgpack.packb(content)
    return packed
