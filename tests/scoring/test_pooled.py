"""Pooled editions: who may be told where, nothing about single organisations, the same bytes from the same input."""

import io
import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from app.cli import command_line
from questionnaires.load import load_questionnaire
from scoring.composites import composition
from scoring.contributions import parse_contributions
from scoring.editions import INDUSTRIES, SIZES, EditionError, parse_edition
from scoring.peers import peer_chain
from scoring.pooled import LARGEST_SHARE, pool_edition, rebuild_pooled, safe_part, without_own
from tests.scoring.builders import questionnaire

ASKED = questionnaire(model={"people": 1, "data": 2})
CAPABILITIES = [one.id for one in ASKED.capabilities]
DAY = date(2026, 6, 1)


def contributions(n, seed=0, *, industries=INDUSTRIES[:3], sizes=SIZES[:3], measured=0.9, spread=0.5):
    rng = np.random.default_rng(seed)
    levels = np.round(rng.uniform(1, 5, (n, len(CAPABILITIES))), 4)
    levels[rng.random(levels.shape) > measured] = np.nan
    return pd.DataFrame(
        {
            "organization": [f"org-{number}" for number in range(n)],
            "industry": rng.choice(industries, n),
            "size": rng.choice(sizes, n),
            "measured_on": [f"2026-0{1 + number % 5}-10" for number in range(n)],
            "responses": np.ceil(np.exp(rng.normal(4, spread, n))).astype(int),
        }
    ).join(pd.DataFrame(levels, columns=CAPABILITIES))


def pool(table, edition="2026.1", asked=ASKED):
    return pool_edition(table, asked, edition=edition, published_on=DAY)


def parsed(made, asked=ASKED):
    return parse_edition(made.content, made.provenance, asked)


def cells(manifest):
    """(industry, size, column) → the entries counted there."""
    found = {}
    for one in json.loads(manifest)["contributions"]:
        for column in one["counted"]:
            found.setdefault((one["told"].get("industry", ""), one["told"].get("size", ""), column), []).append(one)
    return found


@settings(max_examples=40, deadline=None)
@given(n=st.integers(30, 90), seed=st.integers(0, 10_000), spread=st.sampled_from([0.1, 0.7, 1.3]))
def test_every_cell_has_five_organisations_and_none_dominates(n, seed, spread):
    made = pool(contributions(n, seed, measured=0.6, spread=spread))
    for cell in cells(made.manifest).values():
        people = [one["responses"] for one in cell]
        assert len(cell) >= 5
        assert max(people) <= LARGEST_SHARE * sum(people)
    assert parsed(made).n == sum(one["told"] is not None for one in json.loads(made.manifest)["contributions"])


@settings(max_examples=20, deadline=None)
@given(n=st.integers(30, 90), seed=st.integers(0, 10_000))
def test_groups_of_the_chain_differ_by_no_one_or_by_five(n, seed):
    edition = parsed(pool(contributions(n, seed)))
    groups = {
        link.members.tobytes(): link.members
        for industry in INDUSTRIES[:3]
        for size in SIZES[:3]
        for link in peer_chain(edition, {"industry": industry, "size": size})
    }
    for one in groups.values():
        for other in groups.values():
            left = int((one & ~other).sum())
            assert left == 0 or left >= 5


def test_the_order_of_organisations_changes_nothing():
    table = contributions(60)
    assert pool(table) == pool(table.sample(frac=1, random_state=3))


def test_the_manifest_makes_the_same_bytes_again():
    made = pool(contributions(60))
    assert rebuild_pooled(made.manifest, ASKED) == made


def test_an_edited_manifest_is_refused():
    manifest = json.loads(pool(contributions(60)).manifest)
    manifest["contributions"][0]["responses"] = 10_000
    with pytest.raises(EditionError, match="it was edited"):
        rebuild_pooled(json.dumps(manifest), ASKED)
    with pytest.raises(EditionError, match="cannot be read"):
        rebuild_pooled("{}", ASKED)


