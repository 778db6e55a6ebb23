"""A real Chromium against a real server on a database of the test's own."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright
from sqlalchemy import Engine

from app import db
from app.accounts.actions import start_session
from app.clock import now
from app.db import transaction
from app.main import create_app
from app.models import User
from app.settings import Settings, get_settings
from app.web import SESSION_COOKIE
from tests.conftest import _current
from tests.databases import Template
from tests.factories import make_leader, make_organization, make_user

PICTURES = Path(os.environ["TRIGPOINT_PICTURES"]) if "TRIGPOINT_PICTURES" in os.environ else None
"""Where the pictures of the guides go; a run of the tests changes no file of the tree."""
AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
WIDE, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 780}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser that the machine has, or the one that ``TRIGPOINT_CHROMIUM`` names."""
    path = os.environ.get("TRIGPOINT_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = _launch(playwright, path)
        yield browser
        browser.close()


def _launch(playwright: Playwright, path: str | None) -> Browser:
    return playwright.chromium.launch(executable_path=path, args=ARGUMENTS)


@dataclass(frozen=True)
class Site:
    """A running server. ``base`` is its address."""

    base: str
    engine: Engine
    settings: Settings

    def sign_in(self, context: BrowserContext, user: User) -> None:
        with transaction(self.engine) as session:
            token = start_session(session, user, at=now(), days=1).token
        context.add_cookies([{"name": SESSION_COOKIE, "value": token, "url": self.base}])


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def _served(settings: Settings, engine: Engine, port: int) -> Iterator[None]:
    config = uvicorn.Config(create_app(settings, engine), host="127.0.0.1", port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        if time.monotonic() > deadline:
            raise RuntimeError("the server did not start within 20 s")
        time.sleep(0.02)
    yield
    server.should_exit = True
    thread.join(10)


@pytest.fixture
def site(template: Template, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    port = _free_port()
    monkeypatch.setenv("TRIGPOINT_BASE_URL", f"http://127.0.0.1:{port}")
    with template.copy(tmp_path) as url, _current(url) as settings:
        engine = db.get_engine()
        with _served(settings, engine, port):
            yield Site(f"http://127.0.0.1:{port}", engine, get_settings())


@dataclass(frozen=True)
class People:
    consultant: User
    leader: User
    organization_id: str


@pytest.fixture
def people(site: Site) -> People:
    """A consultant with one organisation, and its leader."""
    with transaction(site.engine) as session:
        consultant = make_user(session, "Consultant", consultant=True)
        organization = make_organization(session, consultant)
        leader = make_leader(session, organization)
        return People(consultant, leader, organization.id)


OpenPage = Callable[..., Page]


@pytest.fixture
def open_page(chromium: Browser, site: Site) -> Iterator[OpenPage]:
    """``open_page(user=…, phone=True, scripts=False)``: a fresh browser profile. Script errors fail the test."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def opened(user: User | None = None, *, phone: bool = False, scripts: bool = True, dark: bool = False) -> Page:
        context = chromium.new_context(
            base_url=site.base,
            viewport=PHONE if phone else WIDE,
            java_script_enabled=scripts,
            color_scheme="dark" if dark else "light",
            accept_downloads=True,
        )
        contexts.append(context)
        if user is not None:
            site.sign_in(context, user)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert errors == []


def accessibility_problems(page: Page) -> list[str]:
    """What axe-core finds on the page as it stands: rule, and the first element that breaks it."""
    # The policy of our pages refuses foreign scripts; the debugger's own evaluation is exempt from it.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate("axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']})")
    return [f"{found['id']}: {found['nodes'][0]['html'][:160]}" for found in result["violations"]]


def overflows(page: Page) -> bool:
    """Whether the page scrolls sideways as a whole."""
    return bool(page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"))
