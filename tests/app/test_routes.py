"""Every route says who may call it, and the API describes itself completely."""

from typing import Any

from fastapi import APIRouter, FastAPI
from sqlalchemy import Engine

from app.main import create_app
from app.settings import Settings
from tests.app.routes import endpoints
from tests.people import Client


def test_every_route_has_a_policy(app: FastAPI) -> None:
    without = [endpoint.name for endpoint in endpoints(app) if not endpoint.policies]
    assert without == []


def test_the_walk_sees_a_route_without_a_policy(settings: Settings, engine: Engine) -> None:
    app = create_app(settings, engine)
    careless = APIRouter()
    careless.get("/careless")(lambda: None)
    app.include_router(careless)
    assert [endpoint.name for endpoint in endpoints(app) if not endpoint.policies] == ["GET /careless"]


def test_no_route_is_shadowed_by_another(app: FastAPI) -> None:
    names = [endpoint.name for endpoint in endpoints(app)]
    assert sorted(names) == sorted(set(names))


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method.upper()} {path}", operation)
        for path, item in document["paths"].items()
        for method, operation in item.items()
    ]


def test_api_operations_have_summary_success_and_problems(anonymous: Client) -> None:
    document = anonymous.get("/api/v1/openapi.json").json()
    found = operations(document)
    assert len(found) > 20
    lacking = {
        name: problem
        for name, operation in found
        for problem in [
            "no summary" if not operation.get("summary") else "",
            "no problem response" if not any(code.startswith("4") for code in operation["responses"]) else "",
            "no success response" if not any(code.startswith("2") for code in operation["responses"]) else "",
        ]
        if problem
    }
    assert lacking == {}


def test_only_the_api_is_described(anonymous: Client) -> None:
    paths = anonymous.get("/api/v1/openapi.json").json()["paths"]
    assert all(path.startswith("/api/v1/") for path in paths)
