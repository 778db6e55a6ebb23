"""Expected levels: every figure adds up, from the capability to the whole, beside target and peers."""

import html

import pytest
from sqlmodel import Session

from app.models import Roadmap
from app.roadmaps.actions import plan_scenario
from app.roadmaps.forms import PlanForm
from app.roadmaps.opening import view_of
from app.roadmaps.pages.expected import BOTTOM, TOP, expected
from app.roadmaps.pages.levels import capability_levels, dimension_levels, expected_levels
from app.roadmaps.pages.view import period_names
from scoring.results import CapabilityResult, DimensionResult, Overall
from tests.conftest import PersonaClient
from tests.roadmaps.conftest import SECONDS, MakePlan
from tests.roadmaps.measured import MEASURED_AT


def test_a_level_rises_by_the_gain_when_its_initiative_has_ended(session: Session, make_plan: MakePlan) -> None:
    view = view_of(session, make_plan())
    levels = capability_levels(view)
    gains = {x["id"]: x["gain"] for x in view.roadmap.problem["initiatives"]}
    for capability, row in levels.items():
        measured = view.result.capability(capability)
        assert isinstance(measured, CapabilityResult)
        for period, value in enumerate(row):
            ended = [name for name, start in view.starts.items() if start + view.durations[name] - 1 <= period]
            assert value == pytest.approx(measured.estimate + sum(gains[name].get(capability, 0) for name in ended))


def test_dimensions_and_the_whole_are_means_of_what_is_below(session: Session, make_plan: MakePlan) -> None:
    view = view_of(session, make_plan())
    capabilities, dimensions, whole = capability_levels(view), dimension_levels(view), expected_levels(view)
    overall = view.result.overall
    assert isinstance(overall, Overall)
    assert whole
    lifts = []
    for x in view.result.dimensions:
        assert isinstance(x, DimensionResult)
        inside = [c for c in view.result.capabilities if isinstance(c, CapabilityResult) and c.dimension == x.id]
        lift = sum(capabilities[c.id][-1] - c.estimate for c in inside) / len(inside)
        assert dimensions[x.id][-1] == pytest.approx(x.estimate + lift)
        lifts.append(lift)
    assert whole[-1] == pytest.approx(overall.estimate + sum(lifts) / len(lifts))


def test_everything_drawn_lies_on_the_axis_and_is_said_in_words(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan()
    poor = plan_scenario(session, plan, None, PlanForm(operating=2.0), at=MEASURED_AT, seconds=SECONDS)
    view, before = view_of(session, poor), view_of(session, plan)
    page = expected(view, before, period_names(view.limits))
    assert page
    assert [panel.name for panel in page.panels] == ["Overall", *(x.name for x in view.questionnaire.dimensions)]
    assert page.label == (view.result.peers.label if view.result.peers else "")
    assert any(panel.before_path for panel in page.panels)
    for panel in page.panels:
        heights = [panel.now_y, panel.end_y, panel.target_y, panel.median_y]
        assert all(TOP <= y <= BOTTOM for y in heights if y is not None)
        assert panel.path.count("V") == view.limits.periods
        assert list(panel.levels) == sorted(panel.levels)
        for word, value in (("target", panel.target), ("peers' median", panel.median)):
            assert (f"{word} {value:.1f}" in panel.words) if value is not None else word not in panel.words


def test_the_page_shows_levels_with_the_peers_and_their_label(client: PersonaClient, planned_here: Roadmap) -> None:
    page = html.unescape(client("analyst").get(f"/roadmaps/{planned_here.id}").text)
    levels = page.split('id="levels"')[1].split("</section>")[0]
    assert "gains most, from" in levels
    assert levels.count("peers' median") >= 6
    assert "Illustrative" in levels
    assert "Expected level at the end of each quarter" in levels