def test_distributions_are_those_of_the_organisations():
    table = contributions(60, industries=["retail"], sizes=["250-999"], measured=1.0, spread=0.1)
    edition = parsed(pool(table))
    levels = table[CAPABILITIES].to_numpy()
    assert edition.levels == pytest.approx(np.sort(levels.round(2), axis=0))
    overall = np.sort((levels @ composition(ASKED)["overall"].to_numpy()).round(2))
    assert edition.composites["overall"].to_numpy() == pytest.approx(overall)
    assert edition.segments["industry"].unique().tolist() == ["retail"]


def test_a_row_is_no_organisation():
    table = contributions(60, industries=["retail"], sizes=["250-999"], measured=1.0)
    rows = {tuple(row) for row in parsed(pool(table)).levels.tolist()}
    theirs = {tuple(row) for row in table[CAPABILITIES].round(2).to_numpy().tolist()}
    assert not rows & theirs


def test_small_segments_are_told_more_widely():
    table = contributions(15, measured=1.0, spread=0.1)
    table["industry"], table["size"] = "retail", ["under-250"] * 9 + ["250-999"] * 3 + ["5000-plus"] * 3
    told = [one["told"] for one in json.loads(pool(table).manifest)["contributions"]]
    assert sorted({(one["industry"], one.get("size", "")) for one in told}) == [("retail", ""), ("retail", "under-250")]


def test_the_one_left_over_takes_the_smallest_set_along():
    table = contributions(16, measured=1.0, spread=0.1)
    table["responses"] = 20
    table["industry"] = ["retail"] * 9 + ["energy"] * 6 + ["healthcare"]
    table["size"] = ["under-250"] * 9 + ["250-999"] * 6 + ["5000-plus"]
    edition = parsed(pool(table))
    assert edition.segments.groupby(["industry", "size"]).size().to_dict() == {("", ""): 7, ("retail", "under-250"): 9}


def test_an_organisation_with_most_of_the_responses_is_left_out():
    table = contributions(30, measured=1.0, spread=0.1)
    table.loc[4, "responses"] = 100_000
    made = pool(table)
    left = [one["organization"] for one in json.loads(made.manifest)["contributions"] if one["told"] is None]
    assert left == ["org-4"]
    assert parsed(made).n == 29


def changed(table, seed, *, again, left, joined):
    """The contributions a year later: some measured again, some gone, some new."""
    rng = np.random.default_rng(seed)
    later, fresh = table.copy(), contributions(len(table), seed + 1)
    rows = rng.permutation(len(table))
    measured_again = rows[:again]
    later.loc[measured_again, ["measured_on", *CAPABILITIES]] = fresh.loc[
        measured_again, ["measured_on", *CAPABILITIES]
    ]
    later.loc[measured_again, "measured_on"] = "2027-02-01"
    new = contributions(joined, seed + 2) if joined else fresh[:0]
    new["organization"] = [f"new-{number}" for number in range(joined)]
    return pd.concat([later.drop(index=rows[again : again + left]), new], ignore_index=True)


def values_by_place(manifest):
    """Column → (organisation, wave) → where its value stands."""
    found = {}
    for one in json.loads(manifest)["contributions"]:
        for column in one["counted"]:
            found.setdefault(column, {})[one["organization"], one["measured_on"]] = tuple(one["told"].items())
    return found


def pooled_beside(first, table):
    """The next edition, None where it was refused because too few have changed."""
    try:
        return pool_edition(table, ASKED, edition="2027.1", published_on=date(2027, 6, 1), earlier=[first.manifest])
    except EditionError:
        return None


