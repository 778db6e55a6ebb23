"""Every refused file says which file, which line, and what to do; nothing that people bring breaks the import."""

import pytest

from app.baselines.actions import check_edition
from app.errors import InvalidInputError
from tests.baselines.files import CAPABILITIES, levels, provenance

HEADER = levels().splitlines()[0]
CSV_FILES = {
    "empty": ("", "baseline.csv:1: column organization is missing"),
    "column missing": (levels().replace("industry,", ""), "baseline.csv:1: column industry is missing: add it"),
    "column unknown": (levels().replace("region,", "region,mood,"), "baseline.csv:1: column 'mood' is unknown"),
    "column twice": (levels().replace("region,", "region,region,"), "baseline.csv:1: column 'region' is unknown or"),
    "row too short": (levels() + "7,retail\n", "baseline.csv:8: 2 cells, the header has"),
    "level too high": (levels().replace("\n3,retail,250-999,europe,2.50", "\n3,retail,250-999,europe,5.1"), "csv:4: "),
    "level no number": (levels().replace("2.50", "good", 1), "'good': use a number from 1 to 5, or leave it empty"),
    "level not finite": (levels().replace("2.50", "nan", 1), "is 'nan': use a number from 1 to 5"),
    "unknown industry": (levels().replace("4,retail", "4,witchcraft"), "baseline.csv:5: industry is 'witchcraft': use"),
    "unknown size": (levels().replace("1,retail,250-999", "1,retail,huge"), "baseline.csv:2: size is 'huge': use one"),
    "organisation twice": (
        levels().replace("\n2,", "\n1,"),
        "baseline.csv:3: organization '1' is empty or given twice",
    ),
    "organisation empty": (levels().replace("\n2,", "\n,"), "baseline.csv:3: organization '' is empty"),
    "quote open in the header": ('"' + levels(), "baseline.csv:"),
    "quote open in a row": (levels() + '"7,retail', "baseline.csv:8: not valid CSV"),
    "endless cell": ("x" * 200_000, "baseline.csv:1: not valid CSV"),
    "NUL": (levels().replace("4,retail", "4,re\x00tail"), "baseline.csv:5: the line holds a NUL"),
    "fewer rows than promised": (levels(5), "baseline.yaml: n is 6 but baseline.csv has 5 organisations"),
}
YAML_FILES = {
    "empty": ("", "baseline.yaml:1: expected fields like"),
    "list": ("- id\n- edition\n", "baseline.yaml:1: expected fields like"),
    "text": ("an edition", "baseline.yaml:1: expected fields like"),
    "open bracket": (provenance() + "notes: [a\n", "baseline.yaml:11: not valid YAML"),
    "tab": (provenance() + "\tx: y\n", "baseline.yaml:10: not valid YAML"),
    "object": (provenance() + 'x: !!python/object/apply:os.system ["true"]\n', "baseline.yaml:10: "),
    "nested": (provenance(source="[a, b]"), "baseline.yaml:4: a field and its value are plain text"),
    "nested without end": ("[" * 9000, "baseline.yaml:1: nested too deeply"),
    "an alias of itself": (provenance(id="&a [*a]"), "baseline.yaml:1: a field and its value are plain text"),
    "NUL": (provenance(source='"a\\0b"'), "baseline.yaml:4: source holds a NUL"),
    "no source": (provenance(source=None), "baseline.yaml:1: source is missing: a baseline needs its provenance"),
    "empty method": (provenance(method=""), "baseline.yaml:1: method is missing"),
    "unknown kind": (provenance(kind="rumour"), "baseline.yaml:3: kind is 'rumour': use one of illustrative, imported"),
    "year in words": (provenance(year="last"), "baseline.yaml:6: year is 'last': use a year as a number"),
    "year out of time": (provenance(year="99999999999"), "baseline.yaml:6: year is 99999999999: use one from"),
    "year without end": (provenance(year="9" * 6000), "baseline.yaml:6: year is '9999"),
    "year in endless hexadecimals": (provenance(year="0x" + "f" * 6000), "baseline.yaml:6: year is '0xfff"),
    "n true": (provenance(n="true"), "baseline.yaml:7: n is True: use the number of organisations"),
    "no such day": (
        provenance(published_on="2026-13-45"),
        "baseline.yaml:9: published_on is '2026-13-45': there is no",
    ),
    "day in words": (provenance(published_on="yesterday"), "baseline.yaml:9: published_on is 'yesterday': use a date"),
    "other questionnaire": (provenance(questionnaire="other"), "baseline.yaml:8: questionnaire is 'other': use 'mops-"),
    "long id": (provenance(id="x" * 101), "baseline.yaml:1: id has 101 characters: use at most 100"),
    "long edition": (provenance(edition="x" * 41), "baseline.yaml:2: edition has 41 characters: use at most 40"),
}


@pytest.mark.parametrize("name", CSV_FILES)
def test_levels_are_refused_by_line(name: str) -> None:
    text, words = CSV_FILES[name]
    with pytest.raises(InvalidInputError) as refused:
        check_edition(text, provenance(), "mops-core")
    errors = refused.value.extra["errors"]
    assert words in errors[0]["message"]
    assert refused.value.message.startswith("The baseline was not imported. baseline.")
    assert {error["field"] for error in errors} <= {"content", "provenance"}


@pytest.mark.parametrize("name", YAML_FILES)
def test_provenance_is_refused_by_line(name: str) -> None:
    text, words = YAML_FILES[name]
    with pytest.raises(InvalidInputError) as refused:
        check_edition(levels(), text, "mops-core")
    errors = refused.value.extra["errors"]
    assert words in errors[0]["message"]
    assert {error["field"] for error in errors} == {"provenance"}


def places(csv_text: str, provenance_text: str) -> list[str]:
    with pytest.raises(InvalidInputError) as refused:
        check_edition(csv_text, provenance_text, "mops-core")
    return [error["message"].split(" ")[0] for error in refused.value.extra["errors"]]


def test_every_error_of_a_file_is_found_at_once() -> None:
    rows = levels().replace("1,retail", "1,nothing").replace("3,retail", "3,nowhere")
    assert places(rows, provenance()) == ["baseline.csv:2:", "baseline.csv:4:"]
    assert places(levels(), provenance(kind="rumour", year="last")) == ["baseline.yaml:3:", "baseline.yaml:6:"]
    assert places('"', provenance(published_on="2026-99-01", id="x" * 101)) == [
        "baseline.csv:1:",
        "baseline.yaml:1:",
        "baseline.yaml:9:",
    ]


def test_an_unknown_questionnaire_is_answered_with_what_there_is() -> None:
    with pytest.raises(InvalidInputError, match="there is: mops-core"):
        check_edition(levels(), provenance(), "no-such")


def test_four_organisations_are_too_few() -> None:
    with pytest.raises(InvalidInputError, match="needs at least 5"):
        check_edition(levels(4), provenance(n="4"), "mops-core")


def test_a_byte_order_mark_and_empty_cells_are_fine() -> None:
    text = "\ufeff" + levels().replace("2.00", "", 1)
    edition = check_edition(text, provenance(), "mops-core")
    assert (edition.n, edition.capabilities) == (6, tuple(CAPABILITIES))
    assert int((edition.levels != edition.levels).sum()) == 1
