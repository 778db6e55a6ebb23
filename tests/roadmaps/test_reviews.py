"""A review keeps what has started, plans the rest again, and is stored with its difference and reason."""

import html
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.db import transaction
from app.errors import ConflictError
from app.models import OutboxMail, Roadmap
from app.roadmaps.actions import adopt, plan_scenario
from app.roadmaps.forms import PlanForm
from app.roadmaps.items.actions import save_item
from app.roadmaps.items.forms import ItemForm
from app.roadmaps.limits import Limits, period_start
from app.roadmaps.queries import items_of
from app.roadmaps.reviews.actions import review_plan
from app.roadmaps.reviews.due import is_due, remind_of_reviews
from app.roadmaps.reviews.forms import ReviewForm
from app.roadmaps.reviews.queries import open_review, reviews_of
from scoring.roadmap import parse_problem
from scoring.roadmap.evaluate import verify
from tests.conftest import PersonaClient
from tests.roadmaps.conftest import SECONDS, MakePlan
from tests.roadmaps.measured import MEASURED_AT

Q1, Q2, Q3 = date(2027, 1, 1), date(2027, 4, 1), date(2027, 7, 1)


def on(day: date) -> datetime:
    return datetime.combine(day, MEASURED_AT.timetz())


def review(session: Session, plan: Roadmap, day: date, **form: Any) -> Roadmap:
    given = ReviewForm(**{"reason": "Quarterly review.", **form})
    return review_plan(session, plan, None, given, at=on(day), seconds=SECONDS)


@pytest.fixture
def adopted(session: Session, make_plan: MakePlan) -> Roadmap:
    return adopt(session, make_plan(), at=MEASURED_AT)


def at_start(plan: Roadmap) -> list[str]:
    return [name for name, start in plan.solution["starts"].items() if start == 0]


def test_what_has_started_stays_and_the_rest_starts_now_or_later(session: Session, adopted: Roadmap) -> None:
    done, begun = at_start(adopted)[:2]
    save_item(session, adopted, done, ItemForm(status="done", started_on=Q1, finished_on=date(2027, 3, 20)), at=on(Q2))
    late = ItemForm(status="started", started_on=date(2027, 2, 3), planned_to=date(2027, 8, 31))
    save_item(session, adopted, begun, late, at=on(Q2))
    after = review(session, adopted, date(2027, 4, 5))
    problem, starts = parse_problem(after.problem), after.solution["starts"]
    assert verify(problem, starts) == ()
    assert (problem.now, starts[done], starts[begun]) == (1, 0, 0)
    durations = {each.id: each.duration for each in problem.initiatives}
    assert (durations[done], durations[begun]) == (1, 3)
    assert all(start >= 1 for name, start in starts.items() if name not in {done, begun})
    assert "a review keeps what has started" in after.explanation["why"][begun]
    assert after.review is not None
    assert after.review["kept"] == sorted([done, begun])
    assert (after.status, after.parent_id, after.name) == ("scenario", adopted.id, "Review, Q2 2027")


def test_what_was_dropped_stays_out_and_its_money_is_gone(session: Session, adopted: Roadmap) -> None:
    name = at_start(adopted)[0]
    spent = ItemForm(status="stopped", started_on=Q1, operating=7.0)
    save_item(session, adopted, name, spent, at=on(Q2))
    after = review(session, adopted, Q2)
    assert name in after.solution["left_out"]
    before = parse_problem(adopted.problem).operating or ()
    assert sum(parse_problem(after.problem).operating or ()) == pytest.approx(sum(before) - 7.0)
    adopt(session, after, at=on(Q2))
    assert items_of(session, after)[name].status == "stopped"
    again = review(session, after, Q3)
    assert name in again.solution["left_out"]


def test_money_and_days_spent_count(session: Session, adopted: Roadmap) -> None:
    planned = {each.id: each for each in parse_problem(adopted.problem).initiatives}
    name = next(name for name in at_start(adopted) if planned[name].effort and planned[name].duration > 1)
    skill, days = next(iter(planned[name].effort.items()))
    spent = ItemForm(status="started", started_on=Q1, effort={skill: sum(days) / 4})
    save_item(session, adopted, name, spent, at=on(Q2))
    after = {each.id: each for each in parse_problem(review(session, adopted, Q2).problem).initiatives}
    assert sum(after[name].effort[skill][1:]) == pytest.approx(sum(days) * 3 / 4)


def test_what_is_under_way_is_kept_even_where_nothing_would_be_planned_today(
    session: Session, adopted: Roadmap
) -> None:
    name = next(x for x in at_start(adopted) if x.startswith("data.quality"))
    save_item(session, adopted, name, ItemForm(status="started", started_on=Q1), at=on(Q2))
    after = review(session, adopted, Q2, targets={"data.quality": 1.0})
    assert after.solution["starts"][name] == 0


