"""Every mistake in a questionnaire file is named by file, line and fix."""

from pathlib import Path

import pytest

from questionnaires.load import load_questionnaire, parse_questionnaire, read_questionnaire
from questionnaires.located import InvalidFileError
from tests.questionnaires.files import changed, refusal, small, small_text

BY_FIELD = [
    # (what stands there, what replaces it, the message at that line)
    ("version: 1.0.0", "version: one", "'version': string should match pattern"),
    ("language: en", "language: English", "'language': string should match pattern"),
    ("id: ux-small", "id: UX Small", "'id': string should match pattern"),
    ("title: User", "titel: User", "'titel' is not a known field; remove it or check its spelling"),
    ("value: 0,", "value: none,", "'scale.levels.0.value': input should be a valid number, not 'none'"),
    ("value: 1, name: Occasional", "value: .nan, name: Occasional", "'scale.levels.1.value': input should be a finite"),
    ("min_answered_share: 0.5", "min_answered_share: 1.5", "input should be less than or equal to 1, not 1.5"),
    ("short: Interviews", "short: Interviews with very many users", "string should have at most 24 characters"),
    ("id: research.interviews.1", "id: interviews.1", "id 'interviews.1' must start with 'research.interviews.'"),
    ("id: research.testing\n", "id: testing\n", "id 'testing' must start with 'research.'"),
    ("id: outcome.satisfaction", "id: satisfaction", "id 'satisfaction' must start with 'outcome.'"),
    ("id: profile.role", "id: role", "id 'role' must start with 'profile.'"),
    ("occasional: A colleague with", "sometimes: A colleague with", "'sometimes' is not a level of the scale"),
    ("- {id: o2, value: 2,", "- {id: o2, value: 0,", "value 0 must be above 1: list the lowest first"),
    ("- {id: agreed, value: 2,", "- {id: agreed, value: 1,", "value 1 must be above 1: list the lowest first"),
    ("text: Where does the button", "help: Where does the button", "'dimensions.1.capabilities.0.questions.0.text'"),
    ("pulse: true", "pulse: perhaps", "input should be a valid boolean, not 'perhaps'"),
    ("absent: Nobody here has spoken with a user since I joined the team.", 'absent: ""', "at least 1 character"),
]


@pytest.mark.parametrize(("old", "new", "message"), BY_FIELD, ids=[new for _, new, _ in BY_FIELD])
def test_a_mistake_is_named_with_its_line(old: str, new: str, message: str) -> None:
    text, line = changed(small_text(), old, new)
    said = refusal(text)
    matching = [problem for problem in said if message in problem]
    assert matching, said
    if "'dimensions.1.capabilities.0.questions.0.text'" not in message:
        assert matching[0].startswith(f"ux.yaml:{line}: "), (matching[0], line)


def test_the_fixture_itself_is_fine() -> None:
    assert len(small().questions) == 8


def test_missing_field_is_named_at_the_place_that_lacks_it() -> None:
    text, line = changed(small_text(), "        name: Talking with users\n", "")
    (said,) = refusal(text)
    assert said == f"ux.yaml:{line - 1}: 'dimensions.0.capabilities.0.name' is missing; add it"


def test_id_used_twice_names_both_lines() -> None:
    first = small_text().split("\n").index("          - id: design.system.1") + 1
    text, line = changed(small_text(), "id: design.system.2", "id: design.system.1")
    assert refusal(text) == [f"ux.yaml:{line}: id 'design.system.1' is already used on line {first}; choose another"]


def test_level_without_description_names_the_question() -> None:
    text, _ = changed(
        small_text(), "              lived: A failed task stops the release until the design has changed.\n", ""
    )
    (said,) = refusal(text)
    assert said.endswith("'research.testing.1' has no description for level 'lived'; add it")


