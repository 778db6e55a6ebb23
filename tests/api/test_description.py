"""The description of the API is complete, and every body refuses what it does not know."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import PersonaClient
from tests.people import Client

PREFIX = "/api/v1/"
PROBLEM = "#/components/schemas/Problem"
OPEN = {"POST /api/v1/sessions"}
"""Called before anybody is signed in."""


@dataclass(frozen=True)
class Operation:
    method: str
    path: str
    document: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def responses(self) -> dict[str, Any]:
        found: dict[str, Any] = self.document["responses"]
        return found


@pytest.fixture
def schema(anonymous: Client) -> dict[str, Any]:
    served = anonymous.get("/api/v1/openapi.json")
    assert served.status_code == 200
    document: dict[str, Any] = served.json()
    return document


def operations(schema: dict[str, Any]) -> list[Operation]:
    return [
        Operation(method.upper(), path, document)
        for path, item in schema["paths"].items()
        for method, document in item.items()
    ]


def references(part: object) -> Iterator[str]:
    """Names of the schemas that ``part`` points to."""
    if isinstance(part, dict):
        if "$ref" in part:
            yield str(part["$ref"]).rsplit("/", 1)[1]
        part = list(part.values())
    if isinstance(part, list):
        for below in part:
            yield from references(below)


def test_every_operation_of_the_contract_is_there(schema: dict[str, Any]) -> None:
    found = {operation.name for operation in operations(schema)}
    contract = """
        POST sessions | DELETE sessions/current | GET me | GET organizations | POST organizations
        | GET organizations/{} | PATCH organizations/{} | DELETE organizations/{} | GET organizations/{}/units
        | GET organizations/{}/members | GET organizations/{}/assessments | POST organizations/{}/assessments
        | GET assessments/{} | PATCH assessments/{} | PUT assessments/{}/targets | POST assessments/{}/participants
        | POST assessments/{}/launch | POST assessments/{}/close | GET assessments/{}/progress
        | GET assessments/{}/invitations.csv | POST invitations/redeem | GET responses/{}
        | PUT responses/{}/answers/{} | POST responses/{}/submit | GET responses/{}/receipt | GET questionnaires
        | GET questionnaires/{}/{} | GET baselines | POST baselines | GET baselines/{} | GET assessments/{}/snapshots
        | GET snapshots/{} | GET snapshots/{}/heatmap | GET snapshots/{}/capabilities/{} | GET snapshots/{}/export.{}
        | POST snapshots/{}/roadmaps | GET roadmaps/{} | POST roadmaps/{}/scenarios | POST scenarios/{}/adopt
    """
    plain = {_nameless(name) for name in found}
    wanted = {line.strip().replace(" ", f" {PREFIX}", 1) for line in contract.split("|")}
    assert wanted - plain == set()


def _nameless(name: str) -> str:
    parts = name.split("{")
    return parts[0] + "".join("{" + part[part.index("}") :] for part in parts[1:])


def test_every_operation_says_what_it_is_and_what_comes_back(schema: dict[str, Any]) -> None:
    for operation in operations(schema):
        assert operation.path.startswith(PREFIX)
        assert operation.document["summary"], operation.name
        good = {code: answer for code, answer in operation.responses.items() if code.startswith("2")}
        assert len(good) == 1, operation.name
        for code, answer in good.items():
            assert (code == "204") is ("content" not in answer), operation.name
            kinds = answer.get("content", {})
            assert kinds.keys() != {"application/json"} or kinds["application/json"]["schema"], operation.name


def test_every_operation_describes_its_refusals_as_problems(schema: dict[str, Any]) -> None:
    for operation in operations(schema):
        wanted = {"401"}
        if "{" in operation.path:
            wanted.add("404")
        if "{" in operation.path or "requestBody" in operation.document:
            wanted.add("422")
        assert wanted <= set(operation.responses), operation.name
        for code in set(operation.responses) & {"401", "403", "404", "410", "412", "428"}:
            [content] = operation.responses[code]["content"].values()
            assert content["schema"]["$ref"] == PROBLEM, (operation.name, code)


def test_operation_ids_are_given_once(schema: dict[str, Any]) -> None:
    ids = [operation.document["operationId"] for operation in operations(schema)]
    assert len(ids) == len(set(ids))


def bodies(schema: dict[str, Any]) -> set[str]:
    """Every schema that a JSON body consists of."""
    found = {name for operation in operations(schema) for name in references(operation.document.get("requestBody"))}
    waiting = list(found)
    while waiting:
        for name in references(schema["components"]["schemas"][waiting.pop()]):
            if name not in found:
                found.add(name)
                waiting.append(name)
    return found


def test_no_body_takes_fields_that_it_does_not_know(schema: dict[str, Any]) -> None:
    found = bodies(schema)
    assert len(found) >= 14
    lax = [name for name in found if schema["components"]["schemas"][name].get("additionalProperties") is not False]
    assert lax == []


def test_unknown_fields_are_refused_by_name_everywhere(client: PersonaClient, schema: dict[str, Any]) -> None:
    consultant, administrator = client("consultant"), client("administrator")
    called = 0
    for operation in operations(schema):
        content = operation.document.get("requestBody", {}).get("content", {})
        if "$ref" not in content.get("application/json", {}).get("schema", {}):
            continue
        called += 1
        path = operation.path.replace("{", "").replace("}", "")
        caller = administrator if path.startswith("/api/v1/users") else consultant
        answer = caller.request(operation.method, path, json={"smuggled": True}, headers={"If-Match": '"1"'})
        assert answer.status_code in {401, 422}, operation.name
        assert answer.headers["content-type"] == "application/problem+json"
        if answer.status_code == 422:
            assert "smuggled" in {error["field"] for error in answer.json()["errors"]}, operation.name
    assert called >= 10


def test_nothing_but_signing_in_is_open(anonymous: Client, schema: dict[str, Any]) -> None:
    for operation in operations(schema):
        path = operation.path.replace("{", "").replace("}", "")
        if operation.name in OPEN or "/invitations/redeem" in path or "export." in path:
            continue
        answer = anonymous.request(operation.method, path)
        assert answer.status_code in {401, 422}, operation.name
        assert {"title", "status", "detail"} <= answer.json().keys()
