"""Releases remembered: no result is published that could be subtracted from an earlier one of the same answers.

Late answers, an erased response or a group that may suddenly be shown make a second result differ from the first by a
few people, and the difference would be theirs. The whole decides whether there is a new result at all; a unit or role
that would give people away is withheld from it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from sqlmodel import Session, col, select

from app.errors import ConflictError
from app.models import Assessment, Release, Snapshot
from app.results.membership import Members, Shown, groups_shown, header, packed, scored, unpacked
from questionnaires.schema import Questionnaire
from scoring.assess import in_words
from scoring.disclosure import nested_reason, singled_out
from scoring.results import (
    AssessmentResult,
    CapabilityResult,
    Group,
    Perception,
    Settings,
    WithheldGroup,
)
from scoring.wording import withheld_cell

WHOLE, LEADERS, STAFF = "the whole", "leaders", "staff"

People = Mapping[str, frozenset[str]]
"""Name of a published group → the people behind it, each a representative of those who are always counted alike."""


def releases_of(session: Session, assessment: Assessment) -> list[Members]:
    """Every earlier publication of the assessment."""
    found = session.exec(
        select(Release.groups, Release.members).where(
            col(Release.organization_id) == assessment.organization_id, col(Release.assessment_id) == assessment.id
        )
    ).all()
    return [unpacked(groups, members) for groups, members in found]


def counted_in(session: Session, snapshot: Snapshot) -> NDArray[np.uint64]:
    """Fingerprints of the responses that a snapshot counted; none where it is not remembered."""
    statement = select(Release.groups, Release.members).where(
        col(Release.organization_id) == snapshot.organization_id, col(Release.snapshot_id) == snapshot.id
    )
    found = session.exec(statement).first()
    return unpacked(*found).prints if found else np.zeros(0, dtype=np.uint64)


def remember(session: Session, snapshot: Snapshot, members: Members, result: AssessmentResult) -> None:
    """Store whom a snapshot counted, for those that come after it."""
    session.add(
        Release(
            organization_id=snapshot.organization_id,
            assessment_id=snapshot.assessment_id,
            snapshot_id=snapshot.id,
            groups=header(members, result),
            members=packed(members),
        )
    )


def beside_releases(
    result: AssessmentResult,
    members: Members,
    earlier: Sequence[Members],
    questionnaire: Questionnaire,
    asked: Questionnaire,
) -> AssessmentResult:
    """The result without the groups that, beside an earlier one, would single people out.

    ``asked`` : the questionnaire with only the questions that were asked, for the words.

    Raises `ConflictError` where the whole itself has changed by fewer than k people.
    """
    if not earlier or not any(isinstance(one, CapabilityResult) for one in result.capabilities):
        return result
    refused = _Refused()
    shown = {name: _read(one) for name, one in groups_shown(result)["capabilities"].items()}
    for capability, groups in shown.items():
        sets = _people(replace(members, shown=shown), earlier, questionnaire, capability, result.settings.k)
        _check_whole(sets, result.settings)
        _check_groups(sets, groups, refused, result.settings.k)
    _check_questions(members, earlier, result, questionnaire)
    return without(result, refused, asked) if refused else result


@dataclass
class _Refused:
    units: set[str] = field(default_factory=set)
    roles: set[str] = field(default_factory=set)
    sides: bool = False

    def __bool__(self) -> bool:
        return bool(self.units or self.roles or self.sides)


@dataclass(frozen=True)
class _Sets:
    """Groups of one capability: what was published (name, people) and what would be."""

    known: tuple[tuple[str, frozenset[str]], ...]
    whole: frozenset[str]
    units: People
    roles: People
    sides: People


def _read(document: Mapping[str, object]) -> Shown:
    return Shown(tuple(document["units"]), tuple(document["roles"]), bool(document["sides"]))  # type: ignore[arg-type]


def _people(
    members: Members, earlier: Sequence[Members], questionnaire: Questionnaire, capability: str, k: int
) -> _Sets:
    """The published sets of one capability. People who are in the same sets of every release are one block, of which
    no more than k need be told apart."""
    everyone = np.unique(np.concatenate([one.prints for one in (*earlier, members)]))
    keys = [_cells(one, questionnaire, capability, everyone) for one in (*earlier, members)]
    _, first, block, sizes = np.unique(_joint(keys), return_index=True, return_inverse=True, return_counts=True)
    names = [[f"{place}.{number}" for number in range(min(int(size), k))] for place, size in enumerate(sizes)]
    del block
    views = [
        dict(_groups(one, [tuple(column[first].tolist()) for column in key], names, capability, questionnaire))
        for one, key in zip((*earlier, members), keys, strict=True)
    ]
    kinds = views[-1]
    return _Sets(
        known=tuple((name, people) for view in views[:-1] for (_, name), people in view.items()),
        whole=kinds.get(("whole", WHOLE), frozenset()),
        units={name: people for (kind, name), people in kinds.items() if kind == "unit"},
        roles={name: people for (kind, name), people in kinds.items() if kind == "role"},
        sides={name: people for (kind, name), people in kinds.items() if kind == "side"},
    )


def _cells(
    members: Members, questionnaire: Questionnaire, capability: str, everyone: NDArray[np.uint64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Unit and role of everyone who has a level on the capability (shifted by 1; 0 = none), −1 = not counted."""
    counted = scored(members, questionnaire, capability)
    place = np.searchsorted(everyone, members.prints)
    units, roles = np.full(len(everyone), -1), np.full(len(everyone), -1)
    units[place[counted]] = members.units[counted] + 1
    roles[place[counted]] = members.roles[counted] + 1
    return units, roles


