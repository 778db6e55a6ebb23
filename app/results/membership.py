"""Who stands behind the numbers of a result: one row per response, as fingerprints and bits.

A fingerprint is 64 bits mixed from the random id of a response; the id itself is not kept. With the codes of unit and
role and one bit per question it says which sums a response is part of, and nothing of what was answered.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from questionnaires.schema import DONT_KNOW, NOT_APPLICABLE, UNANSWERED, Questionnaire
from scoring.results import AssessmentResult, CapabilityResult, Group, WithheldDistribution
from scoring.survey import labels_of

Flags = NDArray[np.bool_]
_MIX = (np.uint64(0xFF51AFD7ED558CCD), np.uint64(0xC4CEB9FE1A85EC53))


@dataclass(frozen=True, eq=False)
class Members:
    """The people of one result, in no order that tells anything.

    ``prints`` : shape (n,), uint64
    ``units``, ``roles`` : shape (n,), places in ``unit_names`` and ``role_names``, −1 = none
    ``answered``, ``inapplicable`` : shape (n, n_asked), a level (or option) was chosen; the question does not apply
    ``seen`` : shape (n_asked,), somebody was asked
    ``shown`` : what the result shows, by capability
    """

    prints: NDArray[np.uint64]
    units: NDArray[np.int32]
    roles: NDArray[np.int32]
    unit_names: tuple[str, ...]
    role_names: tuple[str, ...]
    answered: Flags
    inapplicable: Flags
    seen: Flags
    shown: Mapping[str, "Shown"]
    questions: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """The groups with a number on one capability, and whether leaders and staff have one."""

    units: tuple[str, ...]
    roles: tuple[str, ...]
    sides: bool


def members_of(
    questionnaire: Questionnaire, ids: Sequence[str], matrix: NDArray[np.uint8], respondents: pd.DataFrame
) -> Members:
    """The rows of an answers matrix as members; what is shown of them is added by ``showing``."""
    units, unit_names = labels_of(respondents, "unit")
    roles, role_names = labels_of(respondents, "role")
    return Members(
        prints=fingerprints(ids),
        units=units[: len(ids)].astype(np.int32),
        roles=roles[: len(ids)].astype(np.int32),
        unit_names=unit_names,
        role_names=role_names,
        answered=(matrix != UNANSWERED) & (matrix < DONT_KNOW),
        inapplicable=matrix == NOT_APPLICABLE,
        seen=(matrix != UNANSWERED).any(axis=0) if len(matrix) else np.zeros(matrix.shape[1], dtype=bool),
        shown={},
        questions=(),
    )


def fingerprints(ids: Sequence[str]) -> NDArray[np.uint64]:
    """64 mixed bits of each random id (UUID).

    >>> len(set(fingerprints([f"00000000-0000-4000-8000-{n:012d}" for n in range(1000)]).tolist()))
    1000
    """
    halves = np.frombuffer(bytes.fromhex("".join(ids).replace("-", "")), dtype=">u8").reshape(-1, 2).astype(np.uint64)
    with np.errstate(over="ignore"):
        mixed = halves[:, 0]
        for half in (halves[:, 1], np.uint64(0)):
            mixed = mixed ^ half
            for factor in _MIX:
                mixed = (mixed ^ (mixed >> np.uint64(33))) * factor
    return np.asarray(mixed ^ (mixed >> np.uint64(33)), dtype=np.uint64)


def groups_shown(result: AssessmentResult) -> dict[str, Any]:
    """What a result shows, as a document: units and roles by capability, and the questions with a distribution."""
    capabilities = {
        one.id: {
            "units": _showing(result.units, one.id),
            "roles": _showing(result.roles, one.id),
            "sides": one.perception is not None,
        }
        for one in result.capabilities
        if isinstance(one, CapabilityResult)
    }
    drawn = [one for each in result.capabilities if isinstance(each, CapabilityResult) for one in each.distributions]
    questions = [one.question for one in (*drawn, *result.outcomes) if not isinstance(one, WithheldDistribution)]
    return {"capabilities": capabilities, "questions": questions}


def _showing(groups: Sequence[object], capability: str) -> list[str]:
    return [
        group.id
        for group in groups
        if isinstance(group, Group) and getattr(group.capabilities.get(capability), "estimate", None) is not None
    ]


def packed(members: Members) -> bytes:
    """The people as bytes; names and what is shown are kept beside them."""
    planes = [np.packbits(plane, axis=1) for plane in (members.answered, members.inapplicable)]
    parts = [members.prints, members.units, members.roles, *planes]
    return zlib.compress(b"".join(np.ascontiguousarray(part).tobytes() for part in parts), 1)


def header(members: Members, result: AssessmentResult) -> dict[str, Any]:
    """What has to be known to read ``packed`` again."""
    return {
        "n": len(members.prints),
        "units": list(members.unit_names),
        "roles": list(members.role_names),
        "seen": members.seen.astype(int).tolist(),
        **groups_shown(result),
    }


def unpacked(groups: Mapping[str, Any], content: bytes) -> Members:
    """The inverse of ``header`` and ``packed``."""
    n, asked = int(groups["n"]), len(groups["seen"])
    raw, width = zlib.decompress(content), -(-asked // 8)
    ends = np.cumsum([0, 8 * n, 4 * n, 4 * n, width * n, width * n]).tolist()
    pieces = [raw[start:end] for start, end in pairwise(ends)]
    planes = [
        np.unpackbits(np.frombuffer(piece, dtype=np.uint8).reshape(n, width), axis=1, count=asked).astype(bool)
        for piece in pieces[3:]
    ]
    return Members(
        prints=np.frombuffer(pieces[0], dtype=np.uint64),
        units=np.frombuffer(pieces[1], dtype=np.int32),
        roles=np.frombuffer(pieces[2], dtype=np.int32),
        unit_names=tuple(groups["units"]),
        role_names=tuple(groups["roles"]),
        answered=planes[0],
        inapplicable=planes[1],
        seen=np.array(groups["seen"], dtype=bool),
        shown={
            name: Shown(tuple(one["units"]), tuple(one["roles"]), bool(one["sides"]))
            for name, one in groups["capabilities"].items()
        },
        questions=tuple(groups["questions"]),
    )


def scored(members: Members, questionnaire: Questionnaire, capability: str) -> Flags:
    """Who has a level on a capability, by the half-scale rule of ``scoring.patterns.pattern_scores``."""
    columns = np.array(questionnaire.columns[capability])
    if members.seen[columns].any():
        columns = columns[members.seen[columns]]
    chosen = members.answered[:, columns].sum(axis=1)
    applicable = len(columns) - members.inapplicable[:, columns].sum(axis=1)
    return np.asarray((chosen > 0) & (chosen >= questionnaire.min_answered_share * applicable - 1e-12), dtype=bool)
