"""Why: questions about a slot, an EV, a replica or a reservation, and answers in sentences.

Answers are pure functions of a world; what a world would forget is kept by
:mod:`paxos.check.chronicle` and :mod:`scenarios.why.orders`, which change nothing that happens.
"""
