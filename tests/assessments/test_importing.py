"""Participants by paste, file and JSON: columns by name, every problem by row, nothing half imported, twice is harmless."""

from collections.abc import Sequence

import pytest
from sqlmodel import Session, select

from app.assessments.importing import ImportOutcome, import_participants
from app.assessments.roster import check_rows, choices_of, decode, read_table
from app.models import Assessment, AssessmentUnit, Invitation, Participant, Unit
from questionnaires.load import load_questionnaire
from tests.factories import START, make_assessment, make_organization, make_user

HEADING = "name,email,unit,role"


@pytest.fixture
def draft(session: Session) -> Assessment:
    consultant = make_user(session, consultant=True)
    return make_assessment(session, make_organization(session, consultant), consultant, people={})


def people(session: Session, assessment: Assessment) -> Sequence[Participant]:
    statement = select(Participant).where(Participant.assessment_id == assessment.id).order_by(Participant.email)
    return session.exec(statement).all()


def messages(outcome: ImportOutcome) -> list[str]:
    return [f"{problem.row} {problem.column} {problem.value}: {problem.message}" for problem in outcome.problems]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize(
    "heading",
    [
        ("name", "e-mail", "unit", "role"),
        ("Full name", "E-Mail Address", "Team", "Job role"),
        ("PERSON", "Mail", "Department", "Function"),
    ],
)
def test_columns_are_found_by_name_whatever_separates_them(mark: str, heading: tuple[str, ...]) -> None:
    rows = [heading, ("Ada Okafor", "ada@example.org", "Brand", "Leader")]
    table = read_table("\n".join(mark.join(row) for row in rows))
    assert table.problems == ()
    assert table.rows[0].cells == {"name": "Ada Okafor", "email": "ada@example.org", "unit": "Brand", "role": "Leader"}


def test_columns_may_come_in_any_order_and_unknown_ones_are_named() -> None:
    table = read_table("Role,Shoe size,Unit,E-mail,First name,Last name\nleader,44,Brand,a@example.org,Ada,Okafor\n")
    assert table.ignored == ("Shoe size",)
    assert table.rows[0].cells["name"] == "Ada Okafor"


def test_without_a_heading_the_order_counts() -> None:
    table = read_table("Ada,ada@example.org,Brand,leader\nBo,bo@example.org,Field,manager\n")
    assert [row.cells["unit"] for row in table.rows] == ["Brand", "Field"]
    assert table.rows[0].number == 1


