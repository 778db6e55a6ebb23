"""Every mistake in an initiative library is named by file, line and fix; so are circles of prerequisites."""

from pathlib import Path

import pytest

from questionnaires.load import read_library
from tests.questionnaires.files import changed, library_refusal, small

STEP = """  - id: {id}
    capability: {capability}
    from: {start}
    to: {end}
    title: {title}
    summary: What is done, in one sentence.
    monday: What people do differently from the first Monday after it.
    deliverables: [a list, a template]
    milestones:
      - {{at: 0.5, text: Half of it}}
      - {{at: 1.0, text: All of it}}
    measure: {{what: Share of projects, how: Count them, baseline: 10%, target: 60%}}
    effort: {{design: [2, 4]}}
    cost: {{operating: [0, 1], capital: [0, 0]}}
    duration: [1, 3]
    requires:
      capabilities: {{{levels}}}
      initiatives: [{initiatives}]
    suppliers: []
    risks: [Nobody has time. Plan it in.]
    quick_win: true
"""
HEAD = """questionnaire: ux-small
version: 1.0.0
currency_unit: thousand
skills:
  - {id: design, name: Design}
  - {id: engineering, name: Engineering}
initiatives:
"""
STOP = """stop:
  - {capability: design.system, advice: Stop drawing buttons.}
"""


def step(identifier: str, start: str, end: str, **options: str) -> str:
    capability = identifier.rsplit(".", 1)[0]
    given = {"title": "A name", "levels": "", "initiatives": ""} | options
    return STEP.format(id=identifier, capability=capability, start=start, end=end, **given)


