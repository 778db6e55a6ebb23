"""A stored plan: it keeps its limits, says why, and never spends what is not there."""

from typing import Any

import pytest
from sqlmodel import Session, select

from app.errors import ConflictError, InvalidInputError, NotFoundError
from app.models import Roadmap, RoadmapItem, Snapshot
from app.results.queries import result_of
from app.roadmaps.actions import adopt, discard, plan_roadmap, plan_scenario, proposed_limits
from app.roadmaps.difference import difference
from app.roadmaps.forms import PlanForm
from app.roadmaps.items.actions import save_item
from app.roadmaps.items.forms import ItemForm
from app.roadmaps.queries import current_plan, items_of, parent_of, scenarios_of
from questionnaires.load import load_library
from scoring.results import CapabilityResult
from scoring.roadmap.evaluate import objective, verify
from scoring.roadmap.parse import parse_problem
from tests.factories import make_organization, make_user
from tests.roadmaps.conftest import SECONDS, MakePlan
from tests.roadmaps.measured import ARRIVED, MEASURED_AT, WANTED, measured

STEPS = {step.id: step for step in load_library("mops-core")}


def what_if(session: Session, parent: Roadmap, **form: Any) -> Roadmap:
    return plan_scenario(session, parent, None, PlanForm(**form), at=MEASURED_AT, seconds=SECONDS)


def test_a_plan_keeps_every_rule_of_its_problem(make_plan: MakePlan) -> None:
    plan = make_plan()
    problem, starts = parse_problem(plan.problem), plan.solution["starts"]
    assert starts
    assert verify(problem, starts) == ()
    assert plan.solution["objective"] == pytest.approx(objective(problem, starts))
    assert plan.solution["objective"] <= plan.solution["bound"] + 1e-9
    assert (plan.status, plan.name, plan.starts_on.isoformat()) == ("proposed", "First plan", "2027-01-01")


def test_everything_is_chosen_or_left_out_with_a_reason(make_plan: MakePlan) -> None:
    plan = make_plan(operating=10, capital_per_year=20)
    chosen, left_out = set(plan.solution["starts"]), set(plan.solution["left_out"])
    assert chosen
    assert left_out
    assert not chosen & left_out
    assert chosen | left_out == {initiative["id"] for initiative in plan.problem["initiatives"]}
    assert set(plan.explanation["why"]) == chosen
    assert set(plan.explanation["left_out"]) == left_out
    for sentence in (*plan.explanation["why"].values(), *plan.explanation["left_out"].values()):
        assert sentence.endswith(".")
        assert len(sentence) > 10
    assert all(0 <= share <= 1 + 1e-9 for share in plan.explanation["worth"].values())


def test_nothing_is_planned_where_the_target_is_reached(make_plan: MakePlan, snapshot: Snapshot) -> None:
    plan = make_plan()
    levels = {x.id: x for x in result_of(snapshot).capabilities if isinstance(x, CapabilityResult)}
    assert set(plan.explanation["at_target"]) == ARRIVED
    assert set(plan.explanation["unknown"]) == set(levels) - set(WANTED)
    enablers = set(plan.explanation["enablers"])
    for initiative in plan.problem["initiatives"]:
        capability = STEPS[initiative["id"]].capability
        assert capability in set(WANTED) - ARRIVED or initiative["id"] in enablers


def test_enablers_are_only_there_for_others(make_plan: MakePlan) -> None:
    plan = make_plan()
    needed = {other for initiative in plan.problem["initiatives"] for other in initiative["requires"]}
    assert set(plan.explanation["enablers"]) <= needed
    waited_for = {other for name in plan.explanation["unblocks"].values() for other in name}
    assert waited_for <= set(plan.solution["starts"])