def _joint(keys: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> NDArray[np.int64]:
    joint = np.zeros(len(keys[0][0]), dtype=np.int64)
    for column in (column for pair in keys for column in pair):
        _, joint = np.unique(joint * (column.max() + 2) + column + 1, return_inverse=True)
    return joint


def _groups(
    members: Members,
    cells: Sequence[tuple[int, ...]],
    names: Sequence[Sequence[str]],
    capability: str,
    questionnaire: Questionnaire,
) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
    units, roles = cells
    shown = members.shown.get(capability)
    if shown is None:
        return

    def people(chosen: Sequence[bool]) -> frozenset[str]:
        return frozenset(name for taken, block in zip(chosen, names, strict=True) if taken for name in block)

    yield ("whole", WHOLE), people([unit >= 0 for unit in units])
    for kind, wanted, labels, codes in (
        ("unit", shown.units, members.unit_names, units),
        ("role", shown.roles, members.role_names, roles),
    ):
        for name in wanted:
            yield (kind, name), people([code == labels.index(name) + 1 for code in codes])
    if shown.sides:
        lead = {place + 1 for place, name in enumerate(members.role_names) if name in questionnaire.leader_roles}
        yield ("side", LEADERS), people([code in lead for code in roles])
        yield ("side", STAFF), people([code > 0 and code not in lead for code in roles])


def _check_whole(sets: _Sets, settings: Settings) -> None:
    reason = nested_reason(WHOLE, sets.whole, sets.known, settings.k)
    if reason or singled_out({people for _, people in sets.known} | {sets.whole}, settings.k) - _before(
        sets, settings.k
    ):
        raise ConflictError(
            f"There is no new result: beside the one that was shown before it would single out fewer than {settings.k} "
            f"people. The earlier result stands; measure again when at least {settings.k} more have answered."
        )


def _before(sets: _Sets, k: int) -> set[frozenset[str]]:
    return singled_out({people for _, people in sets.known}, k)


def _check_groups(sets: _Sets, groups: Shown, refused: _Refused, k: int) -> None:
    """Refuse the groups that are nested in a released one too closely, then the smallest until nothing follows."""
    known = {people for _, people in sets.known}
    beside = [*sets.known, (WHOLE, sets.whole)]
    refused.units |= {name for name, people in sets.units.items() if nested_reason(name, people, beside, k)}
    refused.roles |= {name for name, people in sets.roles.items() if nested_reason(name, people, beside, k)}
    refused.sides |= any(nested_reason(name, people, beside, k) for name, people in sets.sides.items())
    before = _before(sets, k)
    order = [*sets.roles, *sorted(sets.units, key=lambda name: len(sets.units[name]))]
    while True:
        shown = _still_shown(sets, refused)
        if shown <= known | {sets.whole} or singled_out(known | {sets.whole} | shown, k) <= before:
            return
        if not refused.sides and groups.sides:
            refused.sides = True
            continue
        name = next(one for one in order if one not in refused.units | refused.roles)
        (refused.roles if name in sets.roles else refused.units).add(name)


def _still_shown(sets: _Sets, refused: _Refused) -> set[frozenset[str]]:
    units = {people for name, people in sets.units.items() if name not in refused.units}
    roles = {people for name, people in sets.roles.items() if name not in refused.roles}
    return units | roles | (set() if refused.sides else set(sets.sides.values()))


def _check_questions(
    members: Members, earlier: Sequence[Members], result: AssessmentResult, questionnaire: Questionnaire
) -> None:
    """The people behind each question's distribution may not change by a few either."""
    k = result.settings.k
    for question in groups_shown(result)["questions"]:
        column = questionnaire.position[question]
        now = members.prints[members.answered[:, column]]
        for release in earlier:
            if question not in release.questions:
                continue
            then = release.prints[release.answered[:, column]]
            more, fewer = len(np.setdiff1d(now, then)), len(np.setdiff1d(then, now))
            if 0 < more + fewer < k:
                raise ConflictError(
                    f"There is no new result: the answers to {question} changed by fewer than {k} people since they were "
                    f"shown. The earlier result stands; measure again when at least {k} more have answered."
                )


def without(result: AssessmentResult, refused: _Refused, questionnaire: Questionnaire) -> AssessmentResult:
    """The result with groups withheld, and its words written anew."""
    k = result.settings.k
    cell = withheld_cell("released", k)

    def hidden(groups: Sequence[Group | WithheldGroup], names: set[str]) -> tuple[Group | WithheldGroup, ...]:
        return tuple(
            WithheldGroup(id=one.id, withheld=cell.withheld, reason=cell.reason, sentence=cell.sentence)
            if one.id in names
            else one
            for one in groups
        )

    kept = replace(result, units=hidden(result.units, refused.units), roles=hidden(result.roles, refused.roles))
    if refused.sides:
        kept = replace(
            kept,
            perception=Perception(withheld=cell.withheld, sentence=cell.sentence),
            capabilities=tuple(
                replace(one, perception=None) if isinstance(one, CapabilityResult) else one for one in kept.capabilities
            ),
        )
    return in_words(kept, questionnaire)
