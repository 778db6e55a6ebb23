"""The timeline: bars, lines between them, use against limits, and what planning anew has shown."""

import html
import re
from typing import Any

import pytest
from sqlmodel import Session

from app.models import Roadmap
from app.roadmaps.actions import plan_scenario
from app.roadmaps.forms import PlanForm
from app.roadmaps.opening import view_of
from app.roadmaps.pages.difference import changes, differences
from app.roadmaps.pages.links import ROW, lines
from app.roadmaps.pages.reasons import limit_gains, what_binds, with_it, without_it
from app.roadmaps.pages.timeline import timeline
from app.roadmaps.pages.use import use_rows
from app.roadmaps.pages.view import Bar
from app.roadmaps.planning import reasons_document
from scoring.roadmap import parse_problem, solve
from tests.conftest import PersonaClient
from tests.roadmaps.conftest import SECONDS, MakePlan
from tests.roadmaps.measured import MEASURED_AT


def test_a_line_leads_from_the_end_of_one_bar_to_the_start_of_the_next() -> None:
    bars = [("a", "First", Bar(0, 25)), ("out", "Out", None), ("b", "Second", Bar(50, 25)), ("c", "Third", Bar(25, 25))]
    found = lines(bars, {"b": ["a", "out", "gone"], "c": ["a"]})
    assert [(x.x, x.width, x.top, x.bottom) for x in found] == [
        (25, 25, ROW / 2, 2.5 * ROW),
        (25, 0, ROW / 2, 3.5 * ROW),
    ]
    assert found[0].words == "First must finish before Second starts"


def test_every_prerequisite_in_the_plan_is_drawn_and_never_backwards(session: Session, make_plan: MakePlan) -> None:
    generous: dict[str, Any] = {"operating": 60, "capital_per_year": 200, "skills": {"mops": 90, "data": 60, "it": 50}}
    problem = make_plan(**generous).problem
    # Pinned, so that what it waits for is in the plan too, however little the machine finds in the time.
    waiting = next(x["id"] for x in problem["initiatives"] if x["requires"])
    view = view_of(session, make_plan(**generous, pins={waiting: 4}))
    rows = timeline(view, None)
    requires = {x["id"]: x["requires"] for x in view.roadmap.problem["initiatives"]}
    drawn = lines([(row.id, row.title, row.bar) for row in rows], requires)
    wanted = [(name, other) for name in view.starts for other in requires[name] if other in view.starts]
    assert len(drawn) == len(wanted) > 0
    for line in drawn:
        assert line.width >= 0
    assert sum(len(row.waits_for) for row in rows) == len(wanted)


def test_money_that_carries_over_is_there_in_the_next_quarter(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan(operating=20, capital_per_year=100)
    view = view_of(session, plan)
    operating, capital = use_rows(view, None)[:2]
    for row, given in ((operating, [20.0] * 8), (capital, view.limits.capital())):
        left = 0.0
        for period, new in zip(row.periods, given, strict=True):
            assert period.limit == pytest.approx(left + new)
            assert period.used <= period.limit + 1e-6
            left += new - period.used


def test_what_differs_is_dark_and_said_in_words(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan()
    first = next(iter(plan.solution["starts"]))
    form = PlanForm(excludes=[first])
    after, before = (
        view_of(session, plan_scenario(session, plan, None, form, at=MEASURED_AT, seconds=SECONDS)),
        view_of(session, plan),
    )
    rows = timeline(after, before)
    said = {change.title: change for change in changes(after, before, rows)}
    dropped = said[after.step(first).title]
    assert dropped.what == "left out"
    assert dropped.why.startswith("Excluded by you.")
    for row in rows:
        assert (row.title in said) == (row.state != "same")
        assert bool(row.when_before) == (row.id in before.starts)
    names = [row.name for row in differences(after, before)]
    assert names[:2] == ["Level, end 2027", "Level, end 2028"]
    assert names[-4:] == ["Value of the plan", "Initiatives", "Operating, €k", "Capital, €k"]
    for use in use_rows(after, before):
        for period in use.periods:
            assert period.differs == (round(period.used) != round(period.before or 0.0))


def test_planning_anew_is_told_in_shares_of_the_value(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan(operating=12)
    view = view_of(session, plan)
    name, out = next(iter(view.starts)), plan.solution["left_out"][0]
    assert (without_it(view, name), with_it(view, out), what_binds(view)) == ("", "", "")
    problem = parse_problem(plan.problem)
    reasons = reasons_document(problem, solve(problem, SECONDS, warm=view.starts), 2.0, lambda: True)
    plan.explanation = plan.explanation | reasons
    value = plan.solution["objective"]
    lost = reasons["chosen"][name]["lost_without"]
    assert re.search(rf"{100 * lost / value:.1f}%|worth as much", without_it(view, name))
    costs = reasons["rejected"][out]["costs"]
    assert costs is None or re.search(r"\d%|no value", with_it(view, out))
    gains = limit_gains(view)
    assert len(gains) == len(problem.skills) + 2
    assert [gain.binds for gain in gains] == sorted((gain.binds for gain in gains), reverse=True)
    assert "10% more" in what_binds(view)
    assert not re.search(r"nan|inf|skills\.|budget\.", " ".join(gain.name + gain.text for gain in gains))


def test_the_timeline_is_also_a_table(client: PersonaClient, planned_here: Roadmap) -> None:
    page = html.unescape(client("analyst").get(f"/roadmaps/{planned_here.id}").text)
    chart, table = page.split('data-view="table"')[:2]
    assert "Show as table" in chart
    for name in planned_here.solution["starts"]:
        assert chart.count(f"/initiatives/{name}") == 1
        assert f"/initiatives/{name}" in table
    assert re.search(r"gantt-fit-\d\d", page)
