"""What every request passes, walked over every route: host, origin, form token, body limit, headers."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI

from app.main import create_app
from app.settings import Settings
from app.web import Public
from tests.app.routes import SAFE, Endpoint, endpoints
from tests.conftest import PersonaClient
from tests.people import BASE_URL, Client

SECURITY = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}
FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://127.0.0.1.evil.example:8000"},
    {"Origin": ""},
    {"Sec-Fetch-Site": "cross-site", "Origin": BASE_URL},
    {"Sec-Fetch-Site": "same-site", "Origin": BASE_URL},
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://evil.example"},
]


def unsafe(app: FastAPI) -> Iterator[Endpoint]:
    return (endpoint for endpoint in endpoints(app) if endpoint.method not in SAFE)


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_foreign_origin_is_refused_everywhere(app: FastAPI, client: PersonaClient, headers: dict[str, str]) -> None:
    consultant = client("consultant")
    answers = {e.name: consultant.request(e.method, e.path, headers=headers).status_code for e in unsafe(app)}
    assert set(answers.values()) == {403}, answers


def test_missing_origin_with_a_cookie_is_refused_everywhere(app: FastAPI, client: PersonaClient) -> None:
    consultant = client("consultant")
    del consultant.headers["Origin"]
    answers = {e.name: consultant.request(e.method, e.path).status_code for e in unsafe(app)}
    assert set(answers.values()) == {403}, answers


def test_programs_without_cookies_need_no_origin(anonymous: Client) -> None:
    del anonymous.headers["Origin"]
    refused = anonymous.post("/api/v1/organizations", json={}, headers={"Authorization": "Bearer nobody"})
    assert refused.status_code == 401
    assert anonymous.post("/sign-in", data={}).status_code == 403


def test_form_without_the_sessions_token_is_refused_everywhere(app: FastAPI, client: PersonaClient) -> None:
    administrator = client("administrator")
    stale = client("administrator").csrf
    pages = [e for e in unsafe(app) if not e.template.startswith("/api/") and "current_user" in e.policies]
    assert pages
    for token in (None, "", stale, "é"):
        data = {} if token is None else {"csrf": token}
        answers = {e.name: administrator.request(e.method, e.path, data=data).status_code for e in pages}
        assert set(answers.values()) == {403}, answers


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "127.0.0.1@evil.example"]
)
def test_unknown_host_is_refused_everywhere(app: FastAPI, anonymous: Client, host: str) -> None:
    answers = {e.name: anonymous.request(e.method, e.path, headers={"Host": host}).status_code for e in endpoints(app)}
    assert set(answers.values()) == {400}, answers


def test_forwarded_host_leads_nowhere(anonymous: Client) -> None:
    answer = anonymous.get("/", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=/"


def test_body_over_the_limit_is_refused_everywhere(app: FastAPI, settings: Settings, client: PersonaClient) -> None:
    consultant = client("consultant")
    body = b"x" * (settings.max_body_bytes + 1)
    answers = {e.name: consultant.request(e.method, e.path, content=body).status_code for e in unsafe(app)}
    assert set(answers.values()) == {413}, answers


def test_body_that_hides_its_length_is_refused_too(settings: Settings, client: PersonaClient) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(settings.max_body_bytes // 100_000 + 2):
            yield b"x" * 100_000

    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert client("consultant").post("/organizations/new", content=chunks(), headers=form).status_code == 413
    as_json = {"Content-Type": "application/json"}
    assert client("consultant").post("/api/v1/organizations", content=chunks(), headers=as_json).status_code == 413


def test_deep_json_is_refused_with_a_sentence(client: PersonaClient) -> None:
    answer = client("consultant").post(
        "/api/v1/organizations", content="[" * 10_000, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["detail"]


def test_every_response_carries_the_security_headers(app: FastAPI, client: PersonaClient, anonymous: Client) -> None:
    for browser in (anonymous, client("consultant")):
        for endpoint in endpoints(app):
            answer = browser.request(endpoint.method, endpoint.path)
            headers = {name: answer.headers.get(name) for name in SECURITY}
            assert headers == SECURITY, endpoint.name
            _check_policy(answer.headers["content-security-policy"])


def _check_policy(policy: str) -> None:
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "'nonce-" in policy


def test_each_response_has_its_own_nonce(anonymous: Client) -> None:
    first, second = (anonymous.get("/sign-in").headers["content-security-policy"] for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    "path", ["/no-such-page", "/api/v1/no-such-thing", "/static/no-such.css", "/assets/../app/main.py"]
)
def test_what_is_not_there_is_dressed_too(anonymous: Client, path: str) -> None:
    answer = anonymous.get(path)
    assert answer.status_code == 404
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"]


class PlantedError(Exception):
    """Something nobody expected."""


def test_unexpected_error_tells_nothing_and_is_dressed(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    app = create_app(settings)

    @app.get("/broken", dependencies=[Public])
    def broken() -> None:
        raise PlantedError("SELECT secret FROM /etc/passwd")

    with Client(app, raise_server_exceptions=False) as browser:
        for accept in ("text/html", "application/json"):
            answer = browser.get("/broken", headers={"Accept": accept})
            assert answer.status_code == 500
            assert "secret" not in answer.text
            assert "Traceback" not in answer.text
            assert {name: answer.headers.get(name) for name in SECURITY} == SECURITY
    app.state.engine.dispose()


def test_https_gets_strict_transport_and_host_cookies(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"base_url": "https://trigpoint.example"}))
    with Client(app) as browser:
        answer = browser.get("/healthz", headers={"Host": "trigpoint.example"})
        assert answer.status_code == 200
        assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    app.state.engine.dispose()
