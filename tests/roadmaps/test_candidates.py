"""What could be planned, from small synthetic results: gains add up, enablers come along, nothing where it is reached."""

from dataclasses import replace
from typing import Any

import pytest

from app.roadmaps.candidates import REACHED, Candidates, default_limits, find_candidates, problem_document
from app.roadmaps.limits import SHARE
from questionnaires.load import load_library
from questionnaires.schema import Initiative, InitiativeLibrary, Range
from scoring.results import AssessmentResult, CapabilityResult
from tests.results.sample import sample_result
from tests.roadmaps.limits import limits
from tests.roadmaps.measured import QUESTIONNAIRE

LIBRARY = load_library("mops-core")
CAPABILITIES = [capability.id for capability in QUESTIONNAIRE.capabilities]
QUALITY, COVERAGE, STACK = "data.quality", "data.coverage", "technology.stack"


def result(**levels: tuple[float, float | None]) -> AssessmentResult:
    """Every capability at 3.0 without a target, but for ``dimension__name=(level, target)``."""
    given = {name.replace("__", "."): pair for name, pair in levels.items()}
    measured = tuple(
        replace(
            one, estimate=level, target=target, importance=4.0, target_gap=None if target is None else target - level
        )
        for one in sample_result().capabilities
        if isinstance(one, CapabilityResult)
        for level, target in [given.get(one.id, (3.0, None))]
    )
    assert len(measured) == len(CAPABILITIES)
    return replace(sample_result(), capabilities=measured)


def step(capability: str, low: int, **changes: Any) -> Initiative:
    """The initiative from level ``low`` to the next, without prerequisites unless given."""
    plain: dict[str, Any] = {"requires_levels": {}, "requires_initiatives": ()}
    found = next(x for x in LIBRARY if x.id == f"{capability}.{low}-{low + 1}")
    return replace(found, **(plain | changes))


def library(*steps: Initiative) -> InitiativeLibrary:
    return replace(LIBRARY, initiatives=steps)


def chain(capability: str, *, low: int = 1) -> tuple[Initiative, ...]:
    return tuple(step(capability, level) for level in range(low, 5))


def ids(candidates: Candidates) -> dict[str, tuple[str, ...]]:
    """Initiative → what it waits for."""
    return {x.initiative.id: x.requires for x in candidates.plannable}


@pytest.mark.parametrize("level", [1.0, 1.2, 1.3, 1.31, 1.8, 2.0, 2.4, 2.69, 2.7, 2.71, 3.1])
@pytest.mark.parametrize("target", [2.5, 3.5, 4.0, 5.0])
def test_gains_add_up_to_the_level_that_is_reached(level: float, target: float) -> None:
    found = find_candidates(result(data__quality=(level, target)), library(*chain(QUALITY)), QUESTIONNAIRE)
    if not found.plannable:
        assert target - level <= 1
        return
    reached = max(float(x.initiative.to_level.removeprefix("l")) for x in found.plannable)
    assert sum(x.gain for x in found.plannable) == pytest.approx(reached - level)
    assert all(x.gain > REACHED - 1e-9 for x in found.plannable)
    assert reached >= target or reached == 5


def test_steps_of_one_capability_wait_for_each_other() -> None:
    found = find_candidates(result(data__quality=(1.0, 4.0)), library(*chain(QUALITY)), QUESTIONNAIRE)
    assert ids(found) == {
        "data.quality.1-2": (),
        "data.quality.2-3": ("data.quality.1-2",),
        "data.quality.3-4": ("data.quality.2-3",),
    }
    assert not any(x.enabler for x in found.plannable)


def test_nothing_is_planned_at_or_above_the_target() -> None:
    measured = result(data__quality=(3.0, 3.0), data__coverage=(4.0, 2.0), technology__stack=(2.0, 3.0))
    found = find_candidates(measured, library(*chain(QUALITY), *chain(COVERAGE), *chain(STACK)), QUESTIONNAIRE)
    assert ids(found).keys() == {"technology.stack.2-3"}
    assert set(found.at_target) == {QUALITY, COVERAGE}
    assert set(found.unknown) == set(CAPABILITIES) - {QUALITY, COVERAGE, STACK}


def test_a_withheld_level_is_unknown_and_never_planned() -> None:
    hidden = tuple(x for x in result(data__quality=(1.0, 4.0)).capabilities if x.id != QUALITY)
    whole = result(technology__stack=(2.0, 3.0))
    withheld = replace(whole, capabilities=(*(x for x in whole.capabilities if x.id != QUALITY),))
    assert len(hidden) == len(withheld.capabilities) == len(CAPABILITIES) - 1
    needs = step(STACK, 2, requires_levels={QUALITY: "l3"})
    found = find_candidates(withheld, library(*chain(QUALITY), needs), QUESTIONNAIRE)
    assert ids(found) == {"technology.stack.2-3": ()}


