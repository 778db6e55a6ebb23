"""Organisations, units and members through /api/v1: shapes, roles, versions."""

from typing import Any

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.db import transaction
from app.models import Assessment, Membership, Organization, Unit
from tests.conftest import PersonaClient, World
from tests.factories import make_assessment, make_user

PROFILE = {
    "name": "Harbour Group",
    "industry": "retail",
    "size": "250-999",
    "region": "europe",
    "business_model": "both",
    "operating_model": "central",
}
ORGANIZATIONS = "/api/v1/organizations"


def path(world: World, rest: str = "") -> str:
    return f"{ORGANIZATIONS}/{world.organization.id}{rest}"


def test_whoever_creates_it_runs_it(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    created = consultant.post(ORGANIZATIONS, json=PROFILE)
    assert created.status_code == 201
    body = created.json()
    assert {key: body[key] for key in PROFILE} == PROFILE
    assert (body["currency"], body["revision"]) == ("EUR", 1)
    [member] = consultant.get(f"{ORGANIZATIONS}/{body['id']}/members").json()
    assert (member["user_id"], member["role"]) == (world.users["consultant"].id, "consultant")
    assert client("outsider").get(f"{ORGANIZATIONS}/{body['id']}").status_code == 404


def test_only_consultants_create(client: PersonaClient, engine: Engine) -> None:
    for persona in ("leader", "stranger"):
        assert client(persona).post(ORGANIZATIONS, json=PROFILE).status_code == 403
    with Session(engine) as session:
        assert not session.exec(select(Organization).where(Organization.name == PROFILE["name"])).all()


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": ""}, "name"),
    ({"name": "   "}, "name"),
    ({"name": "x" * 201}, "name"),
    ({"name": "Harbour\x00"}, "name"),
    ({"industry": "witchcraft"}, "industry"),
    ({"size": "huge"}, "size"),
    ({"region": "mars"}, "region"),
    ({"business_model": "b2x"}, "business_model"),
    ({"operating_model": "chaos"}, "operating_model"),
    ({"currency": "euro"}, "currency"),
    ({"id": "mine"}, "id"),
    ({"revision": 9}, "revision"),
    ({"created_at": "2020-01-01"}, "created_at"),
    ({"consultant": True}, "consultant"),
]


def test_what_does_not_belong_is_refused_by_field(client: PersonaClient) -> None:
    consultant = client("consultant")
    for change, field in REFUSED:
        answer = consultant.post(ORGANIZATIONS, json=PROFILE | change)
        assert answer.status_code == 422, change
        assert [error["field"] for error in answer.json()["errors"]] == [field]
        assert answer.json()["errors"][0]["message"]
    assert [row["name"] for row in consultant.get(ORGANIZATIONS).json()["items"]] == ["Northwind"]


def test_an_unknown_industry_is_answered_with_the_list(client: PersonaClient) -> None:
    answer = client("consultant").post(ORGANIZATIONS, json=PROFILE | {"industry": "witchcraft"})
    assert "technology" in answer.json()["detail"]
    assert "professional-services" in answer.json()["detail"]


def test_a_change_needs_the_version_it_was_made_on(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    read = consultant.get(path(world))
    etag = read.headers["etag"]
    assert consultant.patch(path(world), json=PROFILE).status_code == 428
    changed = consultant.patch(path(world), json=PROFILE, headers={"If-Match": etag})
    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["revision"]) == (PROFILE["name"], read.json()["revision"] + 1)
    assert changed.headers["etag"] != etag
    late = consultant.patch(path(world), json=PROFILE | {"name": "Late"}, headers={"If-Match": etag})
    assert late.status_code == 412
    assert "Read it again" in late.json()["detail"]
    assert consultant.get(path(world)).json()["name"] == PROFILE["name"]


def test_editing_keeps_the_profile_of_a_launched_assessment(
    client: PersonaClient, world: World, engine: Engine
) -> None:
    with transaction(engine) as session:
        made = make_assessment(session, world.organization, world.users["consultant"], status="open")
    consultant = client("consultant")
    etag = consultant.get(path(world)).headers["etag"]
    assert consultant.patch(path(world), json=PROFILE, headers={"If-Match": etag}).status_code == 200
    with Session(engine) as session:
        kept = session.exec(select(Assessment).where(Assessment.id == made.id)).one()
        assert kept.profile["industry"] == "technology"


