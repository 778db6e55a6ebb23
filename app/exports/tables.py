"""The tables that every export holds: what the report shows, with what it was computed from."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.formats import Field
from app.results.frame import answered_by, window
from app.results.measures import Value, group_values, groups_of, value_of
from app.results.pages.heatmap import row_name
from app.results.queries import Report
from scoring.results import CapabilityResult, Change, DimensionResult, Group, Overall, WithheldLevel


@dataclass(frozen=True)
class Sheet:
    """One table with its heading row."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Field, ...], ...]


def about(report: Report) -> tuple[tuple[str, str], ...]:
    """What must travel with the numbers: snapshot, questionnaire, edition, date and label."""
    result = report.result
    facts = [
        ("organization", report.organization.name),
        ("assessment", report.assessment.name),
        ("snapshot", report.snapshot.id),
        ("computed_at", report.snapshot.computed_at.isoformat()),
        ("answered_by", answered_by(report)),
        ("window", window(report)),
        ("questionnaire", f"{result.questionnaire.id} {result.questionnaire.version}"),
        ("questionnaire_sha256", result.questionnaire.sha256),
        ("scoring_version", result.scoring_version),
        ("inputs_sha256", report.snapshot.inputs_sha256),
        ("smallest_group_shown", str(result.settings.k)),
    ]
    if result.peers:
        facts += [
            ("baseline_edition", f"{result.peers.id} {result.peers.edition}"),
            ("peer_group", f"{result.peers.group_name}, n = {result.peers.n}"),
            ("baseline_kind", result.peers.kind),
        ]
    if report.label:
        facts.append(("label", report.label))
    return tuple(facts)


LEVEL_COLUMNS = (
    "kind",
    "id",
    "name",
    "dimension",
    "level",
    "low",
    "high",
    "n",
    "coverage",
    "dont_know",
    "not_applicable",
    "target",
    "importance",
    "target_gap",
    "peer_median",
    "peer_gap",
    "percentile",
    "percentile_low",
    "percentile_high",
    "peers",
    "change",
    "change_low",
    "change_high",
    "n_before",
    "n_linked",
    "agreement_rwg_j",
    "withheld",
)


def levels(report: Report) -> Sheet:
    """The whole organisation: overall, dimensions, capabilities."""
    result = report.result
    rows = [_level_row("overall", result.overall)]
    rows += [_level_row("dimension", one) for one in result.dimensions]
    rows += [_level_row("capability", one) for one in result.capabilities]
    return Sheet("Levels", LEVEL_COLUMNS, tuple(rows))


def _level_row(kind: str, one: Overall | DimensionResult | CapabilityResult | WithheldLevel) -> tuple[Field, ...]:
    name = getattr(one, "name", "Overall")
    identity: tuple[Field, ...] = (kind, getattr(one, "id", "overall"), name, getattr(one, "dimension", ""))
    if isinstance(one, WithheldLevel):
        return (*identity, *([None] * (len(LEVEL_COLUMNS) - len(identity) - 1)), one.sentence)
    peer, agreement = one.peer, one.agreement if isinstance(one, CapabilityResult) else None
    return (
        *identity,
        one.estimate,
        one.low,
        one.high,
        one.n,
        getattr(one, "coverage", None),
        getattr(one, "dont_know", None),
        getattr(one, "not_applicable", None),
        one.target,
        getattr(one, "importance", None),
        one.target_gap,
        peer.median if peer else None,
        one.peer_gap,
        peer.percentile if peer else None,
        peer.percentile_low if peer else None,
        peer.percentile_high if peer else None,
        peer.n if peer else None,
        *(_change(one.change) if one.change else [None] * 5),
        agreement.rwg_j if agreement else None,
        "",
    )


def _change(change: Change) -> tuple[Field, ...]:
    return change.change, change.low, change.high, change.n_before, change.n_linked


GROUP_COLUMNS = (
    "by",
    "group",
    "n",
    "capability",
    "level",
    "low",
    "high",
    "target_gap",
    "peer_gap",
    "change",
    "withheld",
)


def groups(report: Report) -> Sheet:
    """Units and roles on every capability; a withheld group is one row that says why."""
    return Sheet("Groups", GROUP_COLUMNS, tuple(_group_rows(report)))


def _group_rows(report: Report) -> Iterator[tuple[Field, ...]]:
    for by in ("unit", "role"):
        for group in groups_of(report.result, "unit" if by == "unit" else "role"):
            name = row_name(report, "unit" if by == "unit" else "role", group.id)
            if isinstance(group, Group):
                yield from _cells(report, by, name, group)
            else:
                yield (by, name, *([None] * (len(GROUP_COLUMNS) - 3)), group.sentence)


def _cells(report: Report, by: str, name: str, group: Group) -> Iterator[tuple[Field, ...]]:
    for capability_id, value in group_values(report.result, group, "level"):
        column = report.result.capability(capability_id)
        if not isinstance(value, Value):
            yield (by, name, group.n, capability_id, *([None] * 6), value.sentence)
            continue
        cell = group.capabilities[capability_id]
        others = [value_of(cell, measure, column) for measure in ("target_gap", "peer_gap", "change")]
        numbers = [one.exact if isinstance(one, Value) else None for one in others]
        yield (by, name, value.n, capability_id, value.exact, value.low, value.high, *numbers, "")
