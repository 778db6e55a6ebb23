"""Living with a plan in a real browser: what-ifs side by side, adoption, progress, a review; by keyboard where it matters."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.clock import now
from app.db import transaction
from app.models import Organization
from app.roadmaps.actions import plan_roadmap
from app.roadmaps.forms import PlanForm
from tests.browser.conftest import OpenPage, People, Site, accessibility_problems, overflows
from tests.roadmaps.measured import measured


@pytest.fixture
def plan(site: Site, people: People) -> str:
    """The address of a proposed plan."""
    with transaction(site.engine) as session:
        organization = session.get_one(Organization, people.organization_id)
        snapshot = measured(session, organization, people.consultant)
        return f"/roadmaps/{plan_roadmap(session, snapshot, None, PlanForm(), at=now(), seconds=0.3).id}"


def test_what_ifs_are_tried_compared_and_adopted_and_the_plan_is_reviewed(
    plan: str, people: People, open_page: OpenPage
) -> None:
    desk = open_page(people.leader)
    desk.goto(plan)
    _try(desk, "Budget cut", "Operating budget", "4")
    expect(desk.get_by_role("heading", level=1)).to_contain_text(re.compile("This what-if (drops|adds|moves)"))
    expect(desk.get_by_role("heading", name="What changes")).to_be_visible()
    _try(desk, "More people", "Marketing operations, days", "90")
    adopted = _compare_and_adopt(desk, plan)
    _start_the_first(desk, adopted)
    _review(desk, adopted)


def _try(desk: Page, name: str, limit: str, value: str) -> None:
    """By keyboard: the name is the last field before the button."""
    desk.get_by_label(re.compile(limit)).fill(value)
    field = desk.get_by_label("Name of the new what-if")
    field.fill(name)
    field.press("Tab")
    expect(desk.get_by_role("button", name="Re-plan")).to_be_focused()
    desk.keyboard.press("Enter")
    expect(desk.get_by_text(f"“{name}”, not adopted.")).to_be_visible()


def _compare_and_adopt(desk: Page, plan: str) -> str:
    desk.goto(f"{plan}/compare")
    for name in ("Budget cut", "More people"):
        expect(desk.get_by_role("columnheader", name=re.compile(name))).to_be_visible()
    assert accessibility_problems(desk) == []
    desk.get_by_role("columnheader", name=re.compile("More people")).get_by_role("link").click()
    desk.get_by_role("button", name="Adopt this plan").click()
    desk.get_by_role("dialog").get_by_role("button", name="Adopt this plan").click()
    expect(desk.get_by_text("Adopted plan")).to_be_visible()
    return desk.url


def _start_the_first(desk: Page, adopted: str) -> None:
    desk.locator(".gantt a").first.click()
    desk.get_by_label("Owner").fill("R. Okafor")
    desk.get_by_label("Status").select_option("started")
    desk.get_by_role("button", name="Save").click()
    desk.goto(adopted)
    expect(desk.get_by_text("R. Okafor").first).to_be_visible()


def _review(desk: Page, adopted: str) -> None:
    desk.get_by_role("link", name="Progress and reviews").click()
    desk.get_by_label(re.compile("Operating budget")).fill("6")
    desk.get_by_label(re.compile("What has changed")).fill("Finance has cut the budget.")
    desk.get_by_role("button", name="Plan the rest again").click()
    expect(desk.get_by_text("Kept, because it has started").first).to_be_visible()
    expect(desk.get_by_text("Finance has cut the budget.")).to_be_visible()
    desk.set_viewport_size({"width": 360, "height": 780})
    assert not overflows(desk)
    desk.set_viewport_size({"width": 1280, "height": 900})
    desk.get_by_role("button", name="Adopt this plan").click()
    desk.get_by_role("dialog").get_by_role("button", name="Adopt this plan").click()
    expect(desk.get_by_text("Adopted plan")).to_be_visible()
    assert desk.url != adopted
