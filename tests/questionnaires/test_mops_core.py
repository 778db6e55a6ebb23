"""The shipped content: complete, distinct, ordered, readable."""

import re
from difflib import SequenceMatcher
from itertools import combinations

import pytest

from questionnaires.load import load_library, load_questionnaire
from questionnaires.schema import Capability, Initiative, Question

MOPS = load_questionnaire("mops-core")
LIBRARY = load_library("mops-core")
LEVELS = [level.id for level in MOPS.scale.levels]
WORDS_A_MINUTE = 238
"""Silent reading of English non-fiction by adults (Brysbaert 2019, doi:10.1016/j.jml.2019.104047)."""
HEDGES = re.compile(
    r"\b(somewhat|fairly|quite|rather|mostly|partly|largely|adequately|sufficiently|appropriately|fully|completely)\b",
    re.IGNORECASE,
)
COMPARISON = re.compile(
    r"\b(more|better|fully|even|further|greater|higher|stronger|deeper|wider|best)\b", re.IGNORECASE
)

each_question = pytest.mark.parametrize("question", MOPS.questions, ids=lambda question: question.id)
each_capability = pytest.mark.parametrize("capability", MOPS.capabilities, ids=lambda capability: capability.id)
each_initiative = pytest.mark.parametrize("initiative", LIBRARY.initiatives, ids=lambda initiative: initiative.id)


def words(text: str) -> list[str]:
    return re.findall(r"[\w'’-]+", text.lower())


def test_the_model_is_the_one_that_is_promised() -> None:
    assert [dimension.id for dimension in MOPS.dimensions] == ["people", "process", "technology", "data", "analytics"]
    assert [len(dimension.capabilities) for dimension in MOPS.dimensions] == [5, 6, 6, 5, 5]
    assert len(MOPS.capabilities) == 27
    assert len(MOPS.questions) == 54
    assert sum(len(question.options) for question in MOPS.questions) == 270
    assert [level.name for level in MOPS.scale.levels] == ["Ad hoc", "Repeatable", "Defined", "Managed", "Optimising"]
    assert MOPS.scale.values == (1, 2, 3, 4, 5)


def test_ids_are_unique() -> None:
    ids = [
        *(dimension.id for dimension in MOPS.dimensions),
        *(capability.id for capability in MOPS.capabilities),
        *(asked.id for asked in MOPS.asked),
        *(profile.id for profile in MOPS.profile),
        *(initiative.id for initiative in LIBRARY),
    ]
    assert len(ids) == len(set(ids))


def test_names_and_short_names_are_unique() -> None:
    for names in (
        [capability.name for capability in MOPS.capabilities],
        [capability.short for capability in MOPS.capabilities],
        [asked.text for asked in MOPS.asked],
        [initiative.title for initiative in LIBRARY],
    ):
        assert sorted({name for name in names if names.count(name) > 1}) == []


@each_capability
def test_two_questions_of_which_one_is_the_pulse(capability: Capability) -> None:
    assert [question.id for question in capability.questions] == [f"{capability.id}.1", f"{capability.id}.2"]
    assert sum(question.pulse for question in capability.questions) == 1


@each_question
def test_each_level_has_8_to_30_words(question: Question) -> None:
    counts = {option.id: len(words(option.text)) for option in question.options}
    assert {level: count for level, count in counts.items() if not 8 <= count <= 30} == {}


@each_question
def test_no_two_levels_are_nearly_the_same_text(question: Question) -> None:
    for one, other in combinations(question.options, 2):
        alike = SequenceMatcher(None, one.text.lower(), other.text.lower()).ratio()
        assert alike < 0.65, f"{alike:.2f}: {one.text} | {other.text}"


@each_question
def test_each_level_brings_something_of_its_own(question: Question) -> None:
    """At least every second word of a level stands in no level below it."""
    for place, option in enumerate(question.options[1:], start=1):
        below = {word for lower in question.options[:place] for word in words(lower.text)}
        given = set(words(option.text))
        assert len(given - below) >= 0.5 * len(given), option.text


@each_question
def test_no_level_merely_adds_more_or_better(question: Question) -> None:
    """Without its comparing words a level would not say what the one below says; and none hedges."""
    for lower, upper in combinations(question.options, 2):
        left = set(words(COMPARISON.sub("", upper.text))) - set(words(lower.text))
        assert len(left) >= 4, f"{lower.text} | {upper.text}"
    for option in question.options:
        assert not HEDGES.search(option.text), option.text


