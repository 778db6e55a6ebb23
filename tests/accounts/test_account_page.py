"""One's own account: name, password, sessions. Nobody reaches another's."""

from collections.abc import Callable

from sqlalchemy import Engine

from app.db import transaction
from app.models import User
from tests.conftest import PersonaClient, World
from tests.factories import PASSWORD
from tests.people import Client

ME = "/api/v1/me"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
NEW = "an even quieter harbour"


def test_name_is_changed_for_everybody_to_read(client: PersonaClient) -> None:
    leader = client("leader")
    assert leader.submit("/account/profile", name="  Lena   Leader ").status_code == 303
    assert leader.get(ME).json()["name"] == "Lena Leader"
    for wrong in ("", "   ", "x" * 201):
        assert leader.submit("/account/profile", name=wrong).status_code == 422


def test_password_change_asks_for_the_present_one_and_ends_all_other_sessions(client: PersonaClient) -> None:
    leader, elsewhere = client("leader"), client("leader")
    before = leader.cookies["trigpoint_session"]
    assert leader.submit("/account/password", present="not this one", password=NEW).status_code == 422
    assert leader.submit("/account/password", present=PASSWORD, password="password1234").status_code == 422
    assert elsewhere.get(ME).status_code == 200
    leader.cookies.clear()
    leader.cookies.set("trigpoint_session", before, domain="127.0.0.1", path="/")
    assert leader.submit("/account/password", present=PASSWORD, password=NEW).status_code == 303
    assert elsewhere.get(ME).status_code == 401
    assert leader.get(ME).status_code == 200
    assert leader.cookies["trigpoint_session"] != before
    elsewhere.cookies.set("trigpoint_session", before)
    assert elsewhere.get(ME).status_code == 401


def test_sessions_are_listed_in_words_and_one_is_ended(
    client: PersonaClient, another: Callable[[], Client], world: World
) -> None:
    leader, phone = client("leader"), another()
    data = {"email": world.users["leader"].email, "password": PASSWORD}
    assert phone.post("/sign-in", data=data, headers={"User-Agent": FIREFOX}).status_code == 303
    rows = leader.get(f"{ME}/sessions").json()
    assert [row["agent"] for row in rows if not row["current"]] == ["Firefox on Linux"]
    assert [row["current"] for row in rows].count(True) == 1
    assert "Firefox on Linux" in leader.get("/account").text
    ending = next(row["id"] for row in rows if not row["current"])
    assert leader.submit(f"/account/sessions/{ending}/end").status_code == 303
    assert phone.get(ME).status_code == 401
    assert leader.get(ME).status_code == 200
    assert leader.delete(f"{ME}/sessions/{ending}").status_code == 404


def test_all_others_are_ended_at_once(client: PersonaClient) -> None:
    here, *others = (client("leader") for _ in range(3))
    assert here.submit("/account/end-other-sessions").status_code == 303
    assert here.get(ME).status_code == 200
    assert [browser.get(ME).status_code for browser in others] == [401, 401]


def test_nobody_ends_the_session_of_another(client: PersonaClient) -> None:
    leader, stranger = client("leader"), client("stranger")
    [row] = leader.get(f"{ME}/sessions").json()
    assert stranger.submit(f"/account/sessions/{row['id']}/end").status_code == 404
    assert stranger.delete(f"{ME}/sessions/{row['id']}").status_code == 404
    assert leader.get(ME).status_code == 200


def test_user_agents_are_kept_as_words_only(client: PersonaClient, world: World, engine: Engine) -> None:
    browser = client("stranger")
    odd = "Evil/1.0 <script>alert(1)</script> person@example.org"
    data = {"email": world.users["stranger"].email, "password": PASSWORD}
    browser.post("/sign-in", data=data, headers={"User-Agent": odd})
    assert {row["agent"] for row in browser.get(f"{ME}/sessions").json()} == {"A program"}
    with transaction(engine) as session:
        assert session.get_one(User, world.users["stranger"].id).name == "Stranger"
