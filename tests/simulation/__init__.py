"""Whole sessions on the portal in memory, under virtual time, from a seed.

A run draws everything from its seed: the portal's limits and workers, the sessions,
what their users do (`actors`), and what goes wrong meanwhile (`weather`). It is watched
from outside: `wire` stands between the sessions and the portal and knows how each
sending of each call ended, the portal's ledger knows what ran. When all is over
`checks` compares both with what the callers were told. The same seed runs the same way,
always.

    python -m tests.simulation --seeds 20000
    python -m tests.simulation --first 4711 --seeds 1 --trace
    python -m tests.simulation.planted
    python -m tests.simulation.lifetime --calls 100000
    python -m tests.simulation.jobs --seeds 1000
"""
