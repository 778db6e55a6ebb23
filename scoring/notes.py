"""Method and limits: how each number of the report was computed, with this assessment's own figures."""

from datetime import date

from scoring.findings.shown import Shown
from scoring.results import SCORING_VERSION, Note, Overall
from scoring.wording import capitalised, counted, level, percent, to


def method_notes(shown: Shown) -> tuple[Note, ...]:
    """The notes that apply to a result, in the order in which the report prints them."""
    rules = (_levels, _intervals, _missing, _stage, _targets, _peers, _agreement, _change, _disclosure, _versions)
    return tuple(note for rule in rules if (note := rule(shown)) is not None)


def _levels(shown: Shown) -> Note:
    weighted = any(unit.invited is not None for unit in shown.units)
    hidden = any(unit.withheld for unit in shown.result.units)
    weights = "units weigh by headcount" if weighted else "everyone who answered weighs the same"
    return Note(
        topic="levels",
        title="Levels",
        text=(
            "Answers average to a person's level on a capability, people to a unit, units to the organisation "
            f"({weights}{', those that are withheld as one' if weighted and hidden else ''}). "
            "Capabilities average equally to a dimension, dimensions equally to the whole."
        ),
    )


def _intervals(shown: Shown) -> Note:
    settings, overall = shown.result.settings, shown.result.overall
    text = (
        f"{percent(settings.confidence)} intervals, stratified by unit, without finite-population correction. "
        "Fewer than 5 answers carry no interval."
    )
    if isinstance(overall, Overall):
        if overall.with_fpc is not None and overall.with_fpc.low is not None and overall.with_fpc.high is not None:
            corrected = to(overall.with_fpc.low, overall.with_fpc.high)
            text += f" With it the whole lies at {corrected}, if those who answered are a random part of the invited."
        if "bootstrap" in overall.method:
            text += f" Dimensions and the whole: {overall.method}."
    rate = shown.result.response_rate
    if rate is not None:
        text += f" {rate.count} of {rate.n} invited answered ({percent(rate.share)})."
    return Note(topic="intervals", title="Intervals", text=text)


def _missing(shown: Shown) -> Note:
    questionnaire = shown.questionnaire
    share = percent(questionnaire.min_answered_share)
    lowest, highest = f"{questionnaire.scale.low:g}", f"{questionnaire.scale.high:g}"
    return Note(
        topic="missing",
        title="Missing answers",
        text=(
            "Don't know, not applicable and unanswered are kept apart; none counts as a level. A person is scored on a "
            f"capability with at least {share} of its applicable questions answered. The bounds show the level if every "
            f"“don't know” were {lowest}, and if it were {highest}."
        ),
    )


def _stage(shown: Shown) -> Note | None:
    overall = shown.result.overall
    if not isinstance(overall, Overall):
        return None
    text = "The stage is the highest level that every capability reaches; provisional: a deciding interval crosses a level."
    if overall.weight_range is not None:
        low, high = overall.weight_range
        text += f" If every dimension's weight moved by up to 20%, the whole would stay between {level(low)} and {level(high)}."
    return Note(topic="stage", title="Stage and weights", text=text)


def _targets(shown: Shown) -> Note | None:
    if not any(one.target is not None for one in shown.capabilities):
        return None
    return Note(
        topic="targets",
        title="Gaps and priorities",
        text=(
            "A gap is target minus level, so positive is still to go; its interval is the level's. Priority is importance × "
            "gap, and its places under ±20% importance are exact bounds. Above target means that the interval excludes zero."
        ),
    )


def _peers(shown: Shown) -> Note | None:
    peers = shown.result.peers
    if peers is None:
        return None
    published = date.fromisoformat(peers.published_on)
    fallback = f" Asked for: {peers.asked}; {peers.fallback}, and a percentile needs 10." if peers.fallback else ""
    label = f" {peers.label}." if peers.label else ""
    q = shown.result.settings.q
    return Note(
        topic="peers",
        title="Peers",
        text=(
            f"{capitalised(peers.group_name)}, n = {peers.n}, edition {peers.edition} of {published.day} {published:%B %Y}."
            f"{label}{fallback} Source: {peers.source} Percentiles are mid-ranks with Wilson intervals, the organisation "
            "itself left out; group means are shrunken toward the next larger group. Clear: our interval excludes the peer "
            "median, the percentile's excludes 50, and both survive Benjamini–Hochberg "
            f"(q = {q:g}) over {counted(peers.family, 'comparison', 'comparisons')}."
        ),
    )


def _agreement(shown: Shown) -> Note | None:
    if not shown.capabilities:
        return None
    return Note(
        topic="agreement",
        title="Agreement and perception",
        text=(
            "Agreement, rwg(j), compares the spread of answers with answers given at random, uniform and slightly skewed; AD "
            "is the mean distance from the mean. Leaders and staff are compared by Welch's interval and Cliff's delta, "
            f"corrected over all capabilities (Benjamini–Hochberg, q = {shown.result.settings.q:g})."
        ),
    )


def _change(shown: Shown) -> Note | None:
    compared = shown.result.comparability
    if compared is None:
        return None
    linked = max((one.change.n_linked or 0 for one in shown.capabilities if one.change is not None), default=0)
    text = f"{compared.note} Changes are differences of two estimates with Welch–Satterthwaite intervals."
    if linked:
        text = (
            f"{compared.note} Up to {linked} people answered both times: changes of the whole hold them against their own "
            "earlier answers (partially overlapping t, the paired t where everyone did). Units and roles are compared as "
            "two groups (Welch–Satterthwaite)."
        )
    return Note(topic="change", title="Change since the wave before", text=text)


def _disclosure(shown: Shown) -> Note:
    k = shown.result.settings.k
    hidden = len(shown.result.units) - len(shown.units)
    some = f" {counted(hidden, 'unit is', 'units are').capitalize()} withheld here." if hidden else ""
    return Note(
        topic="disclosure",
        title="What is withheld",
        text=(
            f"Nothing is shown of fewer than {k} people, nor anything from which it could be worked out: other cells are "
            f"withheld to protect them, and so are groups in which everyone gave the same answer.{some}"
        ),
    )


def _versions(shown: Shown) -> Note:
    asked = shown.result.questionnaire
    return Note(
        topic="versions",
        title="Versions",
        text=f"Questionnaire {asked.id} {asked.version} (sha256 {asked.sha256[:12]}…), scoring {SCORING_VERSION}.",
    )
