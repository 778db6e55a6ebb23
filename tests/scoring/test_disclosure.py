"""The gate: nothing about fewer than k people can be worked out from all that is published."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.disclosure import (
    Gate,
    LevelCount,
    Means,
    Release,
    gate,
    merge_small_counts,
    refuse_reason,
    reveals,
    small_groups_revealed,
    unanimous,
)

K = 5
PARENTS = {"all": ("a", "b")}


def frame(rows: list[list[int]], items: list[str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=items, index=[f"unit {number}" for number in range(len(rows))])


def functional(row: int, item: str, counts: pd.DataFrame, leaves: list[str], parents: dict) -> np.ndarray:
    """One cell as a combination of the leaf cells, written out independently of the gate."""
    vector = np.zeros((len(counts), len(leaves)))

    def put(name: str, share: float) -> None:
        if name in parents:
            for child in parents[name]:
                put(child, share / len(parents[name]))
        elif counts.iloc[row][name] > 0:
            vector[row, leaves.index(name)] += share

    put(item, 1.0)
    return vector.ravel()


def published_rows(counts: pd.DataFrame, shown: pd.DataFrame, whole_shown: pd.Series, parents: dict) -> np.ndarray:
    leaves = [item for item in counts.columns if item not in parents]
    rows = [
        functional(row, item, counts, leaves, parents)
        for row in range(len(counts))
        for item in counts.columns
        if shown.iloc[row][item] and counts.iloc[row][item] > 0
    ]
    for item in counts.columns:
        if whole_shown[item] and counts[item].sum() > 0:
            rows.append(sum(functional(row, item, counts, leaves, parents) for row in range(len(counts))))
    return np.array(rows) if rows else np.zeros((0, len(counts) * len(leaves)))


def meets(space: np.ndarray, places: list[int]) -> bool:
    """Does some vector of the row space, other than zero, rest on these places only?"""
    inside = np.zeros((len(places), space.shape[1]))
    inside[range(len(places)), places] = 1
    rank = np.linalg.matrix_rank
    together = rank(np.vstack([space, inside])) if len(space) else len(places)
    return (rank(space) if len(space) else 0) + len(places) > together


def is_safe(counts: pd.DataFrame, shown: pd.DataFrame, whole_shown: pd.Series, parents: dict, k: int = K) -> bool:
    """Every set of small leaf cells with fewer than k people in all stays out of reach; by enumeration."""
    leaves = [item for item in counts.columns if item not in parents]
    space = published_rows(counts, shown, whole_shown, parents)
    small = [
        (row, place, counts.iloc[row][leaf])
        for row in range(len(counts))
        for place, leaf in enumerate(leaves)
        if 0 < counts.iloc[row][leaf] < k
    ]
    for limits in itertools.product(range(k), repeat=len(counts)):
        if sum(limits) >= k:
            continue
        places = [row * len(leaves) + place for row, place, n in small if n <= limits[row]]
        if places and meets(space, places):
            return False
    return True


def cheapest(counts: pd.DataFrame, parents: dict, forced: pd.DataFrame) -> int:
    """Least n withheld beside the forced cells, by trying every choice; the whole stays shown."""
    whole = pd.Series(True, index=counts.columns)
    free = [
        (row, column)
        for row in range(counts.shape[0])
        for column in range(counts.shape[1])
        if not forced.iloc[row, column]
    ]
    numbers = counts.to_numpy()
    best = None
    for size in range(len(free) + 1):
        for chosen in itertools.combinations(free, size):
            cost = sum(numbers[cell] for cell in chosen)
            if best is not None and cost >= best:
                continue
            shown = ~forced.to_numpy()
            shown[tuple(np.array(chosen, dtype=int).reshape(-1, 2).T)] = False
            if is_safe(counts, pd.DataFrame(shown, counts.index, counts.columns), whole, parents):
                best = cost
    assert best is not None
    return best


def gated_safely(counts: pd.DataFrame, parents: dict) -> Gate:
    decided = gate(counts, parents=parents)
    assert is_safe(counts, decided.shown, decided.whole_withheld == "", parents)
    return decided


def with_all(rows: list[list[int]]) -> pd.DataFrame:
    counts = frame(rows, ["a", "b"])
    counts["all"] = counts.max(axis=1)
    return counts


numbers = st.integers(0, 12)


@given(st.lists(st.lists(numbers, min_size=2, max_size=2), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_tables_with_an_aggregate_are_safe(rows):
    gated_safely(with_all(rows), PARENTS)


@given(st.lists(st.lists(numbers, min_size=3, max_size=3), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_tables_without_aggregates_are_safe(rows):
    gated_safely(frame(rows, ["a", "b", "c"]), {})


@pytest.mark.parametrize("seed", range(12))
def test_withholds_no_more_than_the_best_of_all_choices(seed):
    rng = np.random.default_rng(seed)
    rows = rng.integers(5, 15, (3, 2))
    rows[rng.random(rows.shape) < 0.3] = rng.integers(1, 5)
    rows[rows.max(axis=1) < K, 0] = 9  # whole small rows are protected by a row, not at least cost
    counts = with_all(rows.tolist())
    decided = gate(counts, parents=PARENTS)
    extra = counts.where(~decided.shown & (counts >= K), 0).to_numpy().sum()
    assert decided.optimal
    assert extra == cheapest(counts, PARENTS, counts < K)


def heatmap(seed: int) -> tuple[pd.DataFrame, dict]:
    """40 units, 27 capabilities in five dimensions and overall, 15% of the cells small."""
    rng = np.random.default_rng(seed)
    items = [f"c{number}" for number in range(27)]
    numbers = rng.integers(5, 40, (40, 27))
    numbers[rng.random(numbers.shape) < 0.15] = rng.integers(1, 5)
    counts = frame(numbers.tolist(), items)
    starts = [0, 5, 11, 17, 22, 27]
    parents = {f"d{place}": tuple(items[starts[place] : starts[place + 1]]) for place in range(5)}
    for dimension, children in parents.items():
        counts[dimension] = counts[list(children)].max(axis=1)
    counts["overall"] = counts[list(parents)].max(axis=1)
    return counts, {**parents, "overall": tuple(parents)}


def test_a_heatmap_of_the_promised_size_is_solved_exactly():
    counts, parents = heatmap(3)
    decided = gate(counts, parents=parents)
    assert decided.optimal
    assert not decided.audit["determined"].any()
    assert (decided.whole_withheld == "").all()
    assert not (decided.shown & (counts < K)).any(axis=None)


@pytest.mark.parametrize("seed", range(8))
def test_without_time_for_the_optimum_the_table_is_still_safe(seed, monkeypatch):
    monkeypatch.setattr("scoring.disclosure.cover.MOST_ROUNDS", 0)
    rng = np.random.default_rng(seed)
    counts = with_all(rng.integers(0, 12, (4, 2)).tolist())
    decided = gated_safely(counts, PARENTS)
    assert not decided.optimal


def test_a_small_unit_takes_the_cheapest_other_row_with_it():
    names = ["EMEA", "Americas", "Partner", "APAC"]
    counts = pd.DataFrame({"a": [11, 9, 6, 4], "b": [11, 8, 6, 4], "all": [11, 9, 6, 4]}, index=names)
    decided = gate(counts, parents=PARENTS)
    assert decided.rows_withheld.to_dict("index") == {
        "Partner": {"reason": "protects", "protects": "APAC"},
        "APAC": {"reason": "small", "protects": ""},
    }
    assert decided.shown.loc[["EMEA", "Americas"]].all(axis=None)
    assert (decided.protects.loc["Partner"] == "APAC").all()
    assert (decided.whole_withheld == "").all()


def test_two_small_units_that_are_k_together_need_no_third():
    decided = gate(frame([[9], [3], [2]], ["a"]))
    assert decided.withheld["a"].tolist() == ["", "small", "small"]


def test_two_small_units_below_k_together_take_a_remainder():
    decided = gate(frame([[9], [7], [2], [2]], ["a"]))
    assert decided.withheld["a"].tolist() == ["", "remainder", "small", "small"]


def test_nobody_is_no_protection():
    decided = gate(frame([[9], [3], [0]], ["a"]))
    assert decided.withheld["a"].tolist() == ["protects", "small", "small"]


def test_people_in_no_group_are_protected_too():
    counts = frame([[9], [7]], ["a"])
    decided = gate(counts, whole=pd.Series({"a": 18}))
    assert decided.withheld["a"].tolist() == ["", "protects"]
    assert decided.protects["a"].tolist() == ["", "people in no group"]
    assert gate(counts, whole=pd.Series({"a": 21})).shown.all(axis=None)


def test_a_whole_below_k_is_withheld_with_its_aggregate():
    counts = pd.DataFrame({"a": [9, 8], "b": [2, 1], "all": [9, 8]}, index=["x", "y"])
    decided = gate(counts, parents=PARENTS)
    assert decided.whole_withheld["b"] == "small"
    assert (decided.whole_withheld[["a", "all"]] != "").any()
    assert is_safe(counts, decided.shown, decided.whole_withheld == "", PARENTS)


def test_a_small_part_cannot_be_taken_from_its_aggregate():
    counts = pd.DataFrame({"a": [20, 20], "b": [3, 20], "all": [20, 20]}, index=["x", "y"])
    decided = gate(counts, parents=PARENTS)
    assert decided.withheld.loc["x", "b"] == "small"
    assert "" in decided.withheld.loc["x", ["a", "all"]].tolist()
    assert is_safe(counts, decided.shown, decided.whole_withheld == "", PARENTS)


def test_a_small_aggregate_takes_its_parts_along():
    counts = pd.DataFrame({"a": [6, 20, 20], "b": [7, 20, 20], "all": [4, 20, 20]}, index=list("xyz"))
    assert (gate(counts, parents=PARENTS).withheld.loc["x"] != "").all()


def test_a_unanimous_group_is_withheld_and_protected():
    counts = frame([[9], [8], [12]], ["a"])
    alike = counts == 9
    decided = gate(counts, unanimous=alike)
    assert decided.withheld["a"].tolist() == ["unanimous", "protects", ""]


def test_weights_choose_what_is_withheld():
    counts = frame([[9], [8], [3]], ["a"])
    costs = frame([[1], [8], [0]], ["a"])
    assert gate(counts, weights=costs).withheld["a"].tolist() == ["protects", "", "small"]


def test_mask_hides_counts_with_values():
    counts = frame([[9], [7], [3]], ["a"])
    masked = gate(counts).mask(counts)
    assert masked["a"].isna().tolist() == [False, True, True]


def test_the_audit_states_what_remains_known():
    audit = gate(frame([[9], [7], [3]], ["a"])).audit.set_index("group")
    assert not audit["determined"].any()
    assert audit.loc["unit 1", ["count_low", "count_high"]].tolist() == [6, 10]
    assert audit.loc["unit 2", ["count_low", "count_high"]].tolist() == [0, 4]


def test_the_audit_bounds_a_withheld_mean():
    """4 x + 6 y = 10 * 2.2 with both on 1 to 5: x from (22 - 30) / 4 or 1 up to (22 - 6) / 4."""
    counts = frame([[20], [6], [4]], ["a"])
    cells = pd.DataFrame({"a": [3.0, 2.0, 2.5]}, index=counts.index)
    means = Means(cells, pd.Series({"a": (60 + 12 + 10) / 30}), 1, 5)
    audit = gate(counts, means=means).audit.set_index("group")
    assert audit.loc["unit 2", "low"] == pytest.approx(1)
    assert audit.loc["unit 2", "high"] == pytest.approx(4)
    assert np.isnan(audit.loc["unit 1", "low"])


def test_a_group_hemmed_in_by_its_protector_takes_another_along():
    """Beside a unit at level 1.05, the small one could only lie between 1 and 1.3."""
    counts = frame([[12], [6], [4]], ["a"])
    cells = pd.DataFrame({"a": [3.0, 1.05, 1.2]}, index=counts.index)
    means = Means(cells, pd.Series({"a": (36 + 6.3 + 4.8) / 22}), 1, 5)
    assert gate(counts).shown["a"].tolist() == [True, False, False]
    decided = gate(counts, means=means)
    audit = decided.audit.set_index("group")
    assert not decided.shown.any(axis=None)
    assert audit.loc["unit 2", "high"] - audit.loc["unit 2", "low"] >= 1


def test_a_whole_at_the_end_of_the_scale_does_not_empty_the_table():
    """Where the whole alone says as much, withholding more would not help."""
    counts = frame([[12], [6], [4]], ["a"])
    cells = pd.DataFrame({"a": [1.0, 1.05, 1.1]}, index=counts.index)
    means = Means(cells, pd.Series({"a": (12 + 6.3 + 4.4) / 22}), 1, 5)
    assert gate(counts, means=means).shown["a"].tolist() == [True, False, False]


@pytest.mark.parametrize("shares", [None, pd.Series([0.5, 0.2, 0.2, 0.1], index=[f"unit {n}" for n in range(4)])])
@pytest.mark.parametrize("seed", range(4))
def test_the_bounds_hold_the_truth_and_every_other_table_with_the_same_publication(seed, shares):
    rng = np.random.default_rng(seed)
    counts = with_all([[9, 9], [8, 8], [3, 3], [7, 2]])
    cells = pd.DataFrame(rng.uniform(1.5, 4.5, (4, 2)), index=counts.index, columns=["a", "b"])
    cells["all"] = cells.mean(axis=1)
    share = counts["a"] if shares is None else shares
    whole = (cells[["a", "b"]].mul(share, axis=0) / share.sum()).sum()
    if shares is None:
        whole["b"] = np.average(cells["b"], weights=counts["b"])
    whole["all"] = whole[["a", "b"]].mean()
    audit = gate(counts, parents=PARENTS, means=Means(cells, whole, 1, 5, shares)).audit
    small = audit[audit["reason"] == "small"]
    truth = np.array([cells.loc[row.group, row.item] for row in small.itertuples()])
    assert len(small) >= 4
    assert (small["low"].to_numpy() <= truth + 1e-7).all()
    assert (truth <= small["high"].to_numpy() + 1e-7).all()
    assert (small["high"] - small["low"]).min() > 0.3


@given(st.lists(st.integers(0, 15), min_size=2, max_size=6), st.randoms(use_true_random=False))
@settings(deadline=None)
def test_what_is_lost_does_not_depend_on_the_order_of_the_units(column, random):
    counts = frame([[n] for n in column], ["a"])
    shuffled = counts.sample(frac=1, random_state=random.randrange(1000))
    lost = [decided.mask(counts).isna().to_numpy() * counts.to_numpy() for decided in [gate(counts), gate(shuffled)]]
    assert lost[0].sum() == lost[1].sum()


@given(st.lists(st.integers(0, 12), min_size=1, max_size=5), st.integers(2, 7))
@settings(deadline=None)
def test_the_sum_of_the_withheld_is_k_or_nothing(column, k):
    counts = frame([[n] for n in column], ["a"])
    decided = gate(counts, k=k)
    left = counts["a"].where(~decided.shown["a"], 0).sum()
    assert decided.whole_withheld["a"] != "" or left == 0 or left >= k


@pytest.mark.parametrize("seed", range(6))
def test_linear_recovery_from_the_published_means_finds_no_small_group(seed):
    """Attack: solve for every unit mean by least squares from all that is printed, counts known to the attacker."""
    rng = np.random.default_rng(seed)
    sizes = np.array([11, 9, 14, 6, 3, 12])
    answers = np.repeat(np.arange(6), sizes)
    scores = pd.DataFrame(rng.integers(1, 6, (len(answers), 3)).astype(float), columns=["a", "b", "c"])
    scores["all"] = scores.mean(axis=1)
    means, counts = scores.groupby(answers).mean(), scores.groupby(answers).count()
    shown = gate(counts, parents={"all": ("a", "b", "c")}).mask(means)
    columns = ["a", "b", "c"]
    rows, values = [], []
    for unit in range(6):
        for item in columns:
            if not np.isnan(shown.loc[unit, item]):
                rows.append(np.eye(18)[unit * 3 + columns.index(item)])
                values.append(shown.loc[unit, item])
        if not np.isnan(shown.loc[unit, "all"]):
            rows.append(np.repeat(np.eye(6)[unit], 3) / 3)
            values.append(shown.loc[unit, "all"])
    for place, item in enumerate(columns):
        vector = np.zeros(18)
        vector[place::3] = sizes
        rows.append(vector)
        values.append(scores[item].sum())
    guess = np.linalg.lstsq(np.array(rows), np.array(values))[0].reshape(6, 3)
    _, _, right = np.linalg.svd(np.array(rows))
    unseen = right[np.linalg.matrix_rank(np.array(rows)) :].T
    movable = np.abs(unseen).max(axis=1).reshape(6, 3) > 1e-9
    assert movable[4].all()
    np.testing.assert_allclose(guess[~movable], means.to_numpy()[:, :3][~movable])
    assert not movable[[0, 1, 2, 5]].any()


@pytest.mark.parametrize(
    ("counts", "options", "words"),
    [
        (frame([[1.5]], ["a"]), {}, r"counts\['unit 0', 'a'\] is 1.5"),
        (frame([[4]], ["a"]), {"whole": pd.Series({"a": 3})}, r"whole\['a'\] is 3 but its groups hold 4"),
        (frame([[4]], ["a"]), {"whole": pd.Series({"b": 3})}, "whole has no entry for 'a'"),
        (frame([[4]], ["a"]), {"parents": {"all": ("a",)}}, "parents names 'all'"),
        (frame([[4]], ["a"]), {"parents": {"a": ("a",)}}, "makes 'a' a part of itself"),
        (frame([[4, 0]], ["a", "b"]), {"parents": {"a": ("b",)}}, "none of its parts has"),
        (frame([[4, 4]], ["a", "a"]), {}, "'a' twice"),
        (frame([[4]], ["a"]), {"k": 1}, "k is 1"),
        (frame([[4]], ["a"]), {"weights": frame([[-1]], ["a"])}, "missing or negative"),
    ],
)
def test_wrong_input_is_named(counts, options, words):
    with pytest.raises(ValueError, match=words):
        gate(counts, **options)


def test_empty_tables_pass():
    assert gate(pd.DataFrame(index=["x"], columns=[], dtype=int)).shown.empty
    assert gate(pd.DataFrame(columns=["a"], dtype=int)).shown.empty


membership = st.lists(st.lists(st.integers(0, 1), min_size=7, max_size=7), min_size=1, max_size=4)


@given(membership, st.integers(2, 5))
@settings(deadline=None)
def test_the_search_for_small_groups_equals_the_rank_test_of_every_subset(rows, k):
    published = np.array(rows)
    expected = {
        members
        for size in range(1, k)
        for members in itertools.combinations(range(7), size)
        if reveals(published, np.isin(np.arange(7), members))
    }
    assert set(small_groups_revealed(published, k)) == expected


def test_units_and_roles_together_can_reveal_what_each_hides():
    whole = [1] * 12
    unit = [1] * 6 + [0] * 6
    leaders = [1] * 5 + [0] * 7
    one = [0] * 5 + [1] + [0] * 6
    assert not reveals([whole, unit], one)
    assert not reveals([whole, leaders], one)
    assert reveals([whole, unit, leaders], one)


PEOPLE = [f"p{number:02}" for number in range(30)]
SHOWN = Release(frozenset(PEOPLE), {"EMEA": frozenset(PEOPLE[:12]), "APAC": frozenset(PEOPLE[12:30])})


@pytest.mark.parametrize(
    ("group", "words"),
    [
        (PEOPLE[:3], "fewer than 5 people"),
        (PEOPLE[:27], "differs from 'the whole'"),
        (PEOPLE[:10], "differs from 'EMEA'"),
        (PEOPLE[:15], "differs from 'EMEA'"),
        (PEOPLE[6:20], None),
        (PEOPLE[:6], None),
    ],
)
def test_cuts_that_single_out_are_refused(group, words):
    reason = refuse_reason({"leaders": group}, [SHOWN])
    assert reason is None if words is None else words in reason


def test_a_late_answer_may_not_be_differenced():
    late = {"EMEA": [*PEOPLE[:12], "late"], "APAC": PEOPLE[12:30]}
    assert "has changed by fewer than 5" in refuse_reason(late, [SHOWN], whole=[*PEOPLE, "late"])
    five = [f"late{number}" for number in range(5)]
    assert refuse_reason({"EMEA": [*PEOPLE[:12], *five]}, [SHOWN], whole=[*PEOPLE, *five]) is None


def test_cuts_that_single_out_only_together_are_refused():
    first = Release(frozenset(PEOPLE), {"leaders": frozenset(PEOPLE[:10])})
    second = Release(frozenset(PEOPLE), {"managers": frozenset(PEOPLE[10:20])})
    reason = refuse_reason({"the field": PEOPLE[:19]}, [first, second])
    assert reason == (
        "'the field' combined with what was shown before would single out fewer than 5 people: choose a broader cut"
    )


def test_the_same_cut_again_is_allowed():
    assert refuse_reason(SHOWN.groups, [SHOWN], whole=PEOPLE) is None
    assert refuse_reason({"EMEA": PEOPLE[:12]}, []) is None


@given(st.lists(st.integers(0, 20), min_size=3, max_size=7), st.integers(2, 6))
def test_merged_counts_keep_the_total_and_are_zero_or_k(counts, k):
    bars = merge_small_counts(counts, k)
    if sum(counts) < k:
        assert bars == ()
        return
    assert sum(bar.count for bar in bars) == sum(counts)
    assert all(bar.count == 0 or bar.count >= k for bar in bars)
    levels = [level for bar in bars for level in range(bar.first, bar.last + 1)]
    assert levels == list(range(1, len(counts) + 1))
    assert all(not bar.merged for bar in bars) or any(0 < count < k for count in counts)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([18, 32, 15, 6, 0], [(1, 1, 18), (2, 2, 32), (3, 3, 15), (4, 4, 6), (5, 5, 0)]),
        ([3, 9, 12], [(1, 2, 12), (3, 3, 12)]),
        ([3, 0, 0, 0, 4], [(1, 5, 7)]),
        ([9, 3, 2, 9], [(1, 1, 9), (2, 3, 5), (4, 4, 9)]),
    ],
)
def test_small_counts_join_their_neighbour(counts, expected):
    assert merge_small_counts(counts) == tuple(LevelCount(*bar) for bar in expected)


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="counts holds -1"):
        merge_small_counts([5, -1])


@given(st.lists(st.one_of(st.none(), st.integers(1, 7)), max_size=20))
def test_unanimous_is_one_distinct_answer(values):
    assert unanimous(values) == (len({value for value in values if value is not None}) == 1)