def test_enough_newcomers_make_the_next_edition():
    table = contributions(60)
    first = pool(table)
    second = pooled_beside(first, changed(table, 1, again=30, left=3, joined=12))
    assert parsed(second).n >= 50


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    again=st.integers(0, 40),
    left=st.integers(0, 12),
    joined=st.integers(0, 12),
)
def test_between_editions_nobody_or_five_go_come_and_stay(seed, again, left, joined):
    table = contributions(60, seed)
    first = pool(table)
    second = pooled_beside(first, changed(table, seed, again=again, left=left, joined=joined))
    if second is None:
        return
    before, after = values_by_place(first.manifest), values_by_place(second.manifest)
    for column in {**before, **after}:
        old, new = before.get(column, {}), after.get(column, {})
        blocks = pd.Series([(old.get(one), new.get(one)) for one in {**old, **new}]).value_counts()
        assert (blocks >= 5).all()
    assert rebuild_pooled(second.manifest, ASKED) == second


def test_an_unchanged_pool_may_be_published_again():
    table = contributions(60)
    first = pool(table)
    again = pool_edition(table, ASKED, edition="2026.2", published_on=DAY, earlier=[first.manifest])
    assert again.content == first.content


def test_two_newcomers_wait_for_more():
    table = contributions(60)
    first = pool(table)
    later = changed(table, 1, again=0, left=0, joined=2)
    with pytest.raises(EditionError, match="wait until 5 or more have joined, left or been measured again"):
        pool_edition(later, ASKED, edition="2026.2", published_on=DAY, earlier=[first.manifest])


def test_one_that_revokes_takes_four_along():
    table = contributions(60, industries=["retail"], sizes=["250-999"], measured=1.0, spread=0.1)
    first = pool(table)
    later = table.drop(index=3)
    second = pool_edition(later, ASKED, edition="2026.2", published_on=DAY, earlier=[first.manifest])
    entries = {one["organization"]: one for one in json.loads(second.manifest)["contributions"]}
    resting = [one for one in entries.values() if one["told"] is None]
    assert "org-3" not in entries
    assert len(resting) == 4
    assert max(one["measured_on"] for one in resting) == min(one["measured_on"] for one in entries.values())


def test_what_is_no_manifest_is_refused():
    with pytest.raises(EditionError, match="earlier manifest: cannot be read"):
        pool_edition(contributions(60), ASKED, edition="2", published_on=DAY, earlier=["{}"])


def test_too_few_organisations_are_no_edition():
    with pytest.raises(EditionError, match="4 organisations with levels: a pooled edition needs at least 5"):
        pool(contributions(4, measured=1.0))
    table = contributions(9)
    table[CAPABILITIES] = np.nan
    with pytest.raises(EditionError, match="0 organisations with levels"):
        pool(table)


def test_our_own_values_leave_our_comparison():
    table = contributions(60, measured=1.0)
    made = pool(table)
    edition, entry = parsed(made), json.loads(made.manifest)["contributions"][7]
    ours = without_own(edition, made.manifest, entry["organization"])
    assert (np.isfinite(edition.levels).sum(axis=0) - np.isfinite(ours.levels).sum(axis=0)).tolist() == [1, 1, 1]
    assert ours.composites.notna().sum().sum() == edition.composites.notna().sum().sum() - 3
    for place, name in enumerate(CAPABILITIES):
        assert np.nansum(edition.levels[:, place]) - np.nansum(ours.levels[:, place]) == pytest.approx(
            entry["counted"][name]
        )
    assert without_own(edition, made.manifest, "nobody") is edition


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("organization", "org-2", "row 2: column organization: 'org-2' is empty or given twice"),
        ("industry", "mining", "row 1: column industry: 'mining' is unknown: use one of technology"),
        ("size", "big", "row 1: column size: 'big' is unknown"),
        ("measured_on", "May", "row 1: column measured_on: 'May' is no date: write it like 2026-09-30"),
        ("responses", 0, "row 1: column responses: .*0.*: give the number of people, 1 or more"),
        ("data.c1", 5.5, "row 1: column data.c1: .*5.5.*: use a level from 1 to 5"),
    ],
)
def test_a_wrong_contribution_is_refused_with_its_place(column, value, said):
    table = contributions(12, measured=1.0)
    table[column] = table[column].astype(object)
    table.loc[1, column] = value
    with pytest.raises(EditionError, match=said):
        pool(table)


