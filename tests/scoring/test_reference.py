"""Every statistic against R: scripts, versions and outputs are in ``tests/scoring/reference/r``."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from scoring.agreement import average_deviation, icc1, icc2, rwg, rwg_j, shrout_fleiss, two_peaks
from scoring.change import change_since
from scoring.composites import composite_levels
from scoring.consensus import average_deviation_of, rwg_j_of_groups
from scoring.drivers import lmg_shares
from scoring.effect import benjamini_hochberg, cliffs_delta, hedges_g, welch_difference
from scoring.gaps import priorities
from scoring.intervals import bca_stratified, stratified_mean, stratified_means, wilson
from scoring.maturity import coverage, dont_know_bounds, index_means, weight_range, weighted_mean
from scoring.patterns import count_patterns, pattern_scores
from scoring.peers import percentiles
from scoring.reliability import cronbach_alpha, item_analysis, mcdonald_omega
from scoring.results import Estimate
from scoring.shrinkage import paule_mandel, shrink
from scoring.standing_out import apart_from_whole
from scoring.trend import linked_change
from tests.scoring.builders import questionnaire
from tests.scoring.reference.data import (
    ABILITY,
    ATTITUDE,
    MPG_AUTOMATIC,
    MPG_MANUAL,
    SLEEP_FIRST,
    SLEEP_SECOND,
    SWISS,
)

R = Path(__file__).parent / "reference" / "r"
NAMES = sorted(path.stem for path in R.glob("*.R") if path.stem != "write")
FOUND = {name: json.loads((R / f"{name}.json").read_text(encoding="utf-8")) for name in NAMES}

near = pytest.approx


def array(values):
    return np.array(values, dtype=float)


@pytest.mark.parametrize("name", NAMES)
def test_each_output_tells_its_versions_and_is_described(name):
    assert FOUND[name]["versions"]["R"]
    assert f"`{name}.R`" in (R / "README.md").read_text(encoding="utf-8")


def test_the_data_written_out_are_those_of_r():
    found = FOUND["data"]
    for ours, theirs in ((ATTITUDE, "attitude"), (SWISS, "swiss"), (ABILITY, "ability")):
        np.testing.assert_allclose(np.asarray(ours), array(found[theirs]))
    assert list(found["sleep"].values()) == [SLEEP_FIRST, SLEEP_SECOND]
    assert list(found["mpg"].values()) == [MPG_AUTOMATIC, MPG_MANUAL]


@pytest.mark.parametrize("case", FOUND["data"]["valleys"], ids=lambda case: f"{case['valley']}below{case['peak']}")
def test_a_valley_parts_two_peaks_where_chance_does_not_explain_it(case):
    found = two_peaks([case["peak"], case["valley"], case["peak"]])
    assert (found is not None) == (case["p"] < 0.05 and case["valley"] <= case["peak"] / 2)


def test_stratified_mean_with_and_without_fpc():
    found = FOUND["intervals"]["stratified"]
    result = stratified_mean(found["values"], found["strata"], population=found["population"])
    assert result.estimate == near(found["estimate"])
    assert result.se == near(found["se"])
    assert [result.low, result.high] == near(found["interval"])
    assert [result.low_fpc, result.high_fpc] == near(found["interval_fpc"])


@pytest.mark.parametrize("case", FOUND["intervals"]["apart"], ids=lambda case: case["stratum"])
def test_a_unit_against_the_whole(case):
    found = FOUND["intervals"]["stratified"]
    values, strata = array(found["values"]), np.array(found["strata"])
    own = values[strata == case["stratum"]]
    whole = stratified_mean(values, strata, weights=found["population"])
    share = found["population"][case["stratum"]] / sum(found["population"].values())
    unit = Estimate(estimate=own.mean(), n=len(own), method="t", se=own.std(ddof=1) / len(own) ** 0.5, df=len(own) - 1)
    apart = apart_from_whole(
        unit, Estimate(estimate=whole.estimate, n=whole.n, method="t", se=whole.se, df=whole.df), share
    )
    assert apart.difference == near(case["difference"])
    own_part = ((1 - share) * unit.se) ** 2
    others = case["se"] ** 2 - own_part
    df = case["se"] ** 4 / (own_part**2 / unit.df + others**2 / (whole.df - unit.df))
    assert apart.high - apart.difference == near(stats.t.ppf(0.975, df) * case["se"])
    assert apart.p_value == near(2 * stats.t.sf(abs(case["difference"]) / case["se"], df))


def test_composite_of_answers_with_gaps():
    found = FOUND["intervals"]["composite"]
    scores = pd.DataFrame(array(found["scores"]), columns=list("xyz"))
    strata = pd.Series(found["units"]).map({"a": 0, "b": 1, "c": 2})
    shares = dict(enumerate(found["shares"].values()))
    weights_in = pd.DataFrame({"overall": found["items"]}, index=list("xyz"))
    items = stratified_means(scores, strata, weights=shares)
    row = composite_levels(scores, strata, items, weights_in, weights=shares).loc["overall"]
    assert row["estimate"] == near(found["estimate"])
    assert row["se"] == near(found["se"])


@pytest.mark.parametrize("case", FOUND["intervals"]["wilson"], ids=lambda case: f"{case['count']}of{case['n']}")
def test_wilson(case):
    result = wilson(case["count"], case["n"])
    assert [result.low, result.high] == near(case["interval"], abs=1e-12)


def test_bca_inside_strata():
    found = FOUND["intervals"]["bca"]
    result = bca_stratified(
        found["values"], found["strata"], lambda rows: float(np.var(rows)), seed=1, resamples=20_000
    )
    assert result.estimate == near(found["estimate"])
    assert [result.low, result.high] == near(found["interval"], rel=0.02)


def test_t_interval_of_one_group():
    found = FOUND["intervals"]["t"]
    result = stratified_mean(found["values"], ["all"] * len(found["values"]))
    assert [result.low, result.high] == near(found["interval"])


WITHIN = FOUND["agreement"]["within"]


@pytest.mark.parametrize("unit", sorted(WITHIN["rwg_j"]))
def test_agreement_inside_units(unit):
    ratings = array(WITHIN["answers"])[np.array(WITHIN["units"]) == unit]
    assert rwg(ratings[:, 0], 5).estimate == near(max(WITHIN["rwg"][unit], 0))
    assert rwg_j(ratings, 5).estimate == near(WITHIN["rwg_j"][unit])
    assert rwg_j(ratings, 5, null="slight skew").estimate == near(WITHIN["rwg_j_skewed"][unit])
    assert average_deviation(ratings, 5).estimate == near(WITHIN["ad"][unit])
    assert average_deviation(ratings[:, 0], 5).estimate == near(WITHIN["ad_one"][unit])
    counts = np.array([[(ratings[:, question] == level).sum() for level in range(1, 6)] for question in range(3)])
    assert rwg_j_of_groups(counts[None], 2.0)[0] == near(WITHIN["rwg_j"][unit])
    assert average_deviation_of(counts) == near(WITHIN["ad"][unit])


@pytest.mark.parametrize("case", ["balanced", "unequal"])
def test_differences_between_units(case):
    found = FOUND["agreement"][case]
    assert icc1(found["values"], found["groups"]).estimate == near(found["icc1"])
    assert icc2(found["values"], found["groups"]).estimate == near(found["icc2"])


@pytest.mark.parametrize("case", ["shrout_fleiss", "simulated"])
def test_six_forms_with_their_intervals(case):
    found = FOUND["agreement"]["six_forms"][case]
    ours = shrout_fleiss(array(found["ratings"]))
    names = {"ICC1": "ICC(1,1)", "ICC2": "ICC(2,1)", "ICC3": "ICC(3,1)"}
    names |= {f"{form}k": name.replace(",1", ",k") for form, name in names.items()}
    for form in found["forms"]:
        result = ours[names[form["form"]]]
        assert [result.estimate, result.low, result.high] == near([form["estimate"], form["low"], form["high"]])


def test_reliability_of_whole_answers():
    found = FOUND["reliability"]["attitude"]
    result, items = cronbach_alpha(ATTITUDE), item_analysis(ATTITUDE)
    assert [result.estimate, result.low, result.high] == near([found["alpha"], found["low"], found["high"]])
    assert items["item_total"].tolist() == near(found["item_total"])
    assert items["alpha_if_dropped"].tolist() == near(found["if_dropped"])
    assert mcdonald_omega(ATTITUDE).estimate == near(found["omega"], abs=1e-4)


@pytest.mark.parametrize("missing", ["pairwise", "listwise"])
def test_reliability_of_answers_with_gaps(missing):
    found = FOUND["reliability"]["gaps"]
    answers = pd.DataFrame(array(found["answers"]))
    assert cronbach_alpha(answers, missing=missing).estimate == near(found[missing]["alpha"])
    items = item_analysis(answers, missing=missing)
    assert items["alpha_if_dropped"].tolist() == near(found[missing]["if_dropped"])
    if missing == "listwise":
        assert items["item_total"].tolist() == near(found["listwise_item_total"])
        assert cronbach_alpha(answers, missing=missing).n == found["n_listwise"]


@pytest.mark.parametrize("case", FOUND["peers"]["paule_mandel"].values(), ids=FOUND["peers"]["paule_mandel"])
def test_variance_between_groups(case):
    tau2, centre = paule_mandel(case["means"], case["variances"])
    assert (tau2, centre) == (near(case["tau2"], abs=1e-6), near(case["centre"], abs=1e-6))


def test_shrunken_means():
    found = FOUND["peers"]["shrunken"]
    for group, mean in enumerate(found["means"]):
        ours = shrink(found["levels"], found["groups"], group)
        assert ours.mean == near(mean, abs=1e-6)
        assert (ours.tau2, ours.parent) == (near(found["tau2"], abs=1e-6), near(found["parent"], abs=1e-6))


def test_percentiles_and_quartiles():
    found = FOUND["peers"]
    for case in found["mid_rank"]:
        row = percentiles(array(found["peers"])[:, None], [case["ours"]]).iloc[0]
        assert row["percentile"] == near(case["percentile"])
    assert np.quantile(found["peers"], (0.25, 0.5, 0.75)).tolist() == near(found["quartiles"])


@pytest.mark.parametrize("case", ["cars", "ratings"])
def test_differences_of_two_groups(case):
    found = FOUND["effect"][case]
    first, second = found["first"], found["second"]
    gap = welch_difference(first, second)
    assert [gap.difference.estimate, gap.difference.df, gap.p_value] == near(
        [found["difference"], found["df"], found["p"]]
    )
    assert [gap.difference.low, gap.difference.high] == near(found["interval"])
    g, correction = hedges_g(first, second), 1 - 3 / (4 * (len(first) + len(second) - 2) - 1)
    assert g.estimate == near(correction * found["d"])
    assert [g.low, g.high] == near([correction * end for end in found["d_interval"]], rel=1e-4)
    assert cliffs_delta(first, second).estimate == near(found["delta"]) == near(found["delta_effectsize"])


def test_benjamini_hochberg():
    found = FOUND["effect"]["benjamini_hochberg"]
    assert benjamini_hochberg(found["p"]).table["adjusted"].to_dict() == near(found["adjusted"])


@pytest.mark.parametrize("case", ["linked", "ties", "depression"])
def test_linked_waves(case):
    found = FOUND["trend"][case]
    moved = linked_change(found["before"], found["after"])
    assert moved.rank_p_value == near(found["rank_p"])
    if "interval" in found:
        assert [moved.change.estimate, moved.p_value] == near([found["change"], found["p"]])
        assert [moved.change.low, moved.change.high] == near(found["interval"])


def test_change_of_two_estimates():
    found = FOUND["trend"]["estimates"]
    now, before = (Estimate(**found[wave], method="t") for wave in ("now", "before"))
    moved = change_since(now, before)
    assert [moved.change, moved.low, moved.high, moved.p_value] == near(
        [found["change"], *found["interval"], found["p"]]
    )


def test_shares_of_drivers():
    columns = list(FOUND["drivers"]["swiss"])
    swiss = lmg_shares(np.cov(SWISS[[*columns, "fertility"]].to_numpy().T))
    assert swiss.tolist() == near(list(FOUND["drivers"]["swiss"].values()))
    made = FOUND["drivers"]["made"]
    table = pd.DataFrame(made["table"])[[*made["shares"], "outcome"]]
    assert lmg_shares(np.cov(table.to_numpy().T)).tolist() == near(list(made["shares"].values()))


def test_levels_coverage_and_bounds():
    found = FOUND["levels"]["person"]
    asked = questionnaire(model={"data": 1}, questions=2)
    codes = np.array(found["codes"], dtype=np.uint8)
    units = (np.array(found["units"]) == "b").astype(np.intp)
    heads = np.array(list(found["headcount"].values()), dtype=float)
    patterns = count_patterns(asked, codes, units, 2)
    levels = pattern_scores(patterns[0].table, asked.scale.values, 0.5)
    assert weighted_mean(patterns[0], levels, heads) == near(found["estimate"])
    means = index_means(asked, codes, units, 2)["mean"].to_numpy()
    assert float(means @ heads / heads.sum()) == near(found["estimate"])
    bounds = dont_know_bounds(asked, patterns, heads).loc["data.c1"]
    assert [bounds["low"], bounds["high"]] == near([found["low"], found["high"]])
    row = coverage(asked, patterns).loc["data.c1"]
    assert [row["coverage"], row["dont_know_rate"], row["not_applicable_rate"]] == near(
        [found["coverage"], found["dont_know"], found["not_applicable"]]
    )


def test_weights_moved_by_a_fifth():
    found = FOUND["levels"]["weights"]
    assert weight_range(found["levels"]) == (near(found["low"]), near(found["high"]))
    found = FOUND["levels"]["priorities"]
    ranks = priorities(found["gaps"], dict(zip(found["gaps"], found["importance"], strict=True)))
    assert {name: one.best for name, one in ranks.items()} == found["best"]
    assert {name: one.worst for name, one in ranks.items()} == found["worst"]