def test_quoted_cells_hold_separators_and_keep_the_row_numbers() -> None:
    table = read_table(
        f'{HEADING}\n"Okafor, Ada",ada@example.org,"Brand; central",leader\n\nBo,bo@example.org,B,leader\n'
    )
    assert [row.number for row in table.rows] == [2, 4]
    assert table.rows[0].cells["name"] == "Okafor, Ada"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "There is nothing in it"),
        ("name,unit,role\nAda,Brand,leader", "No column is called e-mail"),
        ("name,email,role\nAda,a@example.org,leader", "There is no column 'unit'"),
        (f'{HEADING}\n"Ada,a@example.org,Brand,leader', "a quotation mark is opened"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(text: str, words: str) -> None:
    assert words in read_table(text).problems[0].message


@pytest.mark.parametrize(
    "content",
    [
        "näme".encode(),
        b"\xef\xbb\xbf" + "näme".encode(),
        "näme".encode("utf-16"),
        "näme".encode("cp1252"),
    ],
)
def test_files_of_any_usual_encoding_are_read(content: bytes) -> None:
    assert decode(content) == "näme"


def test_every_problem_of_every_row_is_named_with_row_value_and_fix(session: Session, draft: Assessment) -> None:
    text = f"{HEADING}\nAda,ada@,Brand,leader\n,bo@example.org,,chief\nCy,cy@example.org,Brand,manager\n"
    outcome = import_participants(session, draft, text)
    found = messages(outcome)
    assert len(found) == 4
    assert found[0] == "2 e-mail ada@: This is no e-mail address. Write it like name@company.com."
    assert "3 name : The name is empty. Fill it in." in found
    assert "3 unit : The unit is empty. Fill it in." in found
    assert any(text.startswith("3 role chief: ") and "Leader; Manager; Specialist" in text for text in found)


def test_nothing_is_half_imported(session: Session, draft: Assessment) -> None:
    text = f"{HEADING}\nAda,ada@example.org,A new unit,leader\nBo,bo@example.org,Brand,chief\n"
    assert import_participants(session, draft, text).problems
    assert people(session, draft) == []
    assert session.exec(select(Unit.name).where(Unit.name == "A new unit")).first() is None


def test_the_same_address_twice_in_one_list_is_a_problem(session: Session, draft: Assessment) -> None:
    text = f"{HEADING}\nAda,ada@example.org,Brand,leader\nAda O,ADA@example.org,Brand,leader\n"
    assert messages(import_participants(session, draft, text)) == [
        "3 e-mail ada@example.org: The same address stands in row 2. Keep one of the two rows."
    ]


def test_importing_twice_is_harmless(session: Session, draft: Assessment) -> None:
    text = f"{HEADING}\nAda,ada@example.org,Brand,leader\n"
    assert import_participants(session, draft, text).count("added") == 1
    again = import_participants(session, draft, text)
    assert again.count("unchanged") == 1
    assert again.sentence == "0 people added, 1 already there."
    assert len(people(session, draft)) == 1


def test_somebody_already_there_is_updated_before_launch(session: Session, draft: Assessment) -> None:
    import_participants(session, draft, f"{HEADING}\nAda,ada@example.org,Brand,leader\n")
    outcome = import_participants(session, draft, f"{HEADING}\nAda Okafor,Ada@Example.org,Field,manager\n")
    assert outcome.count("updated") == 1
    [ada] = people(session, draft)
    assert (ada.name, ada.role) == ("Ada Okafor", "manager")


def test_unknown_units_are_created_and_said(session: Session, draft: Assessment) -> None:
    outcome = import_participants(
        session, draft, f"{HEADING}\nAda,a@example.org,Events,leader\nBo,b@example.org,events,leader"
    )
    assert outcome.created_units == ("Events",)
    assert "New unit: Events." in outcome.sentence


def test_units_are_found_whatever_their_capitals(session: Session, draft: Assessment) -> None:
    outcome = import_participants(session, draft, f"{HEADING}\nAda,a@example.org,  bRAND ,leader\n")
    assert outcome.created_units == ()


def test_seniority_is_optional_and_checked(session: Session, draft: Assessment) -> None:
    heading = f"{HEADING},years of experience\n"
    good = import_participants(
        session, draft, f"{heading}Ada,a@example.org,Brand,leader,3 to 9 years\nBo,b@example.org,Brand,leader,"
    )
    assert not good.problems
    assert [person.seniority for person in people(session, draft)] == ["years-3-9", ""]
    bad = import_participants(session, draft, f"{heading}Cy,c@example.org,Brand,leader,ages\n")
    assert messages(bad)[0].startswith("2 seniority ages: This seniority is not one")


def test_after_launch_new_people_are_invited_and_the_others_stay(session: Session) -> None:
    consultant = make_user(session, consultant=True)
    assessment = make_assessment(
        session, make_organization(session, consultant), consultant, status="open", people={"Brand": 2}
    )
    old = people(session, assessment)[0]
    text = f"{HEADING}\nMoved,{old.email},Field,manager\nNew,zz@example.org,Events,leader\n"
    outcome = import_participants(session, assessment, text, at=START)
    assert (outcome.count("kept"), outcome.count("added")) == (1, 1)
    assert people(session, assessment)[0].name == old.name != "Moved"
    assert len(session.exec(select(Invitation).where(Invitation.assessment_id == assessment.id)).all()) == 3
    units = session.exec(select(AssessmentUnit.name).where(AssessmentUnit.assessment_id == assessment.id)).all()
    assert "Events" in units


def test_control_characters_are_refused() -> None:
    questionnaire = load_questionnaire("mops-core")
    table = read_table(f'{HEADING}\n"A\x07da",a@example.org,"Br\nand",leader\n')
    _, problems = check_rows(table.rows, choices_of(questionnaire, "profile.role"), choices_of(questionnaire, "x"))
    assert [problem.column for problem in problems] == ["name", "unit"]


@pytest.mark.parametrize(
    "email", ["a", "a@b", "a b@example.org", "@example.org", "a@", "<a@example.org>", "a@exa..mple.org", "a@b.c, d@e.f"]
)
def test_addresses_that_are_none_are_refused(email: str) -> None:
    questionnaire = load_questionnaire("mops-core")
    table = read_table(f'{HEADING}\nAda,"{email}",Brand,leader\n')
    _, problems = check_rows(table.rows, choices_of(questionnaire, "profile.role"), choices_of(questionnaire, "x"))
    assert [problem.column for problem in problems] == ["e-mail"]