def test_exactly_one_question_of_a_capability_is_the_pulse() -> None:
    without, _ = changed(small_text(), "            pulse: true\n", "")
    both, _ = changed(
        small_text(),
        "text: What happens with the notes of a conversation with a user?",
        "text: What happens with the notes?\n            pulse: true",
    )
    for text in (without, both):
        (said,) = refusal(text)
        assert said.endswith("'research.interviews': mark exactly one question 'pulse: true' for the short form")


def test_level_id_used_twice() -> None:
    text, _ = changed(small_text(), "- {id: occasional,", "- {id: absent,")
    assert any("level id 'absent' stands 2 times; choose another" in said for said in refusal(text))


@pytest.mark.parametrize("levels", [2, 8])
def test_a_scale_has_three_to_seven_levels(levels: int) -> None:
    rows = "\n".join(
        f'    - {{id: n{place}, value: {place}, name: N{place}, meaning: "It is {place}."}}' for place in range(levels)
    )
    before, _, after = small_text().partition("  levels:\n")
    rest = after[after.index("settings:") :]
    assert any("'scale.levels'" in said for said in refusal(f"{before}  levels:\n{rows}\n{rest}"))


def test_several_mistakes_are_named_together() -> None:
    text, _ = changed(small_text(), "language: en", "language: English")
    text, _ = changed(text, "version: 1.0.0", "version: one")
    text, _ = changed(text, "short: Testing", "shorts: Testing")
    assert len(refusal(text)) >= 3


def test_duplicate_keys_are_refused() -> None:
    text, line = changed(small_text(), "language: en\n", "language: en\nlanguage: de\n")
    assert refusal(text) == [f"ux.yaml:{line + 1}: 'language' stands twice; keep one of them"]


def test_aliases_are_refused_before_anything_is_built() -> None:
    bomb = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert refusal(bomb) == ["ux.yaml:2: YAML aliases (*name) are not allowed; write it out"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "ux.yaml:1: is empty"),
        ("# nothing but a comment\n", "ux.yaml:1: is empty"),
        ("id: [unclosed\ntitle: x\n", "ux.yaml:2: is not valid YAML"),
        ("id: x\n\tversion: 1\n", "ux.yaml:2: is not valid YAML"),
        ("just a sentence", "ux.yaml:1: 'the file'"),
        ("- a\n- list\n", "ux.yaml:1: 'the file'"),
        ("id: !!python/object/apply:os.system ['true']\n", "ux.yaml:1"),
        ("id: x\n---\nid: y\n", "ux.yaml:2"),
        ("[" * 5000, "ux.yaml:"),
    ],
)
def test_what_is_no_questionnaire_at_all(text: str, said: str) -> None:
    assert refusal(text)[0].startswith(said)


def test_unreadable_files_say_why(tmp_path: Path) -> None:
    missing = tmp_path / "missing.yaml"
    with pytest.raises(InvalidFileError, match=r"missing\.yaml:1: cannot be read: No such file"):
        read_questionnaire(missing)
    latin = tmp_path / "latin.yaml"
    latin.write_bytes("id: caf\xe9\n".encode("latin-1"))
    with pytest.raises(InvalidFileError, match=r"latin\.yaml:1: is not UTF-8 text; save it as UTF-8"):
        read_questionnaire(latin)


def test_unknown_questionnaires_and_versions_say_what_there_is() -> None:
    with pytest.raises(KeyError, match=r"no questionnaire 'mops'; there is: .*mops-core"):
        load_questionnaire("mops")
    with pytest.raises(KeyError, match=r"'mops-core' has no version 9\.9\.9; there is: 1\.0\.0"):
        load_questionnaire("mops-core", "9.9.9")


def test_the_digest_is_of_the_content_not_of_the_layout() -> None:
    relaid = "# another comment\n" + small_text().replace("title: User", 'title:    "User').replace(
        "practice, short\n", 'practice, short"\n', 1
    )
    assert relaid != small_text()
    assert parse_questionnaire(relaid, "b.yaml").sha256 == small().sha256
    reworded, _ = changed(small_text(), "Nobody here has spoken", "No one here has spoken")
    assert parse_questionnaire(reworded, "c.yaml").sha256 != small().sha256