def test_missing_columns_and_odd_cells_of_a_file_are_named():
    text = contributions(12).to_csv(index=False)
    with pytest.raises(EditionError, match=r"c.csv:1: column responses is missing: add it"):
        parse_contributions(contributions(12).drop(columns="responses").to_csv(index=False), ASKED, "c.csv")
    with pytest.raises(EditionError, match=r"c.csv:1: column 'mood' is unknown"):
        parse_contributions(text.replace("size", "mood", 1), ASKED, "c.csv")
    with pytest.raises(EditionError, match=r"c.csv:2: column responses: 'many' is no number"):
        parse_contributions(_with_cell(text, 1, "responses", "many"), ASKED, "c.csv")


def _with_cell(text, row, column, value):
    table = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    table.loc[row - 1, column] = value
    return table.to_csv(index=False)


@pytest.mark.parametrize(
    ("people", "kept"),
    [
        ([10, 10, 10, 10], [0, 0, 0, 0]),
        ([10, 10, 10, 10, 10], [1, 1, 1, 1, 1]),
        ([10, 10, 10, 10, 14], [0, 0, 0, 0, 0]),
        ([50, 10, 10, 10, 10, 10], [0, 1, 1, 1, 1, 1]),
        ([90, 50, 10, 10, 10, 10, 10], [0, 0, 1, 1, 1, 1, 1]),
        ([], []),
    ],
)
def test_the_largest_leave_while_they_dominate(people, kept):
    assert safe_part(np.array(people, dtype=int)).astype(int).tolist() == kept


def test_a_pooled_file_with_a_small_cell_is_refused():
    made = pool(contributions(60))
    lines = made.content.splitlines()
    segment = lines[1].split(",")[1:4]
    lines[1:4] = [",".join([line.split(",")[0], "energy", *segment[1:], *line.split(",")[4:]]) for line in lines[1:4]]
    with pytest.raises(EditionError, match=r"has 3 values in energy × .*: a pooled edition needs at least 5 or none"):
        parse_edition("\n".join(lines), made.provenance, ASKED)


def test_the_command_pools_and_rebuilds(tmp_path):
    asked = load_questionnaire("mops-core")
    rng = np.random.default_rng(1)
    table = contributions(40).drop(columns=CAPABILITIES)
    table = table.join(
        pd.DataFrame(rng.uniform(1, 5, (40, len(asked.capabilities))), columns=[one.id for one in asked.capabilities])
    )
    table.to_csv(tmp_path / "orgs.csv", index=False)
    run = CliRunner().invoke
    arguments = ["baseline", "build", "--pooled", str(tmp_path / "orgs.csv"), "--output", str(tmp_path)]
    assert run(command_line("baseline"), arguments).exit_code == 2
    made = run(command_line("baseline"), [*arguments, "--edition", "2026.2", "--published-on", "2026-06-01"])
    assert made.exit_code == 0, made.stderr
    path = tmp_path / "pooled-2026.2.csv"
    assert made.stdout.strip() == str(path)
    again = run(
        command_line("baseline"),
        [
            "baseline",
            "build",
            "--manifest",
            str(path.with_suffix(".manifest.json")),
            "--output",
            str(tmp_path / "again"),
        ],
    )
    assert again.exit_code == 0, again.stderr
    for suffix in (".csv", ".yaml", ".manifest.json"):
        assert (tmp_path / "again" / path.name).with_suffix(suffix).read_bytes() == path.with_suffix(
            suffix
        ).read_bytes()
    (tmp_path / "orgs.csv").write_text("organization\n1\n", encoding="utf-8")
    refused = run(command_line("baseline"), [*arguments, "--edition", "2026.3"])
    assert refused.exit_code == 1
    assert "orgs.csv:1: column industry is missing" in refused.stderr
