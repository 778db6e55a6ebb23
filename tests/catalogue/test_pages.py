"""Questionnaires as a page and as JSON: all of a version, and what there is when it is not."""

import html

from questionnaires.load import load_questionnaire, shipped
from tests.conftest import PersonaClient
from tests.people import Client

CORE = load_questionnaire("mops-core")
QUESTIONNAIRES = "/api/v1/questionnaires"


def test_every_shipped_version_is_listed(client: PersonaClient) -> None:
    leader = client("leader")
    listed = leader.get(QUESTIONNAIRES).json()
    assert {(row["id"], row["version"]) for row in listed} == {
        (name, version) for name, versions in shipped().items() for version in versions
    }
    page = leader.get("/questionnaires").text
    for row in listed:
        assert f'href="/questionnaires/{row["id"]}/{row["version"]}"' in page
        found = leader.get(f"{QUESTIONNAIRES}/{row['id']}/{row['version']}").json()
        assert found["sha256"] == row["sha256"] == load_questionnaire(row["id"], row["version"]).sha256


def test_one_version_holds_everything_a_program_needs_to_answer(client: PersonaClient) -> None:
    found = client("leader").get(f"{QUESTIONNAIRES}/{CORE.id}/{CORE.version}").json()
    assert [level["value"] for level in found["levels"]] == list(CORE.scale.values)
    asked = [
        (question["id"], [(option["id"], option["value"]) for option in question["options"]])
        for dimension in found["dimensions"]
        for capability in dimension["capabilities"]
        for question in capability["questions"]
    ]
    assert asked == [(one.id, [(option.id, option.value) for option in one.options]) for one in CORE.questions]
    assert [outcome["id"] for outcome in found["outcomes"]] == [outcome.id for outcome in CORE.outcomes]


def test_the_page_reads_like_the_questionnaire(client: PersonaClient) -> None:
    page = html.unescape(client("leader").get(f"/questionnaires/{CORE.id}/{CORE.version}").text)
    for question in CORE.asked:
        assert question.text in page
        assert all(option.text in page for option in question.options)
    for capability in CORE.capabilities:
        assert capability.name in page
        assert capability.description in page


def test_what_is_not_there_is_answered_with_404(client: PersonaClient) -> None:
    leader = client("leader")
    for wrong in ("no-such/1.0.0", f"{CORE.id}/9.9.9", f"{CORE.id}/..%2F1.0.0", "..%2F..%2Fapp/1.0.0"):
        answer = leader.get(f"{QUESTIONNAIRES}/{wrong}")
        assert answer.status_code == 404, wrong
        assert answer.headers["content-type"] == "application/problem+json"
        assert leader.get(f"/questionnaires/{wrong}").status_code == 404


def test_only_people_who_signed_in_read_them(anonymous: Client) -> None:
    assert anonymous.get(QUESTIONNAIRES).status_code == 401
    assert anonymous.get(f"{QUESTIONNAIRES}/{CORE.id}/{CORE.version}").status_code == 401
    assert anonymous.get("/questionnaires").headers["location"].startswith("/sign-in")