def test_enablers_come_along_with_all_that_they_wait_for() -> None:
    needs = step(STACK, 2, requires_levels={QUALITY: "l3"})
    measured = result(technology__stack=(2.0, 3.0), data__quality=(1.0, 1.0))
    found = find_candidates(measured, library(*chain(QUALITY), needs), QUESTIONNAIRE)
    assert ids(found) == {
        "data.quality.1-2": (),
        "data.quality.2-3": ("data.quality.1-2",),
        "technology.stack.2-3": ("data.quality.2-3",),
    }
    assert {x.initiative.id for x in found.plannable if x.enabler} == {"data.quality.1-2", "data.quality.2-3"}


def test_a_level_that_is_there_is_waited_for_by_nobody() -> None:
    needs = step(STACK, 2, requires_levels={QUALITY: "l3"})
    for level, waits in ((3.0, False), (3 - REACHED, False), (3 - REACHED - 0.01, True)):
        measured = result(technology__stack=(2.0, 3.0), data__quality=(level, None))
        found = find_candidates(measured, library(*chain(QUALITY), needs), QUESTIONNAIRE)
        assert ("data.quality.2-3" in ids(found)) is waits


def test_named_prerequisites_come_along_across_capabilities() -> None:
    first = step(COVERAGE, 2)
    second = step(QUALITY, 2, requires_initiatives=(first.id,))
    third = step(STACK, 2, requires_initiatives=(second.id,))
    found = find_candidates(result(technology__stack=(2.0, 3.0)), library(first, second, third), QUESTIONNAIRE)
    assert ids(found) == {first.id: (), second.id: (first.id,), third.id: (second.id,)}
    assert [x.initiative.id for x in found.plannable if not x.enabler] == [third.id]


def test_a_prerequisite_is_named_once() -> None:
    twice = step(STACK, 2, requires_levels={QUALITY: "l3"}, requires_initiatives=("data.quality.2-3",))
    measured = result(technology__stack=(2.0, 3.0), data__quality=(2.0, None))
    found = find_candidates(measured, library(step(QUALITY, 2), twice), QUESTIONNAIRE)
    assert ids(found)["technology.stack.2-3"] == ("data.quality.2-3",)


@pytest.mark.parametrize(("months", "periods"), [(1, 1), (3, 1), (3.5, 2), (6, 2), (7, 3), (12, 4)])
def test_work_fills_whole_quarters(months: float, periods: int) -> None:
    work = step(STACK, 2, duration=Range(months, months))
    [found] = find_candidates(result(technology__stack=(2.0, 3.0)), library(work), QUESTIONNAIRE).plannable
    assert found.periods == periods


def test_the_problem_spends_what_the_initiative_costs() -> None:
    measured = result(technology__stack=(1.0, 4.0), data__quality=(2.0, 3.5), data__coverage=(4.0, 2.0))
    found = find_candidates(measured, LIBRARY, QUESTIONNAIRE)
    chosen = limits(
        skills={skill.id: 10.0 for skill in LIBRARY.skills},
        weights={STACK: 1.5},
        pins={"data.quality.2-3": 1},
        excludes=("technology.stack.3-4",),
    )
    problem = problem_document(measured, found, chosen)
    capabilities = {x["id"]: x for x in problem["capabilities"]}
    assert capabilities[STACK] == {"id": STACK, "weight": 1.5, "gap": 3.0}
    assert capabilities[QUALITY] == {"id": QUALITY, "weight": 4.0, "gap": 1.5}
    assert capabilities[COVERAGE]["gap"] == 0
    for document, candidate in zip(problem["initiatives"], found.plannable, strict=True):
        work = candidate.initiative
        assert document["id"] == work.id
        assert sum(document["operating"]) == pytest.approx(work.operating.middle)
        assert document["capital"][0] == sum(document["capital"]) == pytest.approx(work.capital.middle)
        assert {skill: pytest.approx(sum(days)) for skill, days in document["effort"].items()} == {
            skill: days.middle for skill, days in work.effort.items()
        }
        assert len(document["operating"]) == len(document["capital"]) == document["duration"] == candidate.periods
        assert document["gain"] == {work.capability: candidate.gain}
        assert document["pin"] == (1 if work.id == "data.quality.2-3" else None)
        assert document["exclude"] is (work.id == "technology.stack.3-4")


def test_the_first_proposal_affords_its_share() -> None:
    found = find_candidates(result(technology__stack=(1.0, 5.0), data__quality=(1.0, 5.0)), LIBRARY, QUESTIONNAIRE)
    base = limits()
    proposed = default_limits(found, base, [skill.id for skill in LIBRARY.skills])
    operating = sum(x.initiative.operating.middle for x in found.plannable) * SHARE / base.periods
    capital = sum(x.initiative.capital.middle for x in found.plannable) * SHARE / (base.periods / 4)
    for amount, exact in ((proposed.operating, operating), (proposed.capital_per_year, capital)):
        assert exact <= amount < exact + 10
        assert amount % 5 == 0
    assert proposed.starts_on == base.starts_on
    assert proposed.skills.keys() == {skill.id for skill in LIBRARY.skills}
