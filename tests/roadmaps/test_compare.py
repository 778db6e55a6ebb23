"""What-ifs side by side: up to three beside the plan, each valued as it asks, one to adopt."""

import html

import pytest
from sqlalchemy import Engine
from sqlmodel import Session

from app.db import transaction
from app.models import Roadmap, Snapshot
from app.roadmaps.actions import plan_scenario
from app.roadmaps.difference import difference
from app.roadmaps.forms import PlanForm
from app.roadmaps.opening import view_of
from app.roadmaps.pages.compare import ComparePage, compare_page
from tests.conftest import CountQueries, PersonaClient
from tests.roadmaps.conftest import SECONDS, MakePlan
from tests.roadmaps.measured import MEASURED_AT


def beside(session: Session, plan: Roadmap, name: str, **form: object) -> Roadmap:
    return plan_scenario(
        session, plan, None, PlanForm.model_validate({"name": name, **form}), at=MEASURED_AT, seconds=SECONDS
    )


@pytest.fixture
def poor_and_rich(session: Session, snapshot: Snapshot, make_plan: MakePlan) -> tuple[Roadmap, Roadmap, Roadmap]:
    plan = make_plan()
    name = next(iter(plan.solution["starts"]))
    poor = beside(session, plan, "Half the money", operating=plan.limits["operating"] / 2)
    rich = beside(session, plan, "Without the first", excludes=[name], wip=9, weights={"data.quality": 1.0})
    return plan, poor, rich


def page_of(session: Session, plan: Roadmap, *others: Roadmap) -> ComparePage:
    pairs = [(view_of(session, one), difference(plan, one)) for one in others]
    return compare_page(view_of(session, plan), pairs, [(one.id, one.name) for one in others], may_plan=True)


def test_more_money_is_never_worth_less_however_short_the_search(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan(operating=10)
    form = PlanForm(operating=11)
    richer = plan_scenario(session, plan, None, form, at=MEASURED_AT, seconds=0.01)
    assert richer.solution["objective"] >= plan.solution["objective"] - 1e-9


def test_only_what_differs_is_listed(session: Session, poor_and_rich: tuple[Roadmap, Roadmap, Roadmap]) -> None:
    plan, poor, other = poor_and_rich
    page = page_of(session, plan, poor, other)
    assert [column.name for column in page.columns] == [plan.name, poor.name, other.name]
    limits = {row.name: row.cells for row in page.limits}
    assert limits["At most under way at once"] == ("no limit", "no limit", "9")
    assert limits["Excluded"] == ("0", "0", "1")
    assert [cells for name, cells in limits.items() if name.startswith("Importance of")] == [("5", "5", "1")]
    assert "Pinned" not in limits
    starts = [one.solution["starts"] for one in (plan, poor, other)]
    names = set().union(*starts)
    differing = {name for name in names if len({each.get(name) for each in starts}) > 1}
    assert len(page.initiatives) == len(differing)
    assert page.same == len(names - differing)
    assert all(any(row.differs) and not row.differs[0] for row in page.initiatives)


def test_value_is_set_against_the_plan(session: Session, poor_and_rich: tuple[Roadmap, Roadmap, Roadmap]) -> None:
    plan, poor, _ = poor_and_rich
    page = page_of(session, plan, poor)
    worth = next(row.cells for row in page.figures if row.name == "Value against the plan")
    share = poor.solution["objective"] / plan.solution["objective"]
    assert worth[0] == "100%"
    assert float(worth[1].rstrip("%")) == pytest.approx(100 * share, abs=0.05)
    assert page.title.startswith("Every what-if is worth less than the plan") == (share < 0.9995)


def test_the_page_shows_three_and_adopts_one(
    client: PersonaClient, planned_here: Roadmap, engine: Engine, count_queries: CountQueries
) -> None:
    leader, here = client("leader"), f"/roadmaps/{planned_here.id}"
    assert "There is no what-if yet" in leader.get(f"{here}/compare").text
    with transaction(engine) as session:
        made = [beside(session, planned_here, f"<Cut {number}>", operating=30 - number).id for number in range(4)]
    assert f"{here}/compare" in leader.get(here).text
    with count_queries(engine) as queries:
        page = leader.get(f"{here}/compare")
    assert len(queries) <= 30
    assert [page.text.count(f">&lt;Cut {number}&gt;</a>") for number in range(4)] == [0, 1, 1, 1]
    assert 'value="' + made[0] + '">' in page.text
    two = leader.get(f"{here}/compare", params={"with": made[:2]})
    assert [two.text.count(f">&lt;Cut {number}&gt;</a>") for number in range(4)] == [1, 1, 0, 0]
    assert leader.get(f"/roadmaps/{made[0]}/compare").text.count(f'href="{here}"') > 0
    assert "At most 3" in html.unescape(leader.get(f"{here}/compare", params={"with": made}).text)
    assert leader.get(f"{here}/compare", params={"with": planned_here.id}).status_code == 404
    assert leader.submit(f"/roadmaps/{made[1]}/name", name="Renamed").status_code == 303
    assert "Renamed" in leader.get(f"{here}/compare").text
    assert leader.submit(f"/roadmaps/{made[1]}/adopt").status_code == 303
    assert leader.get(f"/api/v1/roadmaps/{made[1]}").json()["status"] == "adopted"
    assert "Renamed" not in leader.get(f"{here}/compare").text


def test_outsiders_see_no_comparison(client: PersonaClient, planned_here: Roadmap) -> None:
    assert client("outsider").get(f"/roadmaps/{planned_here.id}/compare").status_code == 404