def test_without_money_and_people_nothing_starts(make_plan: MakePlan) -> None:
    skills = {skill.id: 0.0 for skill in load_library("mops-core").skills}
    plan = make_plan(operating=0, capital_per_year=0, skills=skills)
    assert plan.solution["starts"] == {}
    assert plan.solution["objective"] == 0
    for reason in plan.explanation["left_out"].values():
        assert reason.startswith("Does not fit: ")


def test_without_money_only_what_is_free_starts(make_plan: MakePlan) -> None:
    plan = make_plan(operating=0, capital_per_year=0)
    assert sum(plan.solution["use"]["operating"]) + sum(plan.solution["use"]["capital"]) == 0
    assert all(STEPS[name].operating.middle + STEPS[name].capital.middle == 0 for name in plan.solution["starts"])
    reasons = " ".join(plan.explanation["left_out"].values())
    assert "the operating budget would need" in reasons or "the capital budget would need" in reasons


def test_without_targets_there_is_no_where_to(session: Session) -> None:
    consultant = make_user(session, consultant=True)
    snapshot = measured(session, make_organization(session, consultant), consultant, wanted={})
    with pytest.raises(InvalidInputError, match='no "where to"'):
        plan_roadmap(session, snapshot, None, PlanForm(), at=MEASURED_AT, seconds=SECONDS)
    assert session.exec(select(Roadmap)).all() == []


def test_when_every_target_is_reached_the_plan_is_empty(session: Session) -> None:
    consultant = make_user(session, consultant=True)
    wanted = dict.fromkeys(WANTED, (1.5, 5))
    snapshot = measured(session, make_organization(session, consultant), consultant, wanted)
    plan = plan_roadmap(session, snapshot, None, PlanForm(), at=MEASURED_AT, seconds=SECONDS)
    assert plan.problem["initiatives"] == []
    assert plan.solution["starts"] == {}
    assert set(plan.explanation["at_target"]) == set(WANTED)


def test_the_first_proposal_is_rounded_and_affords_a_part(
    session: Session, snapshot: Snapshot, make_plan: MakePlan
) -> None:
    limits = proposed_limits(session, snapshot, at=MEASURED_AT)
    assert limits.operating > 0
    assert all(amount % 5 == 0 for amount in (limits.operating, limits.capital_per_year, *limits.skills.values()))
    everything = make_plan().problem["initiatives"]
    assert limits.operating * limits.periods < sum(sum(x["operating"]) for x in everything) + 5 * limits.periods


