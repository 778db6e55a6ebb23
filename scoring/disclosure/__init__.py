"""Disclosure control: the one gate between results and whoever may read them.

`gate` decides which cells of a table of means are shown, so that nothing about fewer than k people can be worked out
from all that is published: cells, aggregates, the whole organisation. `reveals` and `small_groups_revealed` are the
rank test of any collection of published groups; `refuse_reason` applies it to filters, waves and late answers.
`merge_small_counts` and `unanimous` guard distributions.
"""

from scoring.disclosure.distributions import LevelCount, merge_small_counts, unanimous
from scoring.disclosure.exposure import Means
from scoring.disclosure.gate import Gate, gate
from scoring.disclosure.ranks import reveals, small_groups_revealed
from scoring.disclosure.releases import Release, nested_reason, refuse_reason, singled_out

__all__ = [
    "Gate",
    "LevelCount",
    "Means",
    "Release",
    "gate",
    "merge_small_counts",
    "nested_reason",
    "refuse_reason",
    "reveals",
    "singled_out",
    "small_groups_revealed",
    "unanimous",
]
