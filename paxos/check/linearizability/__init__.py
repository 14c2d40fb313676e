"""Whether what clients saw can be explained: linearizability (Herlihy, Wing 1990).

A history is linearizable if every operation can be given one moment between its call and its
return, so that a sequential machine that does them in that order says what the clients were told.
An operation without a return may have taken effect at any moment after its call, or never.

Nothing is known here of replicas, slots and ballots: the checker sees what clients saw. The search
is Wing and Gong's (1993) with Lowe's memory of configurations (2017), key by key as Horn and
Kroening (2015) have shown to be enough. :mod:`~paxos.check.linearizability.operations` says what an
operation and a machine are, :mod:`~paxos.check.linearizability.search` tries the orders,
:mod:`~paxos.check.linearizability.verdict` looks at whole histories and finds the shortest prefix
that is wrong, :mod:`~paxos.check.linearizability.conflict` the operations that are to blame.
"""
