"""Answering without JavaScript: the same forms, posted page by page, with the same revisions."""

import pytest
from sqlalchemy import Engine
from sqlmodel import Session, select

from app.models import Answer
from questionnaires.load import load_questionnaire
from tests.responses.surveys import OTHER, PAGE, QUESTION, SitDown, Sitting, Survey, form_of

MOPS = load_questionnaire("mops-core")


@pytest.fixture
def sitting(sit: SitDown, survey: Survey) -> Sitting:
    return sit(survey.links[0])


def stored(engine: Engine) -> dict[str, Answer]:
    with Session(engine) as session:
        return {row.question_id: row for row in session.exec(select(Answer)).all()}


def test_hub_lists_every_capability_and_its_state(sitting: Sitting) -> None:
    sitting.put(value="l3")
    page = sitting.client.get("/answering").text
    for capability in MOPS.capabilities:
        assert f"/answering/{capability.id}" in page
    assert "1 of" in page


def test_a_page_asks_its_questions_low_to_high_with_nothing_preselected(sitting: Sitting) -> None:
    page = sitting.client.get(PAGE).text
    texts = [option.text.replace("'", "&#39;") for option in MOPS.question(QUESTION).options]
    places = [page.index(text) for text in texts]
    assert places == sorted(places)
    assert page.count("<legend") == 2
    assert "q.data.quality.1" not in form_of(page)


def test_posting_a_page_saves_it_and_goes_on(sitting: Sitting, engine: Engine) -> None:
    answer = sitting.post(**{f"q.{QUESTION}": "l3", f"q.{OTHER}": "dont_know", f"comment.{OTHER}": "New here."})
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/answering/")
    assert answer.headers["location"] != PAGE
    rows = stored(engine)
    assert (rows[QUESTION].option_id, rows[OTHER].status, rows[OTHER].comment) == ("l3", "dont_know", "New here.")


def test_what_was_saved_is_shown_again(sitting: Sitting) -> None:
    sitting.post(**{f"q.{QUESTION}": "l3", f"comment.{QUESTION}": "Ask <the> stewards & co."})
    form = form_of(sitting.client.get(PAGE).text)
    assert form[f"q.{QUESTION}"] == "l3"
    assert form[f"comment.{QUESTION}"] == "Ask <the> stewards & co."
    assert form[f"base.{QUESTION}"] == "1"


def test_posting_unchanged_makes_no_new_revision(sitting: Sitting, engine: Engine) -> None:
    sitting.post(**{f"q.{QUESTION}": "l3"})
    sitting.post()
    assert stored(engine)[QUESTION].revision == 1


def test_leaving_a_page_empty_stores_nothing(sitting: Sitting, engine: Engine) -> None:
    assert sitting.post().status_code == 303
    assert stored(engine) == {}


def test_pressing_the_button_twice_saves_once(sitting: Sitting, engine: Engine) -> None:
    form = form_of(sitting.client.get(PAGE).text) | {f"q.{QUESTION}": "l3"}
    assert sitting.send(PAGE, form).status_code == 303
    assert sitting.send(PAGE, form).status_code == 303
    assert stored(engine)[QUESTION].revision == 1


def test_not_applicable_asks_why_and_keeps_what_was_typed(sitting: Sitting, engine: Engine) -> None:
    answer = sitting.post(**{f"q.{QUESTION}": "not_applicable", f"q.{OTHER}": "l2", f"comment.{OTHER}": "kept"})
    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert f'href="#reason.{QUESTION}"' in answer.text
    form = form_of(answer.text)
    assert (form[f"q.{QUESTION}"], form[f"q.{OTHER}"], form[f"comment.{OTHER}"]) == ("not_applicable", "l2", "kept")
    assert stored(engine)[OTHER].option_id == "l2"

    answer = sitting.send(PAGE, form | {f"reason.{QUESTION}": "Sales owns this."})
    assert answer.status_code == 303
    assert stored(engine)[QUESTION].reason == "Sales owns this."


def test_a_bad_link_to_evidence_is_shown_beside_what_was_typed(sitting: Sitting, engine: Engine) -> None:
    answer = sitting.post(**{f"q.{QUESTION}": "l3", f"evidence.{QUESTION}": "intranet/rules"})
    assert answer.status_code == 422
    assert "Start the link with https:// or http://" in answer.text
    assert form_of(answer.text)[f"evidence.{QUESTION}"] == "intranet/rules"
    assert form_of(answer.text)[f"q.{QUESTION}"] == "l3"


@pytest.fixture
def conflicting(sitting: Sitting) -> tuple[Sitting, dict[str, str]]:
    """A page that was opened before another device answered, and what was then filled in on it."""
    form = form_of(sitting.client.get(PAGE).text)
    sitting.put(value="l1", mutation="phone")
    return sitting, form | {f"q.{QUESTION}": "l5", f"q.{OTHER}": "l2"}


