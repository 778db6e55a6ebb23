"""Releases remembered: a new cut may not be subtracted from what was shown before."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scoring.disclosure.ranks import small_groups_revealed


@dataclass(frozen=True)
class Release:
    """What one publication showed: the whole, and the respondents (ids or digests of ids) behind each shown group.

    Groups that were withheld are not part of it. Keep one release per publication of an assessment; when late
    answers arrive, the old release stays and the new one is checked against it.
    """

    whole: frozenset[str]
    groups: Mapping[str, frozenset[str]]

    def sets(self) -> dict[str, frozenset[str]]:
        """Everything of the release that carries a number.

        >>> sorted(Release(frozenset("abcdef"), {"EMEA": frozenset("abcde")}).sets())
        ['EMEA', 'the whole']
        """
        return {"the whole": self.whole, **self.groups}


def refuse_reason(
    new_groups: Mapping[str, Collection[str]], released: Sequence[Release], k: int = 5, *, whole: Collection[str] = ()
) -> str | None:
    """Say why a new cut must be refused, or None when it may be shown.

    new_groups : respondents behind each group that the cut would show
    released : every earlier publication of the same assessment, in any order
    whole : everyone who has answered by now; default: the newest people known are those of `released`

    Refused is a group of 1 to k-1 people, one whose complement or whose difference from a released group (either way
    round: late answers) has 1 to k-1, and one from which, with all that was released, any such group follows by
    adding and subtracting. The sentence names groups and the rule, never how many people are left over.

    >>> shown = Release(frozenset("abcdefghijkl"), {"EMEA": frozenset("abcdef")})
    >>> refuse_reason({"EMEA leaders": set("abcde")}, [shown])
    "'EMEA leaders' differs from 'EMEA' by fewer than 5 people: choose a broader cut"
    >>> refuse_reason({"EMEA": set("abcdef")}, [shown]) is None
    True
    """
    cut = {name: frozenset(members) for name, members in new_groups.items()}
    everyone = {"the whole": frozenset(whole)} if whole else {}
    known = [(name, members) for release in released for name, members in release.sets().items()]
    for name, members in {**everyone, **cut}.items():
        reason = nested_reason(name, members, [*known, *everyone.items(), *cut.items()], k)
        if reason:
            return reason
    before = frozenset(members for _, members in known)
    if singled_out(before | {*everyone.values(), *cut.values()}, k) <= singled_out(before, k):
        return None
    names = " and ".join(repr(name) for name in cut)
    return f"{names} combined with what was shown before would single out fewer than {k} people: choose a broader cut"


def nested_reason(
    name: str, members: frozenset[str], others: Sequence[tuple[str, frozenset[str]]], k: int
) -> str | None:
    """Say why one group must be refused beside others that are or were shown, or None: it is small, or it contains or
    is contained in one of them with a difference of 1 to k-1 people.

    >>> nested_reason("EMEA", frozenset("abcdefg"), [("EMEA", frozenset("abcdef"))], 5)
    "'EMEA' has changed by fewer than 5 people since it was shown: wait for more answers"
    """
    if 0 < len(members) < k:
        return f"{name!r} has fewer than {k} people: choose a broader cut"
    for other, shown in others:
        nested = members < shown or shown < members
        if nested and 0 < len(members ^ shown) < k:
            return _difference(name, other, k)
    return None


def _difference(name: str, other: str, k: int) -> str:
    if name == other:
        return f"{name!r} has changed by fewer than {k} people since it was shown: wait for more answers"
    return f"{name!r} differs from {other!r} by fewer than {k} people: choose a broader cut"


def singled_out(published: Collection[frozenset[str]], k: int) -> set[frozenset[str]]:
    """Find every group of fewer than k people that follows from what was published by adding and subtracting."""
    people = sorted(frozenset[str]().union(*published))
    if not people:
        return set()
    column = {person: place for place, person in enumerate(people)}
    membership = np.zeros((len(set(published)), len(people)))
    for row, members in enumerate(sorted(set(published), key=sorted)):
        membership[row, [column[person] for person in members]] = 1
    return {frozenset(people[place] for place in group) for group in small_groups_revealed(membership, k)}
