"""Editions: what a baseline file must say, and what the illustrative one is like."""

import numpy as np
import pytest

from questionnaires.load import load_questionnaire
from scoring.editions import SEGMENTS, EditionError, parse_edition
from scoring.illustrative import edition_files
from scoring.results import ILLUSTRATIVE_LABEL
from tests.scoring.builders import questionnaire

ASKED = questionnaire(model={"data": 2})
PROVENANCE = """\
id: panel
edition: "2026.2"
kind: imported
source: A panel of members
method: self-assessment
year: 2026
n: 6
questionnaire: small
published_on: 2026-05-04
"""
ROWS = "organization,industry,size,region,data.c1,data.c2\n" + "".join(
    f"{number},retail,under-250,europe,{1 + number / 2},{'' if number == 3 else 3}\n" for number in range(6)
)


def test_an_edition_is_read_whole():
    made = parse_edition(ROWS, PROVENANCE, ASKED)
    assert (made.id, made.edition, made.kind, made.n, made.label) == ("panel", "2026.2", "imported", 6, "")
    assert made.levels[:, 0].tolist() == [1, 1.5, 2, 2.5, 3, 3.5]
    assert np.isnan(made.levels[3, 1])
    assert made.segments["industry"].tolist() == ["retail"] * 6
    assert made.organizations == ("0", "1", "2", "3", "4", "5")


@pytest.mark.parametrize(
    "field", ["id", "edition", "kind", "source", "method", "year", "n", "questionnaire", "published_on"]
)
def test_provenance_is_required(field):
    text = "\n".join(line for line in PROVENANCE.splitlines() if not line.startswith(f"{field}:"))
    with pytest.raises(EditionError, match=f"{field} is missing: a baseline needs its provenance"):
        parse_edition(ROWS, text, ASKED)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: imported", "kind: guessed", "p.yaml:3: kind is 'guessed': use one of illustrative, imported, pooled"),
        ("year: 2026", "year: last", "p.yaml:6: year is 'last': use a year as a number"),
        ("n: 6", "n: 7", "n is 7 but b.csv has 6 organisations"),
        ("n: 6", "n: true", "p.yaml:7: n is True: use the number of organisations"),
        (
            "published_on: 2026-05-04",
            "published_on: May",
            "p.yaml:9: published_on is 'May': use a date like 2026-09-01",
        ),
        ("questionnaire: small", "questionnaire: big", "p.yaml:8: questionnaire is 'big': use 'small'"),
        ("id: panel", "id: [", "not valid YAML"),
        (PROVENANCE, "just text", "expected fields like"),
    ],
)
def test_wrong_provenance_is_refused_with_its_line(old, new, said):
    with pytest.raises(EditionError) as refused:
        parse_edition(ROWS, PROVENANCE.replace(old, new), ASKED, csv_name="b.csv", provenance_name="p.yaml")
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("data.c2\n", "data.c9\n", "b.csv:1: column data.c2 is missing: add it"),
        ("data.c2\n", "data.c9\n", "b.csv:1: column 'data.c9' is unknown or given twice: remove it"),
        ("1,retail", "1,mining", "b.csv:3: industry is 'mining': use one of technology"),
        ("1,retail", "0,retail", "b.csv:3: organization '0' is empty or given twice"),
        (
            "2,retail,under-250,europe,2.0,3",
            "2,retail,under-250,europe,2.0,6",
            "b.csv:4: data.c2 is '6': use a number from 1 to 5",
        ),
        ("2,retail,under-250,europe,2.0,3", "2,retail,under-250,europe,nan,3", "b.csv:4: data.c1 is 'nan'"),
        ("2,retail,under-250,europe,2.0,3", "2,retail,under-250,europe", "b.csv:4: 4 cells, the header has 6"),
    ],
)
def test_wrong_rows_are_refused_with_their_line(old, new, said):
    assert old in ROWS
    with pytest.raises(EditionError) as refused:
        parse_edition(ROWS.replace(old, new), PROVENANCE, ASKED, csv_name="b.csv")
    assert said in str(refused.value)


def test_fewer_than_five_organisations_are_no_baseline():
    few = "\n".join(ROWS.splitlines()[:4])
    with pytest.raises(EditionError, match="needs at least 5"):
        parse_edition(few, PROVENANCE.replace("n: 6", "n: 3"), ASKED)


CORE = load_questionnaire("mops-core")


def test_the_illustrative_edition_is_what_its_provenance_says():
    made = parse_edition(*edition_files(CORE), CORE)
    assert made.label == ILLUSTRATIVE_LABEL
    assert 300 <= made.n <= 340
    spread = made.levels.std(axis=0, ddof=1)
    assert (spread > 0.6).all()
    assert (spread < 0.9).all()
    assert made.levels.mean() == pytest.approx(3.1, abs=0.1)
    means = dict(zip(made.capabilities, made.levels.mean(axis=0), strict=True))
    lowest = sorted(means, key=means.get)[:4]
    assert set(lowest) == {"analytics.predictive", "technology.ai", "data.unification", "analytics.attribution"}


def test_capabilities_of_one_dimension_correlate_more():
    made = parse_edition(*edition_files(CORE), CORE)
    correlation = np.corrcoef(made.levels.T)
    dimension = np.array([one.dimension for one in CORE.capabilities])
    same = dimension[:, None] == dimension[None, :]
    off = ~np.eye(len(dimension), dtype=bool)
    assert 0.35 < correlation[~same].mean() < correlation[same & off].mean() < 0.85


def test_cells_of_every_size_occur():
    made = parse_edition(*edition_files(CORE), CORE)
    sizes = made.segments.groupby(["industry", "size"]).size()
    assert len(sizes) == len(SEGMENTS["industry"]) * len(SEGMENTS["size"])
    assert (sizes < 5).any()
    assert ((sizes >= 5) & (sizes < 10)).any()
    assert (sizes >= 10).any()


def test_the_illustrative_edition_is_stretched_to_another_scale():
    other = questionnaire((0, 1, 2, 3))
    made = parse_edition(*edition_files(other), other)
    assert made.levels.min() >= 0
    assert made.levels.max() <= 3
    assert made.levels.mean() == pytest.approx((3.1 - 1) / 4 * 3, abs=0.15)
