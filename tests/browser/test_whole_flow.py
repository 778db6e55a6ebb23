"""From a new organisation to an adopted roadmap, as people do it: everything through pages, in a real browser."""

import csv
import re
from pathlib import Path

from playwright.sync_api import Page, expect

from app.baselines.actions import ensure_shipped_editions
from app.db import transaction
from tests.browser.conftest import PICTURES, OpenPage, People, Site, accessibility_problems, overflows

PARTICIPANTS = "name,email,unit,role\n" + "\n".join(
    f"Person {number},person{number}@example.org,Everybody,{'leader' if number == 1 else 'specialist'}"
    for number in range(1, 7)
)


def test_from_a_link_to_a_roadmap(site: Site, people: People, open_page: OpenPage, tmp_path: Path) -> None:
    with transaction(site.engine) as session:
        ensure_shipped_editions(session)
    desk = open_page(people.consultant)
    _create_organization(desk)
    assessment = _set_up(desk)
    links = _launch(desk, tmp_path)
    assert len(links) == 6
    for number, link in enumerate(links):
        _answer(open_page(phone=number == 0), site, link, number)
    desk.goto(f"{assessment}/live")
    expect(desk.get_by_role("row", name=re.compile("Everybody"))).to_contain_text("6")
    _picture(desk, "live")
    desk.get_by_role("button", name=re.compile("Close early")).click()
    desk.get_by_role("button", name=re.compile("Close and compute")).click()
    expect(desk).to_have_url(re.compile("/snapshots/"))
    report = desk.url.split("?")[0]
    _read_report(desk, report)
    _plan(desk, report)
    desk.goto("/")
    _picture(desk, "portfolio")


def _create_organization(desk: Page) -> None:
    desk.goto("/")
    desk.get_by_role("link", name="New organisation").click()
    desk.get_by_label("Name", exact=True).fill("Larch Foods")
    desk.get_by_label("Industry").select_option("consumer-goods")
    desk.get_by_label("Size").select_option("1000-4999")
    desk.get_by_label("Region").select_option("europe")
    desk.get_by_label("Business model").select_option("b2c")
    desk.get_by_label(re.compile("Operating model")).select_option("hybrid")
    desk.get_by_label(re.compile("Units")).fill("Everybody, 9")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("heading", level=1)).to_have_text("Larch Foods")


def _set_up(desk: Page) -> str:
    desk.get_by_role("link", name="New assessment").click()
    desk.get_by_label("Name", exact=True).fill("Wave 1, autumn 2026")
    desk.get_by_role("button", name=re.compile("Create")).click()
    expect(desk).to_have_url(re.compile("/setup/strategy"))
    _picture(desk, "setup-strategy")
    desk.get_by_role("button", name="Save and go on").click()
    expect(desk).to_have_url(re.compile("/setup/participants"))
    desk.get_by_label("List of people").fill("name,email,unit,role\nNo Address,,Everybody,leader\n")
    desk.get_by_role("button", name="Import").click()
    expect(desk.get_by_role("alert")).to_be_visible()
    desk.get_by_label("List of people").fill(PARTICIPANTS)
    desk.get_by_role("button", name="Import").click()
    expect(desk.get_by_role("heading", name="6 participants")).to_be_visible()
    base = desk.url.split("/setup/")[0]
    desk.goto(f"{base}/setup/terms")
    desk.get_by_label("Closes (UTC)").fill("2099-01-01T18:00")
    desk.get_by_label("Who asks, and why").fill("To plan next year together.")
    desk.get_by_role("button", name=re.compile("Save and review")).click()
    expect(desk).to_have_url(re.compile("/setup/review"))
    return base


def _launch(desk: Page, folder: Path) -> list[str]:
    desk.get_by_role("button", name="Launch").click()
    expect(desk).to_have_url(re.compile("/live|/setup/participants"))
    with desk.expect_download() as download:
        desk.get_by_role("button", name=re.compile("Download links")).first.click()
    file = folder / "links.csv"
    download.value.save_as(file)
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    column = next(name for name in rows[0] if rows[0][name].startswith("http"))
    return [row[column] for row in rows]


def _answer(page: Page, site: Site, link: str, number: int) -> None:
    """Click through the whole survey; everybody sees it a little differently."""
    page.goto(link)
    page.get_by_role("button", name="Start").click()
    expect(page).to_have_url(re.compile("/answering$"))
    page.get_by_role("link", name=re.compile("Begin")).click()
    if number < 2:
        _picture(page, ("survey-phone", "survey")[number])
    sheet = 0
    while "/answering/check" not in page.url:
        here = page.url
        for place, question in enumerate(page.locator("[data-question]").all()):
            options = question.locator('input[type="radio"]')
            level = (number + sheet + place) % 3 + (0 if sheet % 4 else 1)
            options.nth(min(level, options.count() - 1)).check()
        page.get_by_role("button", name="Continue").click()
        page.wait_for_url(lambda url, before=here: url != before)
        sheet += 1
        assert sheet < 40
    page.get_by_role("button", name=re.compile("Submit")).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")


def _read_report(desk: Page, report: str) -> None:
    expect(desk.get_by_role("heading", level=1)).to_contain_text(re.compile(r"\d\.\d"))
    expect(desk.get_by_text("Illustrative baseline").first).to_be_visible()
    for name, path in {
        "report": "",
        "heatmap": "/heatmap",
        "peers": "/peers",
        "perception": "/perception",
        "priorities": "/priorities",
        "method": "/method",
        "capability": "/capabilities/data.quality",
    }.items():
        response = desk.goto(report + path)
        assert response is not None
        assert response.status == 200, path
        if name in {"report", "heatmap", "capability"}:
            _picture(desk, name)
        assert accessibility_problems(desk) == [], path
        desk.set_viewport_size({"width": 360, "height": 780})
        assert not overflows(desk), path
        desk.set_viewport_size({"width": 1280, "height": 900})


def _plan(desk: Page, report: str) -> None:
    desk.goto(f"{report}/roadmap")
    desk.get_by_role("button", name="Plan the roadmap").click()
    expect(desk).to_have_url(re.compile("/roadmaps/"))
    expect(desk.get_by_role("heading", level=1)).to_contain_text("initiatives lift")
    _picture(desk, "roadmap")
    assert accessibility_problems(desk) == []
    desk.get_by_role("button", name="Adopt this plan").click()
    expect(desk.get_by_text("Adopted plan")).to_be_visible()
    desk.get_by_label(re.compile("Operating budget")).fill("1")
    desk.get_by_role("button", name="Re-plan").click()
    expect(desk.get_by_role("heading", name="What changes")).to_be_visible()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("This what-if")
    desk.set_viewport_size({"width": 360, "height": 780})
    assert not overflows(desk)
    desk.set_viewport_size({"width": 1280, "height": 900})
    desk.locator(".gantt a").first.click()
    expect(desk.get_by_role("heading", name="Measure of success")).to_be_visible()


def _picture(page: Page, name: str) -> None:
    """The pictures of the guides are what the tests see; ``make pictures`` keeps them."""
    if PICTURES is not None:
        PICTURES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=PICTURES / f"{name}.png")
