"""Single-decree Paxos as a register with clients: the model of Stateright's Paxos example.

Two clients that each write once and then read, three servers, an unordered network that delivers
each message at most once and never what would have no effect, and a history that is part of the
state. Published: 16,668 distinct states, all linearizable.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

Ballot = tuple[int, int]
Proposal = tuple[int, int, str]
"""Number of the request, client, value."""
Vote = tuple[Ballot, Proposal]
UNSET = "\0"


class Server(NamedTuple):
    """A server: leader and acceptor at once."""

    ballot: Ballot = (0, 0)
    proposal: Proposal | None = None
    prepares: tuple[tuple[int, Vote | None], ...] = ()
    accepts: frozenset[int] = frozenset()
    accepted: Vote | None = None
    decided: bool = False


class Client(NamedTuple):
    """A client: the request that it waits for, and how many it has sent."""

    awaiting: int | None
    sent: int


class Call(NamedTuple):
    """What a client asked, with how many operations the others had completed, and the answer."""

    after: tuple[tuple[int, int], ...]
    op: str
    answer: str | None


class Envelope(NamedTuple):
    """A message under way."""

    source: int
    target: int
    message: tuple[Any, ...]


class State(NamedTuple):
    """Servers and clients, what is under way (sorted, each as often as it was sent), history."""

    servers: tuple[Server, ...]
    clients: tuple[Client, ...]
    network: tuple[Envelope, ...]
    history: tuple[tuple[Call, ...], ...]


class Register:
    """So many servers, and clients numbered after them."""

    def __init__(self, servers: int = 3, clients: int = 2) -> None:
        self.servers, self.clients = servers, clients
        self.majority = servers // 2 + 1

    def initial(self) -> list[State]:
        """Every client has asked a server of its own to write."""
        ids = range(self.servers, self.servers + self.clients)
        puts = [Envelope(i, i % self.servers, ("put", i, chr(65 + i - self.servers))) for i in ids]
        return [
            State(
                (Server(),) * self.servers,
                tuple(Client(i, 1) for i in ids),
                tuple(sorted(puts, key=repr)),
                tuple((Call((), f"write {put.message[2]}", None),) for put in puts),
            )
        ]

    def actions(self, state: State) -> Iterator[tuple[str, State]]:
        """Every message that may be delivered, with effect."""
        for envelope in dict.fromkeys(state.network):
            after = self._deliver(state, envelope)
            if after is not None:
                yield f"{envelope.source}→{envelope.target} {envelope.message}", after

    def _deliver(self, state: State, envelope: Envelope) -> State | None:
        source, target, message = envelope
        history = state.history
        if target < self.servers:
            done = self._serve(target, state.servers[target], source, message)
            if done is None:
                return None
            server, sent = done
            servers = (*state.servers[:target], server, *state.servers[target + 1 :])
            state = state._replace(servers=servers)
        else:
            number = target - self.servers
            client = state.clients[number]
            if message[1] != client.awaiting:
                return None
            history = self._returned(history, number, message)
            sent = []
            awaiting = None
            if message[0] == "put_ok":
                awaiting = (client.sent + 1) * target
                sent = [Envelope(target, (target + client.sent) % self.servers, ("get", awaiting))]
                history = self._invoked(history, number, "read")
            new = Client(awaiting, client.sent + 1)
            clients = (*state.clients[:number], new, *state.clients[number + 1 :])
            state = state._replace(clients=clients)
        network = list(state.network)
        network.remove(envelope)
        network += sent
        return state._replace(network=tuple(sorted(network, key=repr)), history=history)

    def _serve(
        self, me: int, server: Server, source: int, message: tuple[Any, ...]
    ) -> tuple[Server, list[Envelope]] | None:
        """What a server makes of a message; None if nothing."""
        peers = [n for n in range(self.servers) if n != me]
        kind = message[0]
        if server.decided:
            if kind != "get":
                return None
            assert server.accepted is not None
            return server, [Envelope(me, source, ("get_ok", message[1], server.accepted[1][2]))]
        if kind == "put" and server.proposal is None:
            ballot = (server.ballot[0] + 1, me)
            after = server._replace(
                ballot=ballot,
                proposal=(message[1], source, message[2]),
                prepares=((me, server.accepted),),
                accepts=frozenset(),
            )
            return after, [Envelope(me, peer, ("prepare", ballot)) for peer in peers]
        if kind == "prepare" and server.ballot < message[1]:
            promise = ("prepared", message[1], server.accepted)
            return server._replace(ballot=message[1]), [Envelope(me, source, promise)]
        if kind == "prepared" and message[1] == server.ballot:
            return self._prepared(me, server, source, message)
        if kind == "accept" and server.ballot <= message[1]:
            after = server._replace(ballot=message[1], accepted=(message[1], message[2]))
            return after, [Envelope(me, source, ("accepted", message[1]))]
        if kind == "accepted" and message[1] == server.ballot:
            return self._accepted(me, server, source, message)
        if kind == "decided":
            vote = (message[1], message[2])
            return server._replace(ballot=message[1], accepted=vote, decided=True), []
        return None

    def _prepared(
        self, me: int, server: Server, source: int, message: tuple[Any, ...]
    ) -> tuple[Server, list[Envelope]]:
        promises = dict(server.prepares) | {source: message[2]}
        server = server._replace(prepares=tuple(sorted(promises.items())))
        if len(promises) != self.majority:
            return server, []
        votes = [vote for vote in promises.values() if vote is not None]
        proposal = max(votes)[1] if votes else server.proposal
        assert proposal is not None
        vote = (message[1], proposal)
        after = server._replace(proposal=proposal, accepted=vote, accepts=server.accepts | {me})
        peers = [n for n in range(self.servers) if n != me]
        return after, [Envelope(me, peer, ("accept", *vote)) for peer in peers]

    def _accepted(
        self, me: int, server: Server, source: int, message: tuple[Any, ...]
    ) -> tuple[Server, list[Envelope]]:
        server = server._replace(accepts=server.accepts | {source})
        if len(server.accepts) != self.majority:
            return server, []
        assert server.proposal is not None
        peers = [n for n in range(self.servers) if n != me]
        sent = [Envelope(me, peer, ("decided", message[1], server.proposal)) for peer in peers]
        request, client, _ = server.proposal
        return server._replace(decided=True), [*sent, Envelope(me, client, ("put_ok", request))]

    @staticmethod
    def _returned(
        history: tuple[tuple[Call, ...], ...], number: int, message: tuple[Any, ...]
    ) -> tuple[tuple[Call, ...], ...]:
        answer = message[2] if message[0] == "get_ok" else "ok"
        calls = history[number]
        done = (*calls[:-1], calls[-1]._replace(answer=answer))
        return (*history[:number], done, *history[number + 1 :])

    @staticmethod
    def _invoked(
        history: tuple[tuple[Call, ...], ...], number: int, op: str
    ) -> tuple[tuple[Call, ...], ...]:
        after = []
        for other, calls in enumerate(history):
            completed = sum(call.answer is not None for call in calls)
            if other != number and completed:
                after.append((other, completed))
        calls = (*history[number], Call(tuple(after), op, None))
        return (*history[:number], calls, *history[number + 1 :])

    def broken(self, state: State) -> str:
        """The history is that of one register."""
        return (
            ""
            if _linearizable(state.history, (0,) * self.clients, UNSET)
            else ("the history is not linearizable")
        )

    def key(self, state: State) -> State:
        """No state stands for another."""
        return state


def _linearizable(
    history: tuple[tuple[Call, ...], ...], taken: tuple[int, ...], value: str
) -> bool:
    """Whether what is left can be put into an order; a call without an answer may be left out."""
    left = [calls[taken[n]] if taken[n] < len(calls) else None for n, calls in enumerate(history)]
    if all(call is None or call.answer is None for call in left):
        return True
    for number, call in enumerate(left):
        if call is None or any(taken[other] < count for other, count in call.after):
            continue
        if call.op == "read" and call.answer not in (None, value):
            continue
        after = call.op.removeprefix("write ") if call.op != "read" else value
        rest = tuple(n + (at == number) for at, n in enumerate(taken))
        if _linearizable(history, rest, after):
            return True
    return False
