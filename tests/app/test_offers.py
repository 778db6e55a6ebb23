"""No page offers what its reader may not do: each kind of link and form of every page, as every persona."""

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

import pytest
from fastapi import FastAPI

from tests.app.conftest import PERSONAS, Installation, browser_of
from tests.app.routes import Endpoint, endpoints
from tests.app.test_roles import golden, path_of, walk
from tests.people import Client

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.DOTALL)
LINK = re.compile(r"<a\b[^>]*\bhref=\"(/[^\"#?]*)")
OWN_BUTTON = re.compile(r"\bformaction=\"(/[^\"#?]*)")
DISABLED = re.compile(r"<fieldset\b[^>]*\bdisabled\b")


def attribute(tag: str, name: str) -> str:
    found = re.search(rf"\b{name}=\"([^\"]*)\"", tag)
    return unescape(found[1]) if found else ""


def offers(page: str) -> Iterator[tuple[str, str]]:
    """Method and path of what a page lets its reader do."""
    for path in LINK.findall(page):
        yield "GET", unescape(path)
    for tag, content in FORM.findall(page):
        method = attribute(tag, "method").upper() or "GET"
        if not DISABLED.search(content):
            yield method, re.split("[?#]", attribute(tag, "action"))[0]
        yield from ((method, path) for path in OWN_BUTTON.findall(content))


def route_of(routes: list[Endpoint], method: str, path: str) -> str | None:
    """The route that a path leads to: the one with the fewest placeholders."""
    fitting = [
        each
        for each in routes
        if each.method == method and re.fullmatch(re.sub(r"{[^}]+}", "[^/]+", each.template), path)
    ]
    return min(fitting, key=lambda each: each.template.count("{")).name if fitting else None


def pages_of(browser: Client, endpoint: Endpoint, installation: Installation) -> str:
    """The page, and for the page of an assessment that of an open one too."""
    paths = {path_of(endpoint, installation)}
    if "{assessment_id}" in endpoint.template:
        still_open = replace(installation, ids=installation.ids | {"assessment_id": installation.open_assessment})
        paths.add(path_of(endpoint, still_open))
    if "{roadmap_id}" in endpoint.template:
        what_if = replace(installation, ids=installation.ids | {"roadmap_id": installation.ids["scenario_id"]})
        paths.add(path_of(endpoint, what_if))
    return "".join(browser.get(path).text for path in sorted(paths))


@pytest.mark.parametrize("persona", PERSONAS)
def test_no_page_offers_what_its_reader_may_not_do(
    persona: str, installed_app: FastAPI, installation: Installation
) -> None:
    allowed = {name: row[persona] for name, row in golden().items()}
    routes, wrong = endpoints(installed_app), set()
    followed: set[str | None] = set()
    with Client(installed_app) as running:
        browser = browser_of(persona, installed_app, installation, running)
        for endpoint in walk(installed_app):
            if endpoint.method != "GET" or endpoint.template.startswith("/api/") or allowed[endpoint.name] != "yes":
                continue
            for method, path in offers(pages_of(browser, endpoint, installation)):
                name = route_of(routes, method, path)
                if name in followed:
                    continue
                # One of each kind: a form must be allowed to the role, a link is followed.
                followed.add(name)
                refused = allowed[name or ""] == "403" if method == "POST" else browser.get(path).status_code >= 400
                if refused:
                    wrong.add(f"{endpoint.name} offers {method} {path}")
    assert len(followed) > (4 if persona == "anonymous" else 15)
    assert wrong == set()
