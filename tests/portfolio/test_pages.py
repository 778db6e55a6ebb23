"""The portfolio and the page of an organisation: stages, the next step, clients side by side, and what they cost."""

import html

from sqlalchemy import Engine

from app.access import ROLE_PERMISSIONS
from app.accounts.actions import grant
from app.db import transaction
from app.models import Assessment, Organization
from app.portfolio.pages import STAGES, comparison_of
from app.roadmaps.actions import adopt, plan_roadmap
from app.roadmaps.forms import PlanForm
from tests.conftest import CountQueries, PersonaClient, World
from tests.factories import make_assessment, make_organization
from tests.results.sample import sample_result
from tests.roadmaps.measured import MEASURED_AT, measured

TOGETHER = "Only consultants see clients side by side"


def test_without_anything_it_says_how_to_begin(client: PersonaClient) -> None:
    page = client("administrator").get("/").text
    assert "No organisation yet" in page
    assert 'href="/organizations/new"' in page
    stranger = client("stranger").get("/").text
    assert "Nobody has shared an organisation with you yet" in stranger
    assert "/organizations/new" not in stranger


def test_each_stage_names_its_next_step(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant, me, organization = client("consultant"), world.users["consultant"], world.organization
    here = f"/organizations/{organization.id}"

    def shows(step: str, href: str, stage: str) -> None:
        for path in ("/", here):
            page = consultant.get(path).text
            assert stage in page
            if path == "/" or step in page:
                assert f'<a href="{href}">{step}</a>' in page

    first = consultant.get("/").text
    assert "Not started" in first
    assert f'<a href="{here}/assessments/new">Set up the first assessment</a>' in first
    with transaction(engine) as session:
        draft = make_assessment(session, organization, me)
    shows("Finish the set-up and launch", f"/assessments/{draft.id}", STAGES[0])
    with transaction(engine) as session:
        session.delete(session.get_one(Assessment, (organization.id, draft.id)))
        session.flush()
        live = make_assessment(session, organization, me, status="open")
    shows("Watch the response, close when it is time", f"/assessments/{live.id}/live", STAGES[1])
    assert "No results are shown before it closes" in consultant.get("/").text
    with transaction(engine) as session:
        row = session.get_one(Assessment, (organization.id, live.id))
        row.status, row.wave = "closed", 0
    shows("Compute the result", f"/assessments/{live.id}/live", STAGES[2])
    with transaction(engine) as session:
        snapshot = measured(session, organization, me)
    shows("Plan the roadmap", f"/snapshots/{snapshot.id}/roadmap", STAGES[2])
    with transaction(engine) as session:
        plan = plan_roadmap(session, snapshot, None, PlanForm(), at=MEASURED_AT, seconds=0.2)
    shows("Adopt the roadmap", f"/roadmaps/{plan.id}", STAGES[3])
    with transaction(engine) as session:
        adopt(session, session.merge(plan), at=MEASURED_AT)
    shows("Review the roadmap", f"/roadmaps/{plan.id}", STAGES[4])


def test_a_result_shows_level_gap_and_where_to_open_it(client: PersonaClient, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        snapshot = measured(session, world.organization, world.users["consultant"])
    for persona in ("consultant", "leader"):
        page = html.unescape(client(persona).get(f"/organizations/{world.organization.id}").text)
        assert f'href="/snapshots/{snapshot.id}"' in page
        assert f'href="/snapshots/{snapshot.id}/roadmap"' in page
        assert "first wave" in page
        assert "1.5 to go" in page
        assert "Brand" in page
    assert "Your organisation is measured" in client("leader").get("/").text


def second_client(world: World, engine: Engine, *, role: str | None) -> Organization:
    """Another measured organisation of somebody else's; the consultant of the `World` has ``role`` in it."""
    with transaction(engine) as session:
        other = make_organization(session, name="Southwind")
        measured(session, world.organization, world.users["consultant"])
        measured(session, other, world.users["outsider"])
        if role:
            grant(session, world.users["consultant"], other.id, role)
    return other


def test_consultants_of_both_see_them_side_by_side(client: PersonaClient, world: World, engine: Engine) -> None:
    second_client(world, engine, role="consultant")
    page = client("consultant").get("/").text
    assert "2 of 2 organisations measured" in page
    assert TOGETHER in page
    assert page.count('class="heatmap-row"') == 2


def test_a_leader_of_one_of_them_does_not(client: PersonaClient, world: World, engine: Engine) -> None:
    assert "leader" in ROLE_PERMISSIONS
    other = second_client(world, engine, role="leader")
    page = client("consultant").get("/").text
    assert other.name in page
    assert TOGETHER not in page


def test_an_outsider_of_one_of_them_does_not(client: PersonaClient, world: World, engine: Engine) -> None:
    other = second_client(world, engine, role=None)
    page = client("consultant").get("/").text
    assert other.name not in page
    assert TOGETHER not in page
    assert "Northwind" not in client("outsider").get("/").text


def test_two_clients_of_one_name_are_two(client: PersonaClient, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        twin = make_organization(session, world.users["consultant"], name=world.organization.name)
        for organization in (world.organization, twin):
            measured(session, organization, world.users["consultant"])
    page = client("consultant").get("/").text
    assert page.count('class="heatmap-row"') == 2


def test_a_comparison_needs_two_and_puts_the_highest_first() -> None:
    result = sample_result()
    assert comparison_of([]) is None
    assert comparison_of([("One", "/1", result)]) is None
    found = comparison_of([("One", "/1", result), ("Two", "/2", result)])
    assert found is not None
    assert [(row.name, row.href) for row in found.rows] == [("One", "/1"), ("Two", "/2")]
    assert all(len(row.cells) == len(result.capabilities) for row in found.rows)
    assert "lowest across the 2 measured clients" in found.title


def test_the_list_costs_the_same_for_any_number_of_clients(
    client: PersonaClient, world: World, engine: Engine, count_queries: CountQueries
) -> None:
    consultant, me = client("consultant"), world.users["consultant"]
    with transaction(engine) as session:
        measured(session, world.organization, me)

    def cost() -> int:
        consultant.get("/")
        with count_queries(engine) as queries:
            assert consultant.get("/").status_code == 200
        return len(queries)

    one = cost()
    with transaction(engine) as session:
        for number in range(4):
            other = make_organization(session, me, name=f"Client {number}")
            if number % 2:
                measured(session, other, me)
            else:
                make_assessment(session, other, me)
    assert cost() == one
    assert one <= 8


def test_help_is_for_everybody(client: PersonaClient) -> None:
    assert client("stranger").get("/help").status_code == 200
