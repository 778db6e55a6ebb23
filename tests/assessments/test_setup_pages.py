"""The five steps over HTTP: left and resumed, errors shown with what was typed, launch refused until nothing is missing."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.assessments.actions import DEFAULT_REASON, default_targets
from app.clock import now
from app.models import Assessment, AssessmentUnit, Goal, Invitation, Participant, Strategy, Target, Unit
from questionnaires.load import load_questionnaire
from tests.conftest import PersonaClient, World
from tests.people import Client

CSV = "Name;E-Mail;Team;Job role\nAda Okafor;Ada@example.org;Brand;Leader\nBo Lind;bo@example.org;Events;specialist\n"


def create(client: Client, world: World, **values: str) -> str:
    """The address of a new draft, up to its id."""
    given = {"name": "Wave 1", "questionnaire": "mops-core@1.0.0", "previous_id": "", **values}
    answer = client.submit(f"/organizations/{world.organization.id}/assessments/new", **given)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removesuffix("/setup/strategy")


def strategy_fields(**changes: str) -> dict[str, str]:
    fields = {"business-0-text": "Grow in the mid market", "marketing-0-text": "Halve time to launch"}
    fields["marketing-0-serves"] = "business-0"
    for target in default_targets(load_questionnaire("mops-core")):
        fields[f"level:{target.capability}"] = f"{target.level:g}"
        fields[f"importance:{target.capability}"] = str(target.importance)
        fields[f"reason:{target.capability}"] = target.reason
        fields[f"goal:{target.capability}"] = ""
    return fields | changes


def terms_fields(**changes: str) -> dict[str, str]:
    closes = f"{now() + timedelta(days=14):%Y-%m-%dT18:00}"
    fields = {
        "name": "Wave 1",
        "anonymity": "confidential",
        "closes_at": closes,
        "min_group": "5",
        "purpose": "To plan.",
    }
    return fields | changes


def rows(engine: Engine, table: type) -> list:
    with Session(engine) as session:
        return list(session.exec(select(table)).all())


def test_a_consultant_goes_through_the_five_steps_and_launches(
    client: PersonaClient, world: World, engine: Engine
) -> None:
    consultant = client("consultant")
    assert consultant.get(f"/organizations/{world.organization.id}/assessments/new").status_code == 200
    base = create(consultant, world)
    assert consultant.get(base).headers["location"] == f"{base}/setup/strategy"

    answer = consultant.submit(f"{base}/setup/strategy", **strategy_fields())
    assert answer.headers["location"] == f"{base}/setup/participants"
    answer = consultant.submit(f"{base}/setup/participants", text=CSV)
    assert answer.status_code == 200
    assert "2 people added" in answer.text
    assert "New unit: Events" in answer.text
    assert consultant.submit(f"{base}/setup/terms", **terms_fields()).headers["location"] == f"{base}/setup/review"
    review = consultant.get(f"{base}/setup/review")
    assert "Before it can be launched" not in review.text
    assert "still our proposal" in review.text
    assert consultant.submit(f"{base}/launch").headers["location"] == f"{base}/live"

    assessment = rows(engine, Assessment)[0]
    assert assessment.status == "open"
    assert assessment.profile["industry"] == world.organization.industry
    assert {unit.name for unit in rows(engine, AssessmentUnit)} == {"Brand", "Field", "Events"}
    assert len(rows(engine, Invitation)) == len(rows(engine, Participant)) == 2
    assert consultant.get(base).headers["location"] == f"{base}/live"
    assert consultant.get(f"{base}/live").status_code == 200


def test_a_second_launch_changes_nothing(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant = client("consultant")
    base = create(consultant, world)
    consultant.submit(f"{base}/setup/strategy", **strategy_fields())
    consultant.submit(f"{base}/setup/participants", text=CSV)
    consultant.submit(f"{base}/setup/terms", **terms_fields())
    consultant.submit(f"{base}/launch")
    assert consultant.submit(f"{base}/launch").headers["location"] == f"{base}/live"
    assert len(rows(engine, Invitation)) == 2


def test_steps_show_what_is_done(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    base = create(consultant, world)
    page = consultant.get(f"{base}/setup/terms").text
    assert page.count('aria-label="done"') == 1
    consultant.submit(f"{base}/setup/participants", text=CSV)
    assert consultant.get(f"{base}/setup/terms").text.count('aria-label="done"') == 2


@pytest.mark.parametrize("step", ["questionnaire", "strategy", "participants", "terms", "review"])
def test_every_step_of_a_draft_opens(client: PersonaClient, world: World, step: str) -> None:
    consultant = client("consultant")
    base = create(consultant, world)
    assert consultant.get(f"{base}/setup/{step}").status_code == 200


def test_launch_without_targets_has_no_where_to(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant = client("consultant")
    base = create(consultant, world)
    answer = consultant.submit(f"{base}/launch")
    assert answer.status_code == 422
    assert "It has no “where to”" in answer.text
    assert "Nobody is asked yet" in answer.text
    assert "The window has no end" in answer.text
    assert f'href="{base}/setup/strategy"' in answer.text
    assert rows(engine, Assessment)[0].status == "draft"
    assert rows(engine, Invitation) == []


def test_launch_with_a_window_in_the_past_is_refused(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant = client("consultant")
    base = create(consultant, world)
    consultant.submit(f"{base}/setup/strategy", **strategy_fields())
    consultant.submit(f"{base}/setup/participants", text=CSV)
    consultant.submit(f"{base}/setup/terms", **terms_fields(closes_at="2020-01-31T18:00"))
    answer = consultant.submit(f"{base}/launch")
    assert answer.status_code == 422
    assert "has already closed" in answer.text
    assert rows(engine, Assessment)[0].status == "draft"


def test_the_strategy_is_kept_with_goals_and_targets(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant = client("consultant")
    base = create(consultant, world)
    given = strategy_fields(
        **{"mandate": "Run the engine", "headcount": "12", "level:data.quality": "4.5", "importance:data.quality": "5"},
        **{"reason:data.quality": "Forecasts need it", "goal:data.quality": "marketing-0"},
    )
    consultant.submit(f"{base}/setup/strategy", **given)
    goals = {goal.kind: goal for goal in rows(engine, Goal)}
    assert goals["marketing"].serves_id == goals["business"].id
    target = next(row for row in rows(engine, Target) if row.capability_id == "data.quality")
    assert (target.level, target.importance, target.reason) == (4.5, 5, "Forecasts need it")
    assert target.goal_id == goals["marketing"].id
    assert rows(engine, Strategy)[0].headcount == 12
    assert "Run the engine" in consultant.get(f"{base}/setup/strategy").text


def test_saving_the_strategy_again_keeps_the_goals_identity(
    client: PersonaClient, world: World, engine: Engine
) -> None:
    consultant = client("consultant")
    base = create(consultant, world)
    consultant.submit(f"{base}/setup/strategy", **strategy_fields(**{"goal:data.quality": "business-0"}))
    before = {goal.id for goal in rows(engine, Goal)}
    ids = {f"{goal.kind}-0-id": goal.id for goal in rows(engine, Goal)}
    consultant.submit(f"{base}/setup/strategy", **strategy_fields(**ids, **{"goal:data.quality": "business-0"}))
    assert {goal.id for goal in rows(engine, Goal)} == before


def test_a_target_off_the_scale_is_named_and_nothing_is_kept(
    client: PersonaClient, world: World, engine: Engine
) -> None:
    consultant = client("consultant")
    base = create(consultant, world)
    answer = consultant.submit(
        f"{base}/setup/strategy", **strategy_fields(**{"level:data.quality": "7", "mandate": "Typed before"})
    )
    assert answer.status_code == 422
    assert "the target level 7 is not on the scale" in answer.text
    assert 'href="#level:data.quality"' in answer.text
    assert "Typed before" in answer.text
    assert rows(engine, Target) == rows(engine, Goal) == rows(engine, Strategy) == []


def test_a_target_without_a_reason_is_refused(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    base = create(consultant, world)
    answer = consultant.submit(f"{base}/setup/strategy", **strategy_fields(**{"reason:data.quality": " "}))
    assert answer.status_code == 422
    assert "say why in a few words" in answer.text


def test_defaults_make_the_step_quick(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant = client("consultant")
    base = create(consultant, world)
    page = consultant.get(f"{base}/setup/strategy").text
    assert page.count(DEFAULT_REASON) == 27
    consultant.submit(f"{base}/setup/strategy", **strategy_fields())
    assert len(rows(engine, Target)) == 27


def test_units_can_be_added_and_given_a_headcount(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant = client("consultant")
    base = create(consultant, world)
    brand = next(unit for unit in rows(engine, Unit) if unit.name == "Brand")
    answer = consultant.submit(
        f"{base}/units", **{f"headcount:{brand.id}": "40", "unit_name": "Events", "headcount": "7"}
    )
    assert answer.status_code == 303
    found = {unit.name: unit.headcount for unit in rows(engine, Unit) if unit.organization_id == world.organization.id}
    assert found == {"Brand": 40, "Field": None, "Events": 7}


@pytest.mark.parametrize("headcount", ["0", "-3", "many", "1.5"])
def test_a_headcount_that_is_none_is_refused(
    client: PersonaClient, world: World, engine: Engine, headcount: str
) -> None:
    consultant = client("consultant")
    base = create(consultant, world)
    brand = next(unit for unit in rows(engine, Unit) if unit.name == "Brand")
    answer = consultant.submit(f"{base}/units", **{f"headcount:{brand.id}": headcount})
    assert answer.status_code == 422
    assert "is no head-count" in answer.text


def test_terms_name_a_group_that_is_too_small(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant = client("consultant")
    base = create(consultant, world)
    answer = consultant.submit(f"{base}/setup/terms", **terms_fields(min_group="2"))
    assert answer.status_code == 422
    assert "too small to protect anybody" in answer.text
    assert rows(engine, Assessment)[0].min_group == 5


def test_terms_refuse_a_window_that_closes_before_it_opens(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    base = create(consultant, world)
    answer = consultant.submit(f"{base}/setup/terms", **terms_fields(opens_at="2099-01-01T09:00"))
    assert answer.status_code == 422
    assert "closes before it opens" in answer.text


def test_outsiders_and_leaders_cannot_set_up(client: PersonaClient, world: World) -> None:
    base = create(client("consultant"), world)
    for step in ("questionnaire", "strategy", "participants", "terms", "review"):
        assert client("outsider").get(f"{base}/setup/{step}").status_code == 404
        assert client("leader").get(f"{base}/setup/{step}").status_code == 403
    assert client("outsider").submit(f"{base}/launch").status_code == 404
    assert client("leader").submit(f"{base}/launch").status_code == 403


def test_markup_in_any_field_stays_text(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    canary = "<script>canary()</script>"
    base = create(consultant, world, name=canary)
    consultant.submit(f"{base}/setup/strategy", **strategy_fields(mandate=canary, **{"business-0-text": canary}))
    bad = f"name,email,unit,role\n{canary},{canary},{canary},{canary}\n"
    pages = [consultant.submit(f"{base}/setup/participants", text=bad).text]
    consultant.submit(f"{base}/setup/participants", text=f"name,email,unit,role\n{canary},a@b.org,{canary},leader\n")
    pages += [consultant.get(f"{base}/setup/{s}").text for s in ("questionnaire", "strategy", "participants", "review")]
    for page in pages:
        assert "<script>canary" not in page
        assert "&lt;script&gt;canary" in page