def test_units_are_added_and_listed_in_order(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    added = consultant.post(path(world, "/units"), json={"name": "  Events ", "headcount": 12})
    assert added.status_code == 201
    assert added.json()["name"] == "Events"
    listed = consultant.get(path(world, "/units")).json()
    assert [(unit["name"], unit["headcount"]) for unit in listed] == [("Brand", None), ("Field", None), ("Events", 12)]


def test_a_unit_name_is_given_once_whatever_its_capitals(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    for name in ("Brand", "brand", " BRAND "):
        answer = consultant.post(path(world, "/units"), json={"name": name})
        assert answer.status_code == 422
        assert "already a unit" in answer.json()["detail"]


def test_a_unit_that_cannot_be_stored_is_refused(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    for headcount in (0, -1, 1_000_001, 2.5, "many"):
        assert consultant.post(path(world, "/units"), json={"name": "E", "headcount": headcount}).status_code == 422
    for name in ("", "  ", "x" * 101, "Eve\x00nts"):
        assert consultant.post(path(world, "/units"), json={"name": name}).status_code == 422
    assert len(consultant.get(path(world, "/units")).json()) == 2


def test_the_same_unit_name_in_another_organisation_is_fine(client: PersonaClient, world: World) -> None:
    elsewhere = f"{ORGANIZATIONS}/{world.elsewhere.id}/units"
    assert client("outsider").post(elsewhere, json={"name": "Events"}).status_code == 201
    assert client("consultant").post(path(world, "/units"), json={"name": "Events"}).status_code == 201


def test_a_member_comes_changes_role_and_goes(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant, stranger = client("consultant"), client("stranger")
    who = world.users["stranger"]
    assert stranger.get(path(world)).status_code == 404
    for role in ("leader", "consultant", "leader"):
        given = consultant.post(path(world, "/members"), json={"email": who.email.upper(), "role": role})
        called = who.email.partition("@")[0]
        expected = {"user_id": who.id, "name": called, "email": who.email, "role": role, "waiting": True}
        assert given.json() == expected
    assert stranger.get(path(world)).status_code == 200
    assert stranger.get(path(world, "/members")).status_code == 403
    assert consultant.delete(path(world, f"/members/{who.id}")).status_code == 204
    assert stranger.get(path(world)).status_code == 404
    with Session(engine) as session:
        assert not session.exec(select(Membership).where(Membership.user_id == who.id)).all()


def test_a_role_is_one_of_three_and_goes_to_an_address(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    unknown = consultant.post(path(world, "/members"), json={"email": "no address", "role": "leader"})
    assert unknown.status_code == 422
    assert "address" in unknown.json()["detail"]
    odd = consultant.post(path(world, "/members"), json={"email": world.users["leader"].email, "role": "owner"})
    assert odd.status_code == 422
    assert consultant.delete(path(world, "/members/no-such-user")).status_code == 404


def test_the_last_consultant_stays(client: PersonaClient, world: World, engine: Engine) -> None:
    consultant, me = client("consultant"), world.users["consultant"]
    gone = consultant.delete(path(world, f"/members/{me.id}"))
    assert gone.status_code == 409
    assert "last consultant" in gone.json()["detail"]
    down = consultant.post(path(world, "/members"), json={"email": me.email, "role": "leader"})
    assert down.status_code == 409
    with transaction(engine) as session:
        second = make_user(session, "Second", consultant=True)
    assert consultant.post(path(world, "/members"), json={"email": second.email, "role": "consultant"}).is_success
    assert consultant.delete(path(world, f"/members/{me.id}")).status_code == 204
    assert consultant.get(path(world)).status_code == 404


def test_deleting_takes_everything_of_this_organisation_only(
    client: PersonaClient, world: World, engine: Engine
) -> None:
    with transaction(engine) as session:
        make_assessment(session, world.organization, world.users["consultant"], status="closed")
    assert client("consultant").delete(path(world)).status_code == 204
    with Session(engine) as session:
        assert [row.id for row in session.exec(select(Organization))] == [world.elsewhere.id]
        assert {row.organization_id for row in session.exec(select(Unit))} == {world.elsewhere.id}
        assert session.exec(select(Assessment)).all() == []
    assert client("outsider").get(f"{ORGANIZATIONS}/{world.elsewhere.id}").status_code == 200


def test_an_open_assessment_keeps_its_organisation(client: PersonaClient, world: World, engine: Engine) -> None:
    with transaction(engine) as session:
        make_assessment(session, world.organization, world.users["consultant"], status="open")
    answer = client("consultant").delete(path(world))
    assert answer.status_code == 409
    assert "'Autumn wave' is still open" in answer.json()["detail"]
    assert client("consultant").get(path(world)).status_code == 200


CALLS = [
    ("GET", "", None),
    ("PATCH", "", PROFILE),
    ("DELETE", "", None),
    ("GET", "/units", None),
    ("POST", "/units", {"name": "Mine"}),
    ("GET", "/members", None),
    ("POST", "/members", {"email": "outsider@example.org", "role": "consultant"}),
    ("DELETE", "/members/{leader}", None),
]


@pytest.mark.parametrize("persona", ["outsider", "stranger", "administrator"])
def test_to_others_it_does_not_exist(client: PersonaClient, world: World, persona: str) -> None:
    other = client(persona)
    for method, rest, body in CALLS:
        rest = rest.format(leader=world.users["leader"].id)
        answer = other.request(method, path(world, rest), json=body, headers={"If-Match": '"1"'})
        assert answer.status_code == 404, (method, rest)
    consultant = client("consultant")
    assert consultant.get(path(world)).json()["name"] == world.organization.name
    assert len(consultant.get(path(world, "/members")).json()) == 3


def test_leaders_change_nothing(client: PersonaClient, world: World) -> None:
    leader = client("leader")
    for method, rest, body in CALLS:
        if method == "GET":
            continue
        rest = rest.format(leader=world.users["leader"].id)
        answer = leader.request(method, path(world, rest), json=body, headers={"If-Match": '"1"'})
        assert answer.status_code == 403, (method, rest)
        assert "consultant" in answer.json()["detail"]


def test_the_list_holds_ones_own_in_pages(client: PersonaClient, world: World) -> None:
    consultant = client("consultant")
    for number in range(2):
        consultant.post(ORGANIZATIONS, json=PROFILE | {"name": f"Client {number}"})
    first = consultant.get(ORGANIZATIONS, params={"limit": 2}).json()
    second = consultant.get(ORGANIZATIONS, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    names = [row["name"] for row in first["items"] + second["items"]]
    assert sorted(names) == ["Client 0", "Client 1", "Northwind"]
    assert (len(first["items"]), second["next_cursor"]) == (2, None)
    assert [row["name"] for row in client("leader").get(ORGANIZATIONS).json()["items"]] == ["Northwind"]
    assert client("stranger").get(ORGANIZATIONS).json()["items"] == []
    for limit in (0, 201, "many"):
        assert consultant.get(ORGANIZATIONS, params={"limit": limit}).status_code == 422