def test_a_what_if_after_a_review_keeps_what_the_review_kept(session: Session, adopted: Roadmap) -> None:
    name = at_start(adopted)[0]
    save_item(session, adopted, name, ItemForm(status="started", started_on=Q1), at=on(Q2))
    reviewed = adopt(session, review(session, adopted, Q2), at=on(Q2))
    scenario = plan_scenario(session, reviewed, None, PlanForm(operating=5), at=on(Q2), seconds=SECONDS)
    assert scenario.solution["starts"][name] == 0
    assert parse_problem(scenario.problem).now == 1
    assert scenario.review is None
    assert Limits.of(scenario.limits).standing["now"] == 1


def test_only_an_adopted_plan_is_reviewed_and_one_review_at_a_time(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan()
    with pytest.raises(ConflictError, match="Only an adopted plan"):
        review(session, plan, Q2)
    adopt(session, plan, at=MEASURED_AT)
    first = review(session, plan, Q2)
    with pytest.raises(ConflictError, match="is open"):
        review(session, plan, Q2)
    assert open_review(session, plan) is first
    adopt(session, first, at=on(Q2))
    limits = Limits.of(plan.limits)
    with pytest.raises(ConflictError, match="is over"):
        review(session, first, period_start(limits, limits.periods))
    longer = review(session, first, period_start(limits, limits.periods), periods=limits.periods + 2)
    assert [row.id for row in reviews_of(session, plan)] == [longer.id, first.id]


def test_it_is_due_when_a_quarter_has_ended(session: Session, adopted: Roadmap) -> None:
    limits = Limits.of(adopted.limits)
    assert [is_due(adopted, day) for day in (Q1, Q2 - timedelta(days=1), Q2, Q3)] == [False, False, True, True]
    assert not is_due(adopted, period_start(limits, limits.periods))
    reviewed = adopt(session, review(session, adopted, Q2), at=on(Q2))
    assert [is_due(reviewed, day) for day in (Q2, Q3)] == [False, True]
    assert not is_due(adopted, Q3)


def test_whoever_may_re_plan_is_reminded_once_a_quarter(
    client: PersonaClient, planned_here: Roadmap, engine: Engine
) -> None:
    with transaction(engine) as session:
        adopt(session, session.exec(select(Roadmap)).one(), at=MEASURED_AT)
    assert remind_of_reviews(engine, at=on(Q1)) == 0
    reminded = remind_of_reviews(engine, at=on(Q2))
    assert reminded == 2
    assert remind_of_reviews(engine, at=on(Q2 + timedelta(days=40))) == 0
    assert remind_of_reviews(engine, at=on(Q3)) == reminded
    with transaction(engine) as session:
        mails = session.exec(select(OutboxMail).where(col(OutboxMail.template) == "roadmap_review")).all()
    assert {mail.content["quarter"] for mail in mails} == {"Q2 2027", "Q3 2027"}
    assert mails[0].content["link"].endswith(f"/roadmaps/{planned_here.id}/reviews")


def test_the_difference_is_shown_before_it_is_accepted_and_kept_after(
    client: PersonaClient, planned_here: Roadmap, engine: Engine
) -> None:
    leader, plan = client("leader"), planned_here
    assert leader.submit(f"/roadmaps/{plan.id}/adopt").status_code == 303
    here = f"/roadmaps/{plan.id}/reviews"
    assert "Plan the rest again" in leader.get(here).text
    assert leader.submit(here, operating="-1", reason="No.").status_code == 422
    missing = leader.submit(here, reason="")
    assert missing.status_code == 422
    assert 'href="#reason"' in missing.text
    made = leader.submit(here, operating="0", reason="The budget was cut.")
    shown = leader.get(made.headers["location"])
    page = html.unescape(shown.text)
    assert "The budget was cut." in page
    assert "Adopting this plan accepts the review." in page
    assert "A review of this plan is open" in leader.get(f"/roadmaps/{plan.id}").text
    assert "is open" in leader.submit(here, reason="Another.").text
    [listed] = leader.get(f"/api/v1/roadmaps/{plan.id}/reviews").json()
    assert (listed["accepted"], listed["reason"], listed["parent_id"]) == (False, "The budget was cut.", plan.id)
    assert listed["difference"]["dropped"]
    assert leader.submit(f"{made.headers['location']}/adopt").status_code == 303
    kept = html.unescape(leader.get(f"{made.headers['location']}/reviews").text)
    assert "accepted" in kept
    assert "The budget was cut." in kept
    assert "Dropped: " in kept


def test_a_program_reviews(client: PersonaClient, planned_here: Roadmap) -> None:
    consultant = client("consultant")
    here = f"/api/v1/roadmaps/{planned_here.id}/reviews"
    assert consultant.post(here, json={"reason": "Too early."}).status_code == 409
    consultant.post(f"/api/v1/scenarios/{planned_here.id}/adopt")
    assert consultant.post(here, json={}).status_code == 422
    made = consultant.post(here, json={"reason": "As planned.", "excludes": [at_start(planned_here)[0]]})
    assert made.status_code == 201
    assert at_start(planned_here)[0] in made.json()["difference"]["dropped"]
    assert consultant.get(here).json() == [made.json()]
    assert client("analyst").get(here).status_code == 200
    assert client("analyst").post(here, json={"reason": "Mine."}).status_code == 403