def test_less_never_has_more_value(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan(operating=40, capital_per_year=100)
    for less in (
        {"operating": 20},
        {"operating": 0, "capital_per_year": 0},
        {"periods": 4},
        {"skills": {"mops": 10}},
        {"carry_over": False, "operating": 20},
    ):
        scenario = what_if(session, plan, **less)
        assert scenario.solution["objective"] <= plan.solution["bound"] + 1e-6, less
        assert verify(parse_problem(scenario.problem), scenario.solution["starts"]) == ()
        assert scenario.parent_id == plan.id


def test_pins_and_excludes_are_honoured(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan()
    first, other = (name for name, start in list(plan.solution["starts"].items())[:2] if start == 0)
    scenario = what_if(session, plan, pins={first: 2}, excludes=[other])
    assert scenario.solution["starts"][first] == 2
    assert scenario.explanation["why"][first] == "Pinned to Q3 2027."
    assert other not in scenario.solution["starts"]
    assert scenario.explanation["left_out"][other] == "Excluded by you."
    assert verify(parse_problem(scenario.problem), scenario.solution["starts"]) == ()


def test_pins_and_excludes_stay_until_they_are_given_anew(session: Session, make_plan: MakePlan) -> None:
    names = [each["id"] for each in make_plan().problem["initiatives"] if not each["requires"]]
    plan = make_plan(pins={names[0]: 1}, excludes=[names[1]])
    kept = what_if(session, plan, excludes=[names[2]])
    assert (kept.limits["pins"], kept.limits["excludes"]) == ({names[0]: 1}, [names[2]])
    assert kept.solution["starts"][names[0]] == 1
    freed = what_if(session, plan, pins={})
    assert (freed.limits["pins"], freed.limits["excludes"]) == ({}, [names[1]])


def test_other_targets_change_the_gaps(session: Session, make_plan: MakePlan, snapshot: Snapshot) -> None:
    plan = make_plan()
    lower = what_if(session, plan, targets={"data.quality": 1.0, "technology.stack": 4.0})
    gaps = {x["id"]: x["gap"] for x in lower.problem["capabilities"]}
    stack = result_of(snapshot).capability("technology.stack")
    assert isinstance(stack, CapabilityResult)
    assert (gaps["data.quality"], gaps["technology.stack"]) == (0.0, pytest.approx(4.0 - stack.estimate))
    assert "data.quality" in lower.explanation["at_target"]
    assert any(STEPS[name].capability == "technology.stack" for name in lower.solution["starts"])
    with pytest.raises(InvalidInputError, match="not from 1 to 5"):
        what_if(session, plan, targets={"data.quality": 6.0})


def test_at_most_so_many_under_way(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan()
    few = what_if(session, plan, wip=2)
    assert max(few.solution["use"]["in_progress"]) <= 2
    assert verify(parse_problem(few.problem), few.solution["starts"]) == ()
    adopt(session, few, at=MEASURED_AT)
    assert what_if(session, few, wip=0).problem["wip_limit"] is None


def test_the_difference_is_counted_once(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan()
    first = next(iter(plan.solution["starts"]))
    scenario = what_if(session, plan, excludes=[first])
    found = difference(plan, scenario)
    before, after = plan.solution["starts"], scenario.solution["starts"]
    assert first in found.dropped
    assert set(found.added) == set(after) - set(before)
    assert {move.id for move in found.moved} == {x for x in after if x in before and before[x] != after[x]}
    assert found.value_change == pytest.approx(scenario.solution["objective"] - plan.solution["objective"])
    spent = [sum(x.solution["use"]["operating"]) + sum(x.solution["use"]["capital"]) for x in (plan, scenario)]
    assert found.cost_change == pytest.approx(spent[1] - spent[0])


def test_names_that_do_not_exist_are_refused(session: Session, make_plan: MakePlan) -> None:
    for form, field in (
        ({"pins": {"no-such": 0}}, "pins"),
        ({"excludes": ["no-such"]}, "excludes"),
        ({"skills": {"no-such": 5}}, "skills"),
        ({"weights": {"no-such": 1}}, "weights"),
        ({"targets": {"no-such": 1}}, "targets"),
    ):
        with pytest.raises(InvalidInputError, match="'no-such'") as refused:
            make_plan(**form)
        assert [error["field"] for error in refused.value.extra["errors"]] == [field]
    with pytest.raises(InvalidInputError, match="closes no gap"):
        make_plan(pins={"technology.stack.4-5": 0})
    assert session.exec(select(Roadmap)).all() == []


def test_a_pin_that_cannot_be_met_is_answered_with_the_conflict(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan()
    name = next(iter(plan.solution["starts"]))
    scenario = what_if(session, plan, pins={name: 0}, skills=dict.fromkeys(plan.limits["skills"], 0.0))
    assert scenario.solution["status"] == "infeasible"
    assert scenario.solution["starts"] == {}
    assert scenario.solution["conflict"]
    assert all(text for text in scenario.solution["conflict"])


def test_a_pin_after_the_end_is_refused(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan()
    name = next(iter(plan.solution["starts"]))
    with pytest.raises(InvalidInputError, match=name):
        what_if(session, plan, pins={name: 19})


def test_weights_say_what_matters(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan(operating=20, capital_per_year=60)
    only = dict.fromkeys(WANTED, 0.0) | {"data.unification": 5.0}
    scenario = what_if(session, plan, weights=only)
    problem = parse_problem(scenario.problem)
    assert {x.id: x.weight for x in problem.capabilities}["data.unification"] == 5.0
    assert {STEPS[name].capability for name in scenario.solution["starts"]} >= {"data.unification"}


def test_a_what_if_of_a_what_if_is_refused(session: Session, make_plan: MakePlan) -> None:
    scenario = what_if(session, make_plan(), operating=5)
    with pytest.raises(ConflictError, match="itself a what-if"):
        what_if(session, scenario, operating=4)


def test_adopting_replaces_and_keeps(session: Session, make_plan: MakePlan, snapshot: Snapshot) -> None:
    plan = make_plan()
    adopt(session, plan, at=MEASURED_AT)
    assert current_plan(session, snapshot) == plan
    scenario = what_if(session, plan, operating=20)
    assert scenarios_of(session, plan) == [scenario]
    assert parent_of(session, scenario) == plan
    adopt(session, scenario, at=MEASURED_AT)
    session.refresh(plan)
    assert (plan.status, scenario.status, scenario.adopted_at) == ("replaced", "adopted", MEASURED_AT)
    assert current_plan(session, snapshot) == scenario
    assert scenarios_of(session, plan) == []
    with pytest.raises(ConflictError, match="was replaced"):
        adopt(session, plan, at=MEASURED_AT)


def test_a_newer_proposal_does_not_hide_the_adopted_plan(
    session: Session, make_plan: MakePlan, snapshot: Snapshot
) -> None:
    assert current_plan(session, snapshot) is None
    first = make_plan()
    assert current_plan(session, snapshot) == first
    adopt(session, first, at=MEASURED_AT)
    second = make_plan(name="Second plan")
    assert current_plan(session, snapshot) == first
    adopt(session, second, at=MEASURED_AT)
    assert current_plan(session, snapshot) == second
    assert {row.status for row in session.exec(select(Roadmap))} == {"adopted", "replaced"}


def test_owners_survive_adoption(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan()
    names = list(plan.solution["starts"])
    for name in names:
        save_item(
            session, plan, name, ItemForm(owner=f"Owner of {name}", status="started", note="Agreed."), at=MEASURED_AT
        )
    adopt(session, plan, at=MEASURED_AT)
    scenario = what_if(session, plan, excludes=[names[0]])
    kept = [name for name in names if name in scenario.solution["starts"]]
    assert kept
    save_item(session, scenario, kept[0], ItemForm(owner="Somebody new"), at=MEASURED_AT)
    adopt(session, scenario, at=MEASURED_AT)
    items = items_of(session, scenario)
    assert items[kept[0]].owner == "Somebody new"
    assert set(items) == set(kept)
    for name in kept[1:]:
        assert (items[name].owner, items[name].status, items[name].note) == (f"Owner of {name}", "started", "Agreed.")
    assert set(items_of(session, plan)) == set(names)


def test_owners_are_only_for_what_is_planned(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan(operating=10, capital_per_year=20)
    with pytest.raises(NotFoundError, match="not in the plan"):
        save_item(session, plan, plan.solution["left_out"][0], ItemForm(owner="Ada"), at=MEASURED_AT)
    name = next(iter(plan.solution["starts"]))
    for owner in ("Ada", "Bo"):
        save_item(session, plan, name, ItemForm(owner=owner), at=MEASURED_AT)
    [item] = session.exec(select(RoadmapItem)).all()
    assert item.owner == "Bo"


def test_only_what_ifs_are_discarded(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan()
    scenario = what_if(session, plan, operating=10)
    save_item(session, scenario, next(iter(scenario.solution["starts"])), ItemForm(owner="Ada"), at=MEASURED_AT)
    discard(session, scenario)
    assert session.exec(select(Roadmap)).all() == [plan]
    for status in ("proposed", "adopted", "replaced"):
        plan.status = status
        with pytest.raises(ConflictError, match="plans are kept"):
            discard(session, plan)