@each_question
def test_a_level_is_one_observable_sentence_or_two(question: Question) -> None:
    for option in question.options:
        assert option.text.endswith("."), option.text
        assert max(len(words(part)) for part in re.split(r"[.;:]", option.text)) <= 25, option.text
        assert not re.search(r"\bLevel \d|\bmaturity\b|\bbest practice\b|\bsynerg", option.text, re.IGNORECASE), (
            option.text
        )
    assert question.text.endswith("?")


@each_question
def test_a_question_is_read_in_20_seconds(question: Question) -> None:
    read = len(words(question.text)) + sum(len(words(option.text)) for option in question.options)
    assert 60 * read / WORDS_A_MINUTE <= 20


def test_no_level_text_stands_twice_anywhere() -> None:
    texts = [option.text for question in MOPS.questions for option in question.options]
    assert len(set(texts)) == len(texts)


def test_outcomes_and_profile_are_complete() -> None:
    assert len(MOPS.outcomes) >= 5
    for outcome in MOPS.outcomes:
        assert [option.code for option in outcome.options] == list(range(1, len(outcome.options) + 1))
    assert [question.id for question in MOPS.profile] == ["profile.role", "profile.seniority"]
    assert MOPS.leader_roles == {"leader"}


# --- initiatives -----------------------------------------------------------------------------------------------------


@each_capability
def test_every_step_of_every_capability_has_an_initiative(capability: Capability) -> None:
    steps = [(initiative.from_level, initiative.to_level) for initiative in LIBRARY.of(capability.id)]
    assert steps == [("l1", "l2"), ("l2", "l3"), ("l3", "l4"), ("l4", "l5")]
    assert [initiative.id for initiative in LIBRARY.of(capability.id)] == [
        f"{capability.id}.{place}-{place + 1}" for place in range(1, 5)
    ]
    assert LIBRARY.stop[capability.id]


def test_there_are_108_initiatives() -> None:
    assert len(LIBRARY.initiatives) == 108


@each_initiative
def test_an_initiative_can_be_funded_staffed_and_checked(initiative: Initiative) -> None:
    assert len(words(initiative.summary)) >= 8
    assert len(words(initiative.monday)) >= 12
    assert initiative.milestones[-1].at == 1.0
    assert sum(need.high for need in initiative.effort.values()) > 0
    assert 0 < initiative.duration.low <= initiative.duration.high <= 18
    assert initiative.measure.baseline != initiative.measure.target
    assert len(words(initiative.measure.how)) >= 5
    assert initiative.risks
    if initiative.quick_win:
        assert initiative.duration.high <= 3
        assert initiative.operating.high + initiative.capital.high <= 25


def test_prerequisites_can_be_satisfied() -> None:
    """From the lowest level everywhere, always doing whatever is ready, everything gets done."""
    reached = {capability.id: 0 for capability in MOPS.capabilities}
    waiting = list(LIBRARY.initiatives)
    done: set[str] = set()
    while waiting:
        ready = [initiative for initiative in waiting if _is_ready(initiative, reached, done)]
        assert ready, f"can never start: {[initiative.id for initiative in waiting]}"
        for initiative in ready:
            reached[initiative.capability] = max(reached[initiative.capability], LEVELS.index(initiative.to_level))
            done.add(initiative.id)
        waiting = [initiative for initiative in waiting if initiative.id not in done]
    assert set(reached.values()) == {len(LEVELS) - 1}


def _is_ready(initiative: Initiative, reached: dict[str, int], done: set[str]) -> bool:
    needs = {initiative.capability: initiative.from_level, **initiative.requires_levels}
    return set(initiative.requires_initiatives) <= done and all(
        reached[capability] >= LEVELS.index(level) for capability, level in needs.items()
    )


def test_some_first_steps_can_start_on_the_first_day() -> None:
    free = [
        initiative
        for initiative in LIBRARY
        if initiative.from_level == "l1" and not initiative.requires_levels and not initiative.requires_initiatives
    ]
    assert len(free) >= 5
    assert any(initiative.quick_win for initiative in free)
