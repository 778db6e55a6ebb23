"""`trigpoint doctor` sees what is wrong, and nothing where nothing is."""

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, text

from app.db import get_engine, transaction
from app.settings import DEFAULT_SECRET, Settings
from app.upkeep.checks import Finding, examine, sqlite_finding
from tests.factories import answered_assessment, make_organization, make_user


def states(findings: list[Finding]) -> dict[str, str]:
    return {finding.check: finding.state for finding in findings}


def fill(engine: Engine) -> None:
    with transaction(engine) as session:
        consultant = make_user(session, consultant=True)
        answered_assessment(session, make_organization(session, consultant), consultant, people={"Brand": 3})


def test_nothing_is_broken_in_a_sound_installation(engine: Engine, settings: Settings) -> None:
    fill(engine)
    findings = examine(engine, settings)
    assert "broken" not in states(findings).values()
    assert next(each.message for each in findings if each.check == "vectors") == "3 equal their answer rows"


def test_vector_that_differs_from_its_rows_is_found(engine: Engine, settings: Settings) -> None:
    fill(engine)
    with transaction(engine) as session:
        session.execute(
            text(
                "UPDATE answer SET option_id = CASE option_id WHEN 'l1' THEN 'l2' ELSE 'l1' END"
                " WHERE question_id = 'data.quality.1'"
            )
        )
    findings = examine(engine, settings)
    assert states(findings)["vectors"] == "broken"


def test_row_that_points_nowhere_is_found(engine: Engine, settings: Settings, postgres: bool) -> None:
    if postgres:
        assert states(examine(engine, settings))["integrity"] == "fine"
        return
    fill(engine)
    raw = engine.raw_connection()
    cursor = raw.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.execute("DELETE FROM unit")
    cursor.execute("PRAGMA foreign_keys=ON")
    raw.close()
    assert states(examine(engine, settings))["integrity"] == "broken"


def test_database_without_tables_is_found(empty_settings: Settings) -> None:
    findings = examine(get_engine(), empty_settings)
    assert states(findings)["migrations"] == "broken"
    assert "vectors" not in states(findings)


def test_default_secret_is_a_caution(engine: Engine, settings: Settings) -> None:
    careless = settings.model_copy(update={"secret_key": SecretStr(DEFAULT_SECRET)})
    assert states(examine(engine, careless))["secret"] == "caution"
    assert states(examine(engine, settings))["secret"] == "fine"


@pytest.mark.parametrize(
    ("version", "state"),
    [
        ((3, 6, 23), "fine"),
        ((3, 7, 0), "caution"),
        ((3, 40, 1), "caution"),
        ((3, 51, 2), "caution"),
        ((3, 51, 3), "fine"),
    ],
)
def test_versions_with_the_log_bug_are_named(version: tuple[int, ...], state: str) -> None:
    assert sqlite_finding(version).state == state
