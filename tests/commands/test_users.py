"""``trigpoint user …``: what helps when nobody can sign in any more."""

from sqlalchemy import Engine
from typer.testing import CliRunner

from app.cli import command_line
from app.clock import now
from app.db import transaction
from app.models import User
from tests.conftest import World
from tests.people import BASE_URL, Client

runner = CliRunner()


def run(*arguments: str) -> tuple[int, str, str]:
    result = runner.invoke(command_line("user"), ["user", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_users_are_listed_and_shut_out(world: World, engine: Engine) -> None:
    email = world.users["leader"].email
    code, listed, _ = run("list")
    assert code == 0
    assert f"{email}\t-\tactive\t-" in listed.splitlines()
    assert run("disable", email)[0] == 0
    assert f"{email}\t-\tdisabled\t-" in run("list")[1].splitlines()
    assert run("enable", email.upper())[0] == 0
    with transaction(engine) as session:
        assert session.get_one(User, world.users["leader"].id).disabled_at is None


def test_the_last_administrator_is_not_shut_out_but_helped(world: World, engine: Engine) -> None:
    user = world.users["administrator"]
    code, _, said = run("disable", user.email)
    assert (code, "last administrator" in said) == (1, True)
    with transaction(engine) as session:
        session.get_one(User, user.id).totp_confirmed_at = now()
    assert run("recover", user.email)[0] == 0
    with transaction(engine) as session:
        assert session.get_one(User, user.id).totp_confirmed_at is None


def test_link_sets_a_password_once(anonymous: Client, world: World) -> None:
    code, printed, _ = run("link", world.users["leader"].email)
    assert code == 0
    path = printed.strip().removeprefix(BASE_URL)
    body = {"password": "an even quieter harbour", "again": "an even quieter harbour"}
    assert anonymous.post(path, data=body).status_code == 303
    assert anonymous.post(path, data=body).status_code == 410


def test_unknown_addresses_are_refused_with_what_to_do(world: World) -> None:
    code, printed, said = run("link", "nobody@example.org")
    assert (code, printed) == (1, "")
    assert "user list" in " ".join(said.split())