GOOD = (
    HEAD
    + step("research.interviews.0-1", "absent", "occasional")
    + step("research.interviews.1-2", "occasional", "agreed", levels="research.testing: occasional")
    + step("research.testing.0-1", "absent", "occasional", initiatives="research.interviews.0-1")
    + STOP
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "initiatives.yaml"


def refused(file: Path, text: str) -> list[str]:
    file.write_text(text, encoding="utf-8")
    return library_refusal(file, small())


def test_a_library_of_a_scale_that_starts_at_nought_is_read(file: Path) -> None:
    file.write_text(GOOD, encoding="utf-8")
    library = read_library(file, small())
    assert [initiative.id for initiative in library] == [
        "research.interviews.0-1",
        "research.interviews.1-2",
        "research.testing.0-1",
    ]
    assert library.of("research.testing")[0].requires_initiatives == ("research.interviews.0-1",)
    assert library.stop == {"design.system": "Stop drawing buttons."}


MISTAKES = [
    ("questionnaire: ux-small", "questionnaire: mops-core", "is for 'mops-core', not for 'ux-small'"),
    ("capability: research.interviews", "capability: research.diaries", "unknown capability 'research.diaries'"),
    ("from: absent", "from: l1", "'l1' is not a level of the scale (absent, occasional, agreed, lived)"),
    ("to: occasional", "to: absent", "must be above the level it starts from (absent)"),
    ("duration: [1, 3]", "duration: [3, 1]", "[3, 1]: the low end comes first"),
    ("cost: {operating: [0, 1]", "cost: {operating: [2, 1]", "[2, 1]: the low end comes first"),
    ("effort: {design: [2, 4]}", "effort: {magic: [2, 4]}", "unknown skill 'magic' (design, engineering)"),
    ("effort: {design: [2, 4]}", "effort: {design: [-2, 4]}", "greater than or equal to 0"),
    ("effort: {design: [2, 4]}", "effort: {design: [2]}", "at least 2 items"),
    ("effort: {design: [2, 4]}", "effort: {}", "at least 1 item"),
    ("deliverables: [a list, a template]", "deliverables: [a list]", "at least 2 items"),
    ("quick_win: true", "quickwin: true", "is not a known field"),
    ("title: A name", f"title: {'A name ' * 9}", "at most 48 characters"),
    ("capability: design.system, advice", "capability: design.love, advice", "unknown capability 'design.love'"),
]


@pytest.mark.parametrize(("old", "new", "message"), MISTAKES, ids=[new[:50] for _, new, _ in MISTAKES])
def test_a_mistake_is_named_with_its_line(file: Path, old: str, new: str, message: str) -> None:
    text, line = changed(GOOD, old, new)
    said = refused(file, text)
    matching = [problem for problem in said if message in problem]
    assert matching, said
    assert matching[0].startswith(f"{file}:{line}: ")


def test_milestones_go_up_and_end_at_the_end(file: Path) -> None:
    for old, new in (
        ("at: 0.5", "at: 1.0"),
        ("at: 1.0", "at: 0.9"),
        ("at: 0.5", "at: 0.99, text: x}\n      - {at: 0.1"),
    ):
        text, _ = changed(GOOD, old, new)
        assert any("milestones go up and the last is at 1.0" in said for said in refused(file, text))


def test_prerequisites_exist(file: Path) -> None:
    unknown = HEAD + step("design.system.0-1", "absent", "occasional", initiatives="design.system.9-9")
    assert refused(file, unknown)[0].endswith("unknown initiative 'design.system.9-9'")
    for levels in ("design.love: agreed", "design.system: perfect"):
        text = HEAD + step("design.system.0-1", "absent", "occasional", levels=levels)
        assert refused(file, text)[0].endswith(f"'{levels}' is not a capability and level")


def test_an_id_stands_once(file: Path) -> None:
    twice = HEAD + step("design.system.0-1", "absent", "occasional") * 2
    assert any("initiative id 'design.system.0-1' stands 2 times" in said for said in refused(file, twice))


def test_an_initiative_that_waits_for_itself_is_refused(file: Path) -> None:
    (said,) = refused(file, HEAD + step("design.system.0-1", "absent", "occasional", initiatives="design.system.0-1"))
    assert said.endswith("waits for itself: design.system.0-1 → design.system.0-1")


def test_a_circle_of_initiatives_is_refused(file: Path) -> None:
    text = (
        HEAD
        + step("design.system.0-1", "absent", "occasional", initiatives="research.testing.0-1")
        + step("design.accessibility.0-1", "absent", "occasional", initiatives="design.system.0-1")
        + step("research.testing.0-1", "absent", "occasional", initiatives="design.accessibility.0-1")
    )
    (said,) = refused(file, text)
    assert (
        "waits for itself: design.system.0-1 → research.testing.0-1 → design.accessibility.0-1 → design.system.0-1"
        in said
    )


def test_a_circle_through_required_levels_is_refused(file: Path) -> None:
    text = (
        HEAD
        + step("design.system.0-1", "absent", "occasional", levels="research.testing: agreed")
        + step("research.testing.0-1", "absent", "occasional", levels="design.system: occasional")
        + step("research.testing.1-2", "occasional", "agreed")
    )
    (said,) = refused(file, text)
    assert "waits for itself: " in said
    assert "research.testing.1-2 → research.testing.0-1 → design.system.0-1" in said


def test_ten_thousand_initiatives_are_refused_by_their_number(file: Path) -> None:
    file.write_text(HEAD.replace("initiatives:\n", f"initiatives: [{'{}, ' * 10_000}]\n"), encoding="utf-8")
    (said,) = library_refusal(file, small())
    assert "initiatives.yaml:7: 'initiatives': list should have at most 1000 items" in said


def test_a_long_chain_is_no_circle(file: Path) -> None:
    levels = ("absent", "occasional", "agreed", "lived")
    text = HEAD
    for before, capability in (
        ("", "design.system"),
        ("design.system", "design.accessibility"),
        ("design.accessibility", "research.testing"),
    ):
        for place in range(3):
            needs = f"{before}: {levels[place + 1]}" if before else ""
            text += step(f"{capability}.{place}-{place + 1}", levels[place], levels[place + 1], levels=needs)
    file.write_text(text, encoding="utf-8")
    assert len(read_library(file, small()).initiatives) == 9
