"""Links to a report without an account: that report's pages and nothing else, until they end."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from app.clock import now
from app.db import transaction
from app.models import ReportLink
from tests.conftest import PersonaClient, World
from tests.people import BASE_URL, Client
from tests.results.conftest import Stored

Another = Callable[[], Client]
SECTIONS = ("", "/heatmap", "/peers", "/perception", "/priorities", "/method", "/capabilities/data.quality")


@pytest.fixture
def snapshot(stored: Stored) -> str:
    return stored.snapshot.id


def shared(browser: Client, snapshot: str, made_for: str = "Ms Reader of Quillon") -> str:
    """The path of a new link."""
    here = f"/snapshots/{snapshot}/links"
    assert browser.submit(here, made_for=made_for, days="30").status_code == 303
    found = re.search(r"/shared/[0-9a-f.-]+", browser.get(here).text)
    assert found
    return found[0]


def test_reader_sees_every_section_marked_and_no_way_out(
    client: PersonaClient, another: Another, snapshot: str
) -> None:
    path, reader = shared(client("consultant"), snapshot), another()
    for section in SECTIONS:
        page = reader.get(path + section)
        assert page.status_code == 200, section
        assert "For Ms Reader of Quillon" in page.text
        links = set(re.findall(r'(?:href|action)="([^"]+)"', page.text))
        leading = {link for link in links if not link.startswith((path, "#", "/static/", "?", "data:"))}
        assert leading == set(), section
        assert "/snapshots/" not in page.text
        assert "account-menu" not in page.text


def test_reader_gets_the_numbers_that_members_get(client: PersonaClient, another: Another, snapshot: str) -> None:
    consultant = client("consultant")
    path = shared(consultant, snapshot)

    def cells(text: str) -> list[str]:
        return re.findall(r"<td[^>]*>[^<]*</td>", text.partition("<main")[2])

    for section in SECTIONS[1:]:
        mine = cells(consultant.get(f"/snapshots/{snapshot}{section}").text)
        assert mine or section != "/heatmap"
        assert cells(another().get(path + section).text) == mine, section


@pytest.mark.parametrize("rest", ["/roadmap", "/exports", "/links", "/charts/overall.png", "/capabilities/no.such"])
def test_link_opens_no_more_than_the_report(client: PersonaClient, another: Another, snapshot: str, rest: str) -> None:
    path = shared(client("consultant"), snapshot)
    assert another().get(path + rest).status_code in {404, 422}
    assert another().post(path).status_code == 405


def test_link_does_not_sign_in(client: PersonaClient, another: Another, world: World, snapshot: str) -> None:
    reader = another()
    reader.get(shared(client("consultant"), snapshot))
    assert reader.get(f"/snapshots/{snapshot}").status_code == 303
    assert reader.get(f"/organizations/{world.organization.id}").status_code == 303
    assert reader.get(f"/api/v1/snapshots/{snapshot}").status_code == 401
    assert not reader.cookies


def test_link_ends_by_revoking_and_by_its_day(
    client: PersonaClient, another: Another, snapshot: str, engine: Engine
) -> None:
    consultant, reader = client("consultant"), another()
    path = shared(consultant, snapshot)
    with transaction(engine) as session:
        link_id = session.exec(select(ReportLink.id)).one()
    assert reader.get(path).status_code == 200
    assert consultant.submit(f"/snapshots/{snapshot}/links/{link_id}/revoke").status_code == 303
    assert reader.get(path).status_code == 410
    assert path not in consultant.get(f"/snapshots/{snapshot}/links").text
    second = shared(consultant, snapshot)
    with transaction(engine) as session:
        row = session.exec(select(ReportLink).where(ReportLink.id != link_id)).one()
        row.expires_at = now() - timedelta(seconds=1)
    # Moving the day in the database breaks the signature too: only the secret makes a link that opens.
    assert reader.get(second).status_code in {404, 410}


def test_made_up_and_changed_links_open_nothing(client: PersonaClient, another: Another, snapshot: str) -> None:
    path, reader = shared(client("consultant"), snapshot), another()
    for wrong in (path[:-1], path[:-1] + ("0" if path[-1] != "0" else "1"), path.partition(".")[0], "/shared/x.é"):
        assert reader.get(wrong).status_code == 404, wrong


def test_only_consultants_share(client: PersonaClient, snapshot: str, engine: Engine) -> None:
    here = f"/snapshots/{snapshot}/links"
    for persona, status in {"leader": 403, "analyst": 403, "outsider": 404, "administrator": 404}.items():
        assert client(persona).get(here).status_code == status
        assert client(persona).submit(here, made_for="x", days="30").status_code == status
    with transaction(engine) as session:
        assert session.exec(select(ReportLink)).all() == []


def test_a_link_has_a_reader_and_an_end(client: PersonaClient, snapshot: str) -> None:
    here = f"/snapshots/{snapshot}/links"
    for made_for, days in (("", "30"), ("x" * 101, "30"), ("x", "0"), ("x", "366"), ("x", "soon")):
        assert client("consultant").submit(here, made_for=made_for, days=days).status_code == 422


def test_address_comes_from_the_settings(client: PersonaClient, snapshot: str) -> None:
    consultant = client("consultant")
    shared(consultant, snapshot)
    page = consultant.get(f"/snapshots/{snapshot}/links", headers={"X-Forwarded-Host": "evil.example"}).text
    assert f"{BASE_URL}/shared/" in page
    assert "evil.example" not in page
