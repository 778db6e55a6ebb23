"""Where we stand among peers: percentile, quartiles and distance, in the most specific peer group that is large enough.

The chain is industry × size → industry → size → all organisations. The first group with at least 10 peers is used;
where none has 10, the first with at least 5, and then only thirds are claimed. We are never among our own peers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from scoring.editions import Edition
from scoring.effect import benjamini_hochberg
from scoring.intervals import wilson
from scoring.results import Estimate, Interval, Peer, Third, Thirds
from scoring.rounding import ROUNDING, vary
from scoring.shrinkage import shrink

ENOUGH_FOR_PERCENTILE = 10
ENOUGH_FOR_THIRDS = 5

_CHAIN: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("industry×size", ("industry", "size")),
    ("industry", ("industry",)),
    ("size", ("size",)),
    ("all", ()),
)

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PeerSlice:
    """One link of the chain: the peers in it, and the sibling groups that its mean is shrunken among.

    ``members`` : shape (n_peers,), bool; ``siblings`` : shape (n_peers,), code of each peer's sibling group, −1 =
    outside the parent; ``own`` : our group's code
    """

    group: str
    name: str
    members: NDArray[np.bool_]
    siblings: NDArray[np.intp]
    own: int


def percentiles(levels: ArrayLike, ours: ArrayLike) -> pd.DataFrame:
    """Mid-rank percentile of one organisation among its peers, for every capability at once.

    levels : shape (n_peers, n_capabilities), NaN = not measured, without ourselves; ours : shape (n_capabilities,),
    NaN = none Returns below, equal, n and percentile (0–100; NaN when n is 0 or ours is missing).
    Formula: 100 (L + E/2) / n, L peers below and E equal (within 1e−9).

    >>> percentiles([[2.0], [3.0], [3.0], [4.0]], [3.0]).loc[0, ["below", "equal", "percentile"]].tolist()
    [1.0, 2.0, 50.0]
    """
    peers, own = np.asarray(levels, dtype=float), np.asarray(ours, dtype=float)
    below = (peers < own - 1e-9).sum(axis=0)
    equal = (peers <= own + 1e-9).sum(axis=0) - below
    n = len(peers) - np.isnan(peers).sum(axis=0)
    known = (n > 0) & ~np.isnan(own)
    percentile = np.full(len(own), np.nan)
    percentile[known] = 100 * (below + equal / 2)[known] / n[known]
    return pd.DataFrame({"below": below, "equal": equal, "n": n, "percentile": percentile})


def peer_chain(edition: Edition, profile: Mapping[str, str], organization: str | None = None) -> tuple[PeerSlice, ...]:
    """The peer groups of an organisation, most specific first; groups whose attribute the profile lacks are left out.

    profile : industry and size; organization : our own number in the edition, excluded from every group
    """
    others = np.array([number != organization for number in edition.organizations], dtype=bool)
    slices = []
    for group, attributes in _CHAIN:
        if not all(profile.get(attribute) for attribute in attributes):
            continue
        members = others.copy()
        for attribute in attributes:
            members &= (edition.segments[attribute] == profile[attribute]).to_numpy()
        siblings, own = _siblings(edition, profile, attributes, others)
        slices.append(PeerSlice(group, group_words(attributes, profile), members, siblings, own))
    return tuple(slices)


def compare(
    ours: Estimate,
    levels: Floats,
    chain: Sequence[PeerSlice],
    edition: Edition,
) -> Peer | None:
    """One of our levels against the first large enough peer group, or ``None`` when not even all organisations are 5.

    levels : shape (n_peers,), the same thing measured on every organisation of the edition, NaN = not measured
    ``clear`` is left False: it is decided over the whole family by ``mark_clear``.
    """
    measured = ~np.isnan(levels)
    sizes = [int((link.members & measured).sum()) for link in chain]
    place = _first(sizes, ENOUGH_FOR_PERCENTILE)
    place = _first(sizes, ENOUGH_FOR_THIRDS) if place is None else place
    if place is None:
        return None
    link, n = chain[place], sizes[place]
    peers = levels[link.members & measured]
    lower, median, upper = (float(value) for value in np.quantile(peers, (0.25, 0.5, 0.75)))
    shrunken = shrink(levels, link.siblings, link.own)
    sd = float(peers.std(ddof=1))
    rank = percentiles(peers[:, None], [ours.estimate]).iloc[0]
    successes = float(rank["below"] + rank["equal"] / 2)
    share = wilson(successes, n)
    ranked = n >= ENOUGH_FOR_PERCENTILE
    nearer = _first(sizes[:place], ENOUGH_FOR_THIRDS)
    return Peer(
        median=median,
        lower_quartile=lower,
        upper_quartile=upper,
        mean=shrunken.mean,
        raw_mean=float(peers.mean()),
        weight=shrunken.weight,
        sd=sd,
        n=n,
        group=link.group,
        group_name=link.name,
        fallback="; ".join(f"{one.group} has {size}" for one, size in zip(chain[:place], sizes[:place], strict=True)),
        edition=edition.edition,
        kind=edition.kind,
        label=edition.label,
        gap=median - ours.estimate,
        gap_interval=_gap_interval(median, ours),
        percentile=100 * share.estimate if ranked else None,
        percentile_low=100 * share.low if ranked and share.low is not None else None,
        percentile_high=100 * share.high if ranked and share.high is not None else None,
        third=None if ranked else third_of(successes / n),
        specific=None if nearer is None else _thirds(ours, levels, chain[nearer]),
        distance=(ours.estimate - shrunken.mean) / sd if vary(peers) else None,
        p_value=_p_value(ours, median, successes / n, n) if ranked else None,
        levels=None if edition.kind == "pooled" else tuple(sorted(float(level) for level in peers)),
    )


def third_of(share: float) -> Third:
    """Lower, middle or upper third of a mid-rank share from 0 to 1.

    >>> third_of(0.2), third_of(1 / 3), third_of(0.9)
    ('lower', 'middle', 'upper')
    """
    if share < 1 / 3:
        return "lower"
    return "middle" if share <= 2 / 3 else "upper"


def mark_clear(peers: Mapping[str, Peer], q: float) -> dict[str, Peer]:
    """Mark the comparisons of one family that are clear: both intervals agree, and both survive Benjamini–Hochberg.

    Clear: our interval excludes the peer median, the percentile's excludes 50, and the larger of their two p-values
    is rejected at false-discovery rate ``q`` over the family. Source: Benjamini & Hochberg (1995), JRSS B 57,
    289–300; the larger of two p-values tests both at once (intersection–union, Berger 1982).
    """
    tested = {name: peer.p_value for name, peer in peers.items() if peer.p_value is not None}
    if not tested:
        return dict(peers)
    clear = benjamini_hochberg(tested, q=q).table["clear"]
    return {
        name: replace(peer, clear=bool(name in tested and clear[name] and _both_exclude(peer)))
        for name, peer in peers.items()
    }


def composite_peers(levels: Floats, weights: Floats) -> Floats:
    """Each peer's dimension or overall level: the weighted mean of what was measured, NaN below half of the weight.

    levels : shape (n_peers, n_capabilities); weights : shape (n_capabilities,), sum 1

    >>> composite_peers(np.array([[2.0, 4.0], [3.0, np.nan]]), np.array([0.5, 0.5])).tolist()
    [3.0, 3.0]
    """
    measured = ~np.isnan(levels)
    covered = measured @ weights
    total = np.where(measured, levels, 0.0) @ weights
    result: Floats = np.divide(total, covered, out=np.full(len(levels), np.nan), where=covered >= 0.5 - 1e-12)
    return result


def group_words(attributes: Sequence[str], profile: Mapping[str, str]) -> str:
    """The peer group in words.

    >>> group_words(("industry",), {"industry": "financial-services"})
    'financial services, all sizes'
    >>> group_words(("industry", "size"), {"industry": "industrial", "size": "1000-4999"})
    'industrial, 1,000–4,999 people'
    >>> group_words((), {})
    'all industries and sizes'
    """
    if not attributes:
        return "all industries and sizes"
    industry = profile["industry"].replace("-", " ") if "industry" in attributes else "all industries"
    return f"{industry}, {_size_words(profile['size']) if 'size' in attributes else 'all sizes'}"


def _size_words(size: str) -> str:
    parts = [f"{int(part):,}" if part.isdigit() else part for part in size.split("-")]
    if parts[0] == "under":
        return f"under {parts[-1]} people"
    if parts[-1] == "plus":
        return f"{parts[0]} people or more"
    return f"{'–'.join(parts)} people"


def _siblings(
    edition: Edition, profile: Mapping[str, str], attributes: Sequence[str], others: NDArray[np.bool_]
) -> tuple[NDArray[np.intp], int]:
    """Groups that differ in the last attribute only; without attributes everyone is one group."""
    if not attributes:
        return np.where(others, 0, -1), 0
    *shared, own = attributes
    inside = others.copy()
    for attribute in shared:
        inside &= (edition.segments[attribute] == profile[attribute]).to_numpy()
    labels = sorted({*edition.segments[own], profile[own]})
    codes = pd.Categorical(edition.segments[own], categories=labels).codes.astype(np.intp)
    return np.where(inside, codes, -1), labels.index(profile[own])


def _first(sizes: Sequence[int], enough: int) -> int | None:
    return next((place for place, size in enumerate(sizes) if size >= enough), None)


def _thirds(ours: Estimate, levels: Floats, link: PeerSlice) -> Thirds:
    peers = levels[link.members & ~np.isnan(levels)]
    share = float(percentiles(peers[:, None], [ours.estimate])["percentile"].to_numpy()[0]) / 100
    return Thirds(third=third_of(share), n=len(peers), group=link.group, group_name=link.name)


def _gap_interval(median: float, ours: Estimate) -> Interval | None:
    if ours.low is None or ours.high is None:
        return None
    return Interval(low=median - ours.high, high=median - ours.low)


def _p_value(ours: Estimate, median: float, share: float, n: int) -> float | None:
    """The larger of two p-values: our level against the median (t), and our rank against the middle (score test)."""
    if ours.se is None or ours.df is None:
        return None
    difference = abs(ours.estimate - median)
    nothing = ROUNDING * abs(ours.estimate)
    sure = ours.se <= nothing
    level = float(difference <= nothing) if sure else float(2 * stats.t.sf(difference / ours.se, ours.df))
    rank = float(2 * stats.norm.sf(abs(share - 0.5) / np.sqrt(0.25 / n)))
    return max(level, rank)


def _both_exclude(peer: Peer) -> bool:
    if peer.gap_interval is None or peer.percentile_low is None or peer.percentile_high is None:
        return False
    return peer.gap_interval.excludes_zero and not peer.percentile_low <= 50 <= peer.percentile_high
