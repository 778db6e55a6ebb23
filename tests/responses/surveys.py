"""Respondents of tests: a survey that is open, and a browser that sits down to answer it, with or without scripts."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

import httpx
from sqlalchemy import Engine, text
from sqlmodel import SQLModel

from app.models import Assessment
from app.responses.actions import cookie_parts
from app.responses.respondent import ANSWERING_COOKIE
from app.web import csrf_token
from tests.people import Client

QUESTION = "data.quality.1"
OTHER = "data.quality.2"
PAGE = "/answering/data.quality"


@dataclass(frozen=True)
class Survey:
    """An assessment in its window, and the link (token) of each participant, by address."""

    assessment: Assessment
    links: tuple[str, ...]


@dataclass(frozen=True)
class Sitting:
    """One device of one respondent."""

    client: Client
    response: str

    def put(self, question: str = QUESTION, *, mutation: str = "m1", base: int = 0, **body: Any) -> httpx.Response:
        """Save as the script does."""
        given = {"mutation_id": mutation, "base_revision": base, **body}
        return self.client.put(f"/api/v1/responses/{self.response}/answers/{question}", json=given)

    def post(self, path: str = PAGE, **fields: Any) -> httpx.Response:
        """Open a page, fill in ``fields`` and press its button, as a browser without scripts does."""
        form = form_of(self.client.get(path).text)
        return self.send(path, form | fields)

    def send(self, path: str, fields: dict[str, Any]) -> httpx.Response:
        return self.client.post(path, data=fields)

    def submit(self) -> httpx.Response:
        return self.client.submit("/answering/submit", idempotency_key="once")

    def answers(self) -> dict[str, dict[str, Any]]:
        """Question id → what the server holds."""
        held = self.client.get(f"/api/v1/responses/{self.response}").json()
        return {answer["question"]: answer for answer in held["answers"]}


SitDown = Callable[[str], Sitting]


def sit_down(client: Client, link: str) -> Sitting:
    """Open ``link`` and press Start (or Continue)."""
    answer = client.post(f"/a/{link}")
    assert answer.status_code == 303, answer.text
    return at_desk(client)


def at_desk(client: Client) -> Sitting:
    """The sitting of a client that holds an answering cookie."""
    client.csrf = csrf_token(cookie_parts(client.cookies[ANSWERING_COOKIE])[0])
    page = client.get("/answering", follow_redirects=True).text
    found = re.search(r'data-response="([\w-]+)"', page)
    assert found, page[:300]
    return Sitting(client, found.group(1))


class _Form(HTMLParser):
    """What a browser would send for the form of a page, as it stands."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.area: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name")
        if name is None or tag not in {"input", "textarea"}:
            return
        if tag == "textarea":
            self.area, self.fields[name] = name, ""
        elif given.get("type") != "radio" or "checked" in given:
            self.fields[name] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self.area = None

    def handle_data(self, data: str) -> None:
        if self.area:
            self.fields[self.area] += data


def form_of(page: str) -> dict[str, str]:
    """The successful controls of a page's form."""
    parser = _Form()
    parser.feed(page)
    return parser.fields


def contents(engine: Engine) -> str:
    """Digest of every row of every table."""
    with engine.connect() as connection:
        rows = {
            table: sorted(map(repr, connection.execute(text(f'SELECT * FROM "{table}"')).all()))
            for table in SQLModel.metadata.tables
        }
        connection.rollback()
    return hashlib.sha256(repr(sorted(rows.items())).encode()).hexdigest()
