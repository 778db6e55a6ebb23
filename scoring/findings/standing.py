"""Findings on where the organisation stands: against peers, and on which stage."""

from collections.abc import Iterable, Sequence

from scoring.findings.shown import Shown, spoken
from scoring.results import CapabilityResult, Finding
from scoring.wording import capitalised, counted, level, listed, number_word, parts, place_among, printed


def against_peers(shown: Shown) -> Finding | None:
    """``against-peers``: what is clearly behind or ahead of the peer group; ``no-peer-difference`` where nothing is."""
    peers = shown.result.peers
    if peers is None or not peers.family:
        return None
    known = {one.id: one for one in shown.capabilities}
    behind = sorted((known[name] for name in peers.behind), key=_percentile)
    ahead = sorted((known[name] for name in peers.ahead), key=_percentile, reverse=True)
    group = f"{peers.n} organisations ({peers.group_name}, edition {peers.edition})"
    label = f" {peers.label}." if peers.label else ""
    if not behind and not ahead:
        return Finding(
            kind="Against peers",
            rule="no-peer-difference",
            title="Nothing stands clearly apart from peers",
            parts=parts(f"Of {peers.family} comparisons with {group}, none is clear after correction.{label}"),
            numbers={"family": float(peers.family)},
        )
    behind_words = f"{capitalised(_with_percentiles(behind))} {_stand(behind)} clearly behind. " if behind else ""
    ahead_words = f"{capitalised(_with_percentiles(ahead))} {_stand(ahead)} clearly ahead. " if ahead else ""
    return Finding(
        kind="Against peers",
        rule="against-peers",
        title=capitalised(_ahead_behind(len(behind), len(ahead))),
        parts=parts(
            f"{behind_words}{ahead_words}Of {peers.family} comparisons with {group}, ",
            f"{len(behind)} are behind and {len(ahead)} ahead",
            f"{_rest(peers.family - len(behind) - len(ahead))}.{label}",
        ),
        capabilities=tuple(one.id for one in (*behind, *ahead)),
        numbers={
            one.id: one.peer.percentile for one in (*behind, *ahead) if one.peer and one.peer.percentile is not None
        },
    )


def holding_back(shown: Shown) -> Finding | None:
    """``holding-back``: the capabilities below the next stage."""
    overall = shown.result.overall
    if overall.withheld is not None or not overall.binding or overall.next_stage_name is None:
        return None
    binding = [one for one in shown.capabilities if one.id in overall.binding]
    binding.sort(key=lambda one: one.estimate)
    levels = shown.questionnaire.scale.values
    following = min((value for value in levels if value > overall.stage), default=overall.stage)
    few = listed([f"{spoken(one)} {_below(one.estimate, following)}" for one in binding], limit=4)
    provisional = (
        " The stage is provisional: the interval of a deciding capability crosses a level."
        if overall.provisional
        else ""
    )
    return Finding(
        kind="Stage",
        rule="holding-back",
        title=_held_title(len(binding), len(shown.capabilities), overall.next_stage_name),
        parts=parts(
            "A stage counts once every capability reaches it. ",
            f"Stage {overall.stage:g}, {overall.stage_name}",
            f", becomes {overall.next_stage_name} when {'it does' if len(binding) == 1 else 'these do'}: {few}.{provisional}",
        ),
        capabilities=tuple(one.id for one in binding),
        numbers={one.id: one.estimate for one in binding},
    )


def _below(estimate: float, following: float) -> str:
    """A level under the next stage, which must not read as if it had reached it.

    >>> _below(2.4, 3.0), _below(2.97, 3.0)
    ('2.4', 'just under 3.0')
    """
    return f"just under {level(following)}" if printed(estimate) >= printed(following) else level(estimate)


def _held_title(binding: int, of: int, following: str) -> str:
    if binding == of > 1:
        return f"Every capability is still below {following}"
    if binding > of / 2:
        return f"{capitalised(counted(binding, 'capability', 'capabilities'))} of {of} are still below {following}"
    return f"{capitalised(counted(binding, 'capability holds', 'capabilities hold'))} {following} back"


def _rest(number: int) -> str:
    others = "one is" if number == 1 else f"{number_word(number)} are"
    return f"; the other {others} not clearly different from peers" if number else ""


def _percentile(one: CapabilityResult) -> float:
    return one.peer.percentile if one.peer is not None and one.peer.percentile is not None else 50.0


def _with_percentiles(some: Iterable[CapabilityResult]) -> str:
    return listed([f"{spoken(one)} ({place_among(_percentile(one))})" for one in some], limit=3)


def _stand(some: Sequence[CapabilityResult]) -> str:
    return "stands" if len(some) == 1 else "stand"


def _ahead_behind(behind: int, ahead: int) -> str:
    if not ahead:
        return f"clearly behind peers in {counted(behind, 'capability', 'capabilities')}, ahead in none"
    if not behind:
        return f"clearly ahead of peers in {counted(ahead, 'capability', 'capabilities')}, behind in none"
    return f"clearly behind peers in {counted(behind, 'capability', 'capabilities')}, ahead in {number_word(ahead)}"
