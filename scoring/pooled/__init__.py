"""Pooled editions: a peer baseline from the platform's own organisations that agreed to it.

A pooled edition holds distributions, never organisations. Organisations are told by industry × size where at least 5
of them, none with more than 25% of the responses, share both; the others by industry, then by size, then not at all.
These sets do not overlap and every group of the fallback chain is a union of some of them, so that adding and
subtracting groups of one edition never leaves fewer than 5 organisations. Inside a set every column is sorted by
itself: no row is an organisation, and levels of different capabilities cannot be joined to a profile.

The same contributions give the same bytes in any order. The manifest holds all that went in, so that
``rebuild_pooled`` can make the edition again; it is as confidential as the contributions, the two files are not.
"""

from scoring.pooled.build import pool_edition, rebuild_pooled, without_own
from scoring.pooled.files import PooledEdition
from scoring.pooled.sets import LARGEST_SHARE, safe_part

__all__ = ["LARGEST_SHARE", "PooledEdition", "pool_edition", "rebuild_pooled", "safe_part", "without_own"]
