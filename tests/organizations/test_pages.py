"""The forms of an organisation: what is typed comes back when it is refused, and nothing is half done."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.db import transaction
from app.models import Membership, Organization, Unit
from app.organizations.routes import parse_units
from tests.conftest import PersonaClient, World
from tests.factories import make_assessment

PROFILE = {
    "name": "Harbour Group",
    "industry": "retail",
    "size": "250-999",
    "region": "europe",
    "business_model": "both",
    "operating_model": "central",
    "currency": "GBP",
}


def units_in(engine: Engine, organization_id: str) -> dict[str, int | None]:
    with Session(engine) as session:
        rows = session.exec(select(Unit).where(Unit.organization_id == organization_id).order_by(Unit.position))  # type: ignore[arg-type]
        return {row.name: row.headcount for row in rows}


def test_create_with_units(client: PersonaClient, engine: Engine) -> None:
    consultant = client("consultant")
    assert consultant.get("/organizations/new").status_code == 200
    units = "Brand and content, 24\n\n  Field \nEMEA, APAC\n"
    made = consultant.submit("/organizations/new", **PROFILE, units=units)
    assert made.status_code == 303
    page = consultant.get(made.headers["location"]).text
    for words in ("Harbour Group", "Retail", "250 to 999 employees", "Brand and content", "24"):
        assert words in page
    organization_id = made.headers["location"].rsplit("/", 1)[1]
    assert units_in(engine, organization_id) == {"Brand and content": 24, "Field": None, "EMEA, APAC": None}


def test_what_was_typed_is_kept_when_refused(client: PersonaClient, engine: Engine) -> None:
    consultant = client("consultant")
    for change, words in (
        ({"name": " "}, 'href="#name"'),
        ({"industry": ""}, "Choose the industry"),
        ({"currency": "pounds"}, 'href="#currency"'),
        ({"units": "Brand, 0"}, "Line 1"),
        ({"units": "Brand\n" + "x" * 101}, "Line 2"),
        ({"units": "Brand\nbrand, 4"}, "same name"),
    ):
        answer = consultant.submit("/organizations/new", **{**PROFILE, "units": "Field", **change})
        assert answer.status_code == 422, change
        assert words in answer.text
        assert 'value="GBP"' in answer.text or "currency" in change
    with Session(engine) as session:
        assert not session.exec(select(Organization).where(Organization.name == "Harbour Group")).all()


def test_edit_changes_profile_and_units(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant = client("consultant")
    here = f"/organizations/{world.organization.id}"
    form = consultant.get(f"{here}/edit").text
    assert "Northwind" in form
    assert "Brand\nField" in form
    assert consultant.submit(f"{here}/edit", **PROFILE, units="Events\nbrand, 7").status_code == 303
    assert units_in(engine, world.organization.id).keys() == {"brand", "Events"}
    assert units_in(engine, world.organization.id)["brand"] == 7
    assert "Harbour Group" in consultant.get(here).text


def test_a_unit_with_people_stays_and_nothing_else_changes(client: PersonaClient, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        make_assessment(session, world.organization, world.users["consultant"], people={"Field": 2})
    consultant = client("consultant")
    here = f"/organizations/{world.organization.id}"
    answer = consultant.submit(f"{here}/edit", **PROFILE, units="Events")
    assert answer.status_code == 422
    assert "People are invited from &#39;Field&#39;" in answer.text
    assert units_in(engine, world.organization.id).keys() == {"Brand", "Field"}
    assert "Northwind" in consultant.get(here).text
    assert consultant.submit(f"{here}/edit", **PROFILE, units="Events\nField").status_code == 303
    assert units_in(engine, world.organization.id).keys() == {"Events", "Field"}


def test_delete_asks_for_the_name(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant = client("consultant")
    here = f"/organizations/{world.organization.id}"
    for wrong in ("", "northwind", "Elsewhere"):
        refused = consultant.submit(f"{here}/delete", name=wrong)
        assert refused.status_code == 422
        assert "exactly" in refused.text
    assert consultant.submit(f"{here}/delete", name="Northwind").headers["location"] == "/"
    assert consultant.get(here).status_code == 404


def test_members_are_added_and_removed(client: PersonaClient, world: World) -> None:
    consultant, who = client("consultant"), world.users["stranger"]
    here = f"/organizations/{world.organization.id}"
    assert consultant.submit(f"{here}/members", email=who.email, role="leader").status_code == 303
    assert who.email in consultant.get(here).text
    assert client("stranger").get(here).status_code == 200
    assert consultant.submit(f"{here}/members/{who.id}/remove").status_code == 303
    assert client("stranger").get(here).status_code == 404
    assert consultant.submit(f"{here}/members", email=who.email, role="owner").status_code == 422
    assert consultant.submit(f"{here}/members", email="no address", role="leader").status_code == 422
    assert consultant.submit(f"{here}/members/{world.users['consultant'].id}/remove").status_code == 409


PAGES = [
    ("GET", ""),
    ("GET", "/edit"),
    ("POST", "/edit"),
    ("POST", "/delete"),
    ("POST", "/members"),
    ("POST", "/members/{leader}/remove"),
]


def test_outsiders_find_nothing(client: PersonaClient, world: World, engine: Engine) -> None:
    outsider = client("outsider")
    for method, rest in PAGES:
        path = f"/organizations/{world.organization.id}{rest.format(leader=world.users['leader'].id)}"
        data = {"csrf": outsider.csrf, **PROFILE, "name": "Northwind", "email": "a@example.org", "role": "leader"}
        answer = outsider.request(method, path, data=data)
        assert answer.status_code == 404, path
        assert "Brand" not in answer.text
    with Session(engine) as session:
        assert len(session.exec(select(Membership)).all()) == 4


def test_leaders_read_the_page_but_change_nothing(client: PersonaClient, world: World) -> None:
    leader = client("leader")
    here = f"/organizations/{world.organization.id}"
    for method, rest in PAGES[1:]:
        path = here + rest.format(leader=world.users["leader"].id)
        assert leader.request(method, path, data={"csrf": leader.csrf, **PROFILE}).status_code == 403, path
    page = leader.get(here)
    assert page.status_code == 200
    assert "Delete for good" not in page.text
    assert world.users["consultant"].email not in page.text


def test_only_consultants_see_the_form_for_a_new_one(client: PersonaClient) -> None:
    for persona in ("leader", "stranger"):
        someone = client(persona)
        assert someone.get("/organizations/new").status_code == 403
        assert someone.submit("/organizations/new", **PROFILE).status_code == 403


@pytest.mark.parametrize(
    ("line", "name", "headcount"),
    [
        ("Brand", "Brand", None),
        ("Brand, 24", "Brand", 24),
        ("Brand,24", "Brand", 24),
        ("EMEA, APAC", "EMEA, APAC", None),
        ("EMEA, APAC, 9", "EMEA, APAC", 9),
        ("Team 7", "Team 7", None),
    ],
)
def test_a_headcount_stands_after_the_last_comma(line: str, name: str, headcount: int | None) -> None:
    [unit], errors = parse_units(line)
    assert (unit.name, unit.headcount) == (name, headcount)
    assert not errors