def test_conflict_shows_both_answers_and_saves_the_rest(
    conflicting: tuple[Sitting, dict[str, str]], engine: Engine
) -> None:
    sitting, form = conflicting
    answer = sitting.send(PAGE, form)
    assert answer.status_code == 422
    options = MOPS.question(QUESTION).options
    for option in (options[0], options[4]):
        assert answer.text.count(option.text.replace("'", "&#39;")) >= 2
    rows = stored(engine)
    assert (rows[QUESTION].option_id, rows[OTHER].option_id) == ("l1", "l2")


def test_conflict_can_be_settled_for_the_one_from_here(
    conflicting: tuple[Sitting, dict[str, str]], engine: Engine
) -> None:
    sitting, form = conflicting
    again = form_of(sitting.send(PAGE, form).text)
    assert again[f"q.{QUESTION}"] == "l5"
    assert sitting.send(PAGE, again | {f"keep.{QUESTION}": "yours"}).status_code == 303
    assert (stored(engine)[QUESTION].option_id, stored(engine)[QUESTION].revision) == ("l5", 2)


def test_conflict_can_be_settled_for_the_saved_one(conflicting: tuple[Sitting, dict[str, str]], engine: Engine) -> None:
    sitting, form = conflicting
    again = form_of(sitting.send(PAGE, form).text)
    assert sitting.send(PAGE, again | {f"keep.{QUESTION}": "current"}).status_code == 303
    assert (stored(engine)[QUESTION].option_id, stored(engine)[QUESTION].revision) == ("l1", 1)
    assert stored(engine)[OTHER].option_id == "l2"


def test_conflict_is_never_settled_silently(conflicting: tuple[Sitting, dict[str, str]], engine: Engine) -> None:
    """A third device answers while the person chooses: they are asked again."""
    sitting, form = conflicting
    again = form_of(sitting.send(PAGE, form).text)
    sitting.put(value="l3", mutation="tablet", base=1)
    assert sitting.send(PAGE, again | {f"keep.{QUESTION}": "yours"}).status_code == 422
    assert stored(engine)[QUESTION].option_id == "l3"


def test_a_page_needs_its_form_token(sitting: Sitting, engine: Engine) -> None:
    form = form_of(sitting.client.get(PAGE).text) | {f"q.{QUESTION}": "l3"}
    assert sitting.send(PAGE, form | {"csrf": "guessed"}).status_code == 403
    assert stored(engine) == {}


def test_a_foreign_option_is_refused_and_nothing_of_the_page_is_half_written(sitting: Sitting, engine: Engine) -> None:
    answer = sitting.post(**{f"q.{QUESTION}": "l3", f"q.{OTHER}": "l77"})
    assert answer.status_code == 422
    assert "is not an option of" in answer.text
    assert stored(engine) == {}


def test_there_is_no_such_page(sitting: Sitting) -> None:
    assert sitting.client.get("/answering/data.fortune-telling").status_code == 404


def test_after_submission_a_late_page_says_so(sitting: Sitting, engine: Engine) -> None:
    form = form_of(sitting.client.get(PAGE).text) | {f"q.{QUESTION}": "l3", f"comment.{QUESTION}": "typed slowly"}
    sitting.submit()
    answer = sitting.send(PAGE, form)
    assert answer.status_code == 410
    assert stored(engine) == {}


def test_outcomes_have_their_own_page_and_about_you_asks_only_what_is_unknown(sitting: Sitting) -> None:
    outcomes = sitting.client.get("/answering/outcomes").text
    assert all(outcome.text.replace("'", "&#39;") in outcomes for outcome in MOPS.outcomes)
    about = sitting.client.get("/answering/about-you").text
    assert "q.profile.seniority" in about
    assert "q.profile.role" not in about


def test_whole_survey_without_scripts(sit: SitDown, survey: Survey, engine: Engine) -> None:
    """From the link to the receipt by links and buttons alone."""
    sitting = sit(survey.links[1])
    path = f"/answering/{MOPS.capabilities[0].id}"
    for _ in range(len(MOPS.capabilities) + 3):
        if path == "/answering/check":
            break
        form = form_of(sitting.client.get(path).text)
        asked = [name.removeprefix("base.") for name in form if name.startswith("base.")]
        answer = sitting.send(path, form | {f"q.{question}": _first_option(question) for question in asked})
        assert answer.status_code == 303, answer.text
        path = answer.headers["location"]
    assert path == "/answering/check"
    form = form_of(sitting.client.get(path).text)
    answer = sitting.send("/answering/submit", form)
    assert answer.headers["location"] == "/answering/receipt"
    assert len(stored(engine)) == len(MOPS.asked) + 1


def _first_option(question: str) -> str:
    if question.startswith("profile."):
        return next(asked for asked in MOPS.profile if asked.id == question).options[0].id
    return MOPS.question(question).options[0].id


def test_script_and_form_share_their_revisions(sitting: Sitting) -> None:
    form = form_of(sitting.client.get(PAGE).text)
    saved = sitting.put(value="l3", mutation=form[f"mutation.{QUESTION}"])
    assert saved.json()["revision"] == 1
    assert sitting.send(PAGE, form | {f"q.{QUESTION}": "l3"}).status_code == 303
    assert sitting.answers()[QUESTION]["revision"] == 1
