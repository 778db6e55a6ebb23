"""A respondent in a real browser: nothing typed is ever lost."""

import re
import zlib

import pytest
from playwright.sync_api import Page, Route, expect
from sqlmodel import select

from app.clock import now
from app.db import transaction
from app.models import Answer, Assessment, Organization, Response
from tests.browser.conftest import OpenPage, People, Site, accessibility_problems, overflows
from tests.factories import make_assessment, make_links

PAGE = "/answering/people.operating-model"


@pytest.fixture
def link(site: Site, people: People) -> str:
    """The address of one person's invitation to an open assessment."""
    return f"/a/{_tokens(site, people)[0]}"


def _tokens(site: Site, people: People) -> list[str]:
    with transaction(site.engine) as session:
        organization = session.get_one(Organization, people.organization_id)
        assessment = make_assessment(session, organization, people.consultant, status="open", at=now())
        return [token for _, token in make_links(session, assessment, at=now())]


def _start(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Start").click()
    expect(page).to_have_url(re.compile("/answering$"))


def _stored(site: Site) -> dict[str, str]:
    with transaction(site.engine) as session:
        return {row.question_id: row.option_id or row.status for row in session.exec(select(Answer)).all()}


def test_choosing_saves_by_itself(site: Site, open_page: OpenPage, link: str) -> None:
    page = open_page(phone=True)
    _start(page, link)
    page.goto(PAGE)
    page.locator('input[name="q.people.operating-model.1"][value="l3"]').check()
    expect(page.locator('[data-question="people.operating-model.1"] [data-question-status]')).to_contain_text("Saved")
    assert _stored(site) == {"people.operating-model.1": "l3"}


def test_answers_survive_a_lost_network_and_a_reload(site: Site, open_page: OpenPage, link: str) -> None:
    page = open_page()
    _start(page, link)
    page.goto(PAGE)

    def refuse(route: Route) -> None:
        route.abort()

    page.route("**/api/v1/**", refuse)
    page.locator('input[name="q.people.operating-model.1"][value="l4"]').check()
    page.locator('[name="comment.people.operating-model.1"]').fill("Typed while the train was in a tunnel.")
    status = page.locator('[data-question="people.operating-model.1"] [data-question-status]')
    expect(status).to_contain_text("Not saved yet")
    page.reload()
    expect(page.locator('input[name="q.people.operating-model.1"][value="l4"]')).to_be_checked()
    expect(page.locator('[name="comment.people.operating-model.1"]')).to_have_value(
        "Typed while the train was in a tunnel."
    )
    expect(status).to_contain_text("Not saved yet")
    assert _stored(site) == {}
    page.unroute("**/api/v1/**")
    expect(status).to_contain_text("Saved", timeout=20_000)
    assert _stored(site) == {"people.operating-model.1": "l4"}
    with transaction(site.engine) as session:
        assert session.exec(select(Answer)).one().comment == "Typed while the train was in a tunnel."


def test_two_devices_ask_which_answer_stays(site: Site, open_page: OpenPage, link: str) -> None:
    first = open_page()
    _start(first, link)
    second = open_page()
    second.goto(link)
    second.get_by_role("button", name="Continue").click()
    first.goto(PAGE)
    second.goto(PAGE)
    first.locator('input[name="q.people.operating-model.1"][value="l2"]').check()
    expect(first.locator('[data-question="people.operating-model.1"] [data-question-status]')).to_contain_text("Saved")
    second.locator('input[name="q.people.operating-model.1"][value="l5"]').check()
    conflict = second.locator('[data-question="people.operating-model.1"]')
    expect(conflict).to_contain_text("somewhere else")
    assert _stored(site) == {"people.operating-model.1": "l2"}


def test_the_whole_survey_works_without_scripts(site: Site, open_page: OpenPage, link: str) -> None:
    page = open_page(phone=True, scripts=False)
    _start(page, link)
    page.get_by_role("link", name=re.compile("Begin")).click()
    page.locator('input[value="l2"]').first.check()
    page.locator('input[value="not_applicable"]').last.check()
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("alert")).to_contain_text("Say why")
    page.locator('[name^="reason."]').last.fill("I work on the home market only")
    page.get_by_role("button", name="Continue").click()
    expect(page).not_to_have_url(re.compile("operating-model$"))
    page.goto("/answering/check")
    page.get_by_role("button", name=re.compile("Submit")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    with transaction(site.engine) as session:
        response = session.exec(select(Response)).one()
        assert response.vector is not None
        assert response.vector[:2] == bytes([2, 255])


def test_resume_on_another_device_then_receipt(site: Site, open_page: OpenPage, link: str) -> None:
    first = open_page()
    _start(first, link)
    first.goto(PAGE)
    first.locator('input[name="q.people.operating-model.1"][value="l3"]').check()
    expect(first.locator('[data-question="people.operating-model.1"] [data-question-status]')).to_contain_text("Saved")
    phone = open_page(phone=True)
    phone.goto(link)
    phone.get_by_role("button", name="Continue").click()
    expect(phone.get_by_text("1 of 60")).to_be_visible()
    phone.goto(PAGE)
    expect(phone.locator('input[name="q.people.operating-model.1"][value="l3"]')).to_be_checked()
    phone.goto("/answering/check")
    phone.get_by_role("button", name=re.compile("Submit")).click()
    expect(phone.get_by_role("heading", level=1)).to_contain_text("Thank you")
    first.goto(PAGE)
    expect(first).to_have_url(re.compile("receipt$"))


def test_the_keyboard_answers_a_question(site: Site, open_page: OpenPage, link: str) -> None:
    page = open_page()
    _start(page, link)
    page.goto(PAGE)
    page.locator('input[name="q.people.operating-model.1"]').first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator('[data-question="people.operating-model.1"] [data-question-status]')).to_contain_text("Saved")
    expect(page.locator('input[name="q.people.operating-model.1"][value="l3"]')).to_be_checked()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_respondent_pages_are_accessible_and_fit(site: Site, open_page: OpenPage, link: str, dark: bool) -> None:
    page = open_page(phone=True, dark=dark)
    page.goto(link)
    assert accessibility_problems(page) == []
    page.get_by_role("button", name="Start").click()
    for path in ("/answering", PAGE, "/answering/outcomes", "/answering/check"):
        page.goto(path)
        assert accessibility_problems(page) == [], path
        page.set_viewport_size({"width": 320, "height": 640})
        assert not overflows(page), path
        page.set_viewport_size({"width": 360, "height": 780})


def test_a_respondent_page_is_light(site: Site, open_page: OpenPage, link: str) -> None:
    """Under 100 kB in total, the font included; counted as the bytes of bodies before compression by a proxy."""
    page = open_page(phone=True)
    _start(page, link)
    sizes: list[int] = []
    page.on("response", lambda response: sizes.append(_compressed(response.body())))
    page.goto(PAGE)
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < 100_000


def _compressed(body: bytes) -> int:
    return min(len(body), len(zlib.compress(body, 6)))


def test_a_closed_window_keeps_what_was_typed_on_the_page(site: Site, open_page: OpenPage, link: str) -> None:
    page = open_page()
    _start(page, link)
    page.goto(PAGE)
    with transaction(site.engine) as session:
        assessment = session.exec(select(Assessment)).one()
        assessment.status = "closed"
        session.add(assessment)
    page.locator('[name="comment.people.operating-model.1"]').fill("A thought that came too late.")
    page.locator('input[name="q.people.operating-model.1"][value="l3"]').check()
    expect(page.locator('[data-question="people.operating-model.1"]')).to_contain_text(
        re.compile("closed", re.IGNORECASE)
    )
    expect(page.locator('[name="comment.people.operating-model.1"]')).to_have_value("A thought that came too late.")
