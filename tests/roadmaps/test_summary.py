"""The plan on one page: true sentences, and one page whatever the plan."""

import html
import json
import re
from dataclasses import asdict, replace

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from app.db import transaction
from app.exports.pdf import _compiler, laid_out
from app.models import AuditRecord, Roadmap
from app.roadmaps.board import summary_of
from app.roadmaps.items.actions import save_item
from app.roadmaps.items.forms import ItemForm
from app.roadmaps.pages.summary import MOST_LISTED, NamedText, SummaryPage
from tests.conftest import PersonaClient
from tests.roadmaps.conftest import MakePlan
from tests.roadmaps.measured import MEASURED_AT


def pages_of(page: SummaryPage) -> int:
    drawn = _compiler("summary").compile(format="svg", sys_inputs={"summary": json.dumps(asdict(page))})
    return len(drawn) if isinstance(drawn, list) else 1


def test_the_sentences_say_what_the_plan_holds(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan()
    page = summary_of(session, plan)
    use = plan.solution["use"]
    total = round(sum(use["operating"])) + round(sum(use["capital"]))
    days = sum(sum(each) for each in use["skills"].values())
    assert f"€{total:,}k and {days:,.0f} person-days from Q1 2027 to Q4 2028" in page.question
    assert f"{len(plan.solution['starts'])} initiatives over 8 quarters" in page.plan
    assert sum(len(one.items) + one.more for one in page.horizons) == len(plan.solution["starts"])
    assert not re.search(r"nan|None|inf\b", " ".join([page.question, page.plan, page.binds, page.gains_title]))


def test_money_left_over_is_there_in_the_next_year(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan(operating=20, capital_per_year=100)
    operating = summary_of(session, plan).use[0]
    used = plan.solution["use"]["operating"]
    first, second = sum(used[:4]), sum(used[4:])
    assert operating.name == "Operating, €k"
    assert operating.years[0].startswith(f"{first:,.0f} of 80 ")
    assert operating.years[1].startswith(f"{second:,.0f} of {160 - first:,.0f} ")


def test_what_is_left_out_and_what_is_at_risk_come_with_their_reason(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan(operating=8)
    page = summary_of(session, plan)
    cost = {each["id"]: each["cost_of_delay"] for each in plan.explanation["delay"]}
    first = max(plan.solution["left_out"], key=lambda name: (cost[name], [-ord(x) for x in name]))
    assert page.left_out[0].text.startswith(plan.explanation["left_out"][first])
    assert page.risks[0].title == "Nobody in charge"
    for name in plan.solution["starts"]:
        save_item(session, plan, name, ItemForm(owner="Ada"), at=MEASURED_AT)
    assert summary_of(session, plan).risks[0].title != "Nobody in charge"


def test_it_is_one_page_however_large_the_plan(session: Session, make_plan: MakePlan) -> None:
    page = summary_of(session, make_plan())
    assert pages_of(page) == 1
    item = next(one.items[0] for one in page.horizons if one.items)
    long = NamedText("A title that is rather long for a title", "words that go on and on " * 13)
    crowded = replace(
        page,
        horizons=tuple(replace(one, items=(item,) * MOST_LISTED, more=90) for one in page.horizons),
        left_out=(long,) * 4,
        risks=(long,) * 4,
    )
    assert pages_of(crowded) == 1


def test_the_pdf_is_the_same_for_the_same_plan(session: Session, make_plan: MakePlan) -> None:
    plan = make_plan()
    content = asdict(summary_of(session, plan))
    first = laid_out("summary", content, at=plan.created_at)
    assert first.startswith(b"%PDF-")
    assert first == laid_out("summary", content, at=plan.created_at)


def test_without_any_initiative_it_asks_for_a_limit(session: Session, make_plan: MakePlan) -> None:
    skills = dict.fromkeys(make_plan().limits["skills"], 0.0)
    page = summary_of(session, make_plan(operating=0, capital_per_year=0, skills=skills))
    assert page.question.startswith("Which limit do we raise")
    assert pages_of(page) == 1


@pytest.mark.parametrize("address", ["/roadmaps/{}/summary", "/api/v1/roadmaps/{}/summary.pdf"])
def test_members_read_it_and_outsiders_do_not(
    client: PersonaClient, planned_here: Roadmap, engine: Engine, address: str
) -> None:
    here = address.format(planned_here.id)
    answer = client("analyst").get(here)
    assert answer.status_code == 200
    assert client("outsider").get(here).status_code == 404
    if here.endswith("pdf"):
        with transaction(engine) as session:
            acts = session.exec(select(AuditRecord.action).order_by(col(AuditRecord.number).desc())).all()
        assert acts[0] == "roadmap.exported"
        return
    page = html.unescape(answer.text)
    for words in ("Do we spend", "Money and people", "Key risks", "Illustrative baseline", "summary.pdf"):
        assert words in page
