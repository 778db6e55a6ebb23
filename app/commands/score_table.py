"""A result as tables for the terminal."""

from collections.abc import Mapping
from math import isfinite

from rich.console import Console
from rich.table import Table

from questionnaires.schema import Questionnaire
from scoring.reliability import Reliability
from scoring.results import (
    AssessmentResult,
    CapabilityResult,
    DimensionResult,
    Estimate,
    Group,
    Overall,
    WithheldGroup,
    WithheldLevel,
)
from scoring.wording import apart, level, listed, minus, ordinal, percent, printed, to

FILE_WIDTH = 160
"""Columns when the tables go to a file or another program, where nothing should be cut."""


def print_tables(result: AssessmentResult, *, by: str | None = None, agreement: bool = False) -> None:
    """Print overall, dimensions, capabilities and, where asked for, units or roles to standard output."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, FILE_WIDTH)
    _print_overall(console, result)
    for title, rows in (("Dimensions", result.dimensions), ("Capabilities", result.capabilities)):
        console.print(_levels(title, rows, result, agreement and title == "Capabilities"))
    if by is not None:
        console.print(_groups(by, result.units if by == "unit" else result.roles, result))
    for finding in result.findings:
        console.print(f"{finding.title}. {finding.text}", markup=False, soft_wrap=True)
    if result.peers is not None:
        console.print(_peers_line(result), markup=False, soft_wrap=True)


def print_reliability(questionnaire: Questionnaire, found: Mapping[str, Reliability]) -> None:
    """Print alpha with its interval and omega of every dimension and capability: a diagnosis of the questions."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = max(console.width, FILE_WIDTH)
    rule = next(iter(found.values())).missing if found else ""
    table = Table(title=f"Reliability, missing answers {rule}", title_justify="left")
    table.add_column("")
    for heading in ("n", "alpha", "interval", "omega"):
        table.add_column(heading, justify="right")
    names = {one.id: one.name for one in questionnaire.dimensions}
    names |= {one.id: one.name for one in questionnaire.capabilities}
    for name, page in found.items():
        if page.notes:
            table.add_row(names[name], str(page.n), "–", page.notes[0])
            continue
        alpha, omega = page.alpha, page.omega.estimate
        between = (
            "" if alpha.low is None or alpha.high is None else f"{printed(alpha.low, 2)} to {printed(alpha.high, 2)}"
        )
        shown = [str(printed(one, 2)) if isfinite(one) else "" for one in (alpha.estimate, omega)]
        table.add_row(names[name], str(page.n), shown[0], between, shown[1])
    console.print(table)


def _print_overall(console: Console, result: AssessmentResult) -> None:
    asked = result.questionnaire
    console.print(f"{asked.id} {asked.version}", markup=False)
    if isinstance(result.overall, WithheldLevel):
        console.print(result.overall.sentence, markup=False)
        return
    overall = result.overall
    console.print(f"Overall level {_estimate(overall)}, n = {overall.n}", markup=False)
    console.print(_stage(overall, result), markup=False, soft_wrap=True)
    if result.response_rate is not None:
        rate = result.response_rate
        console.print(f"Answered by {rate.count} of {rate.n} invited ({percent(rate.share)})", markup=False)


def _stage(overall: Overall, result: AssessmentResult) -> str:
    words = f"Stage {overall.stage:g}, {overall.stage_name}{', provisional' if overall.provisional else ''}."
    if not overall.binding:
        return words
    names = {one.id: one.short.partition(",")[0] for one in result.capabilities}
    return f"{words} Held back by {listed([names[name] for name in overall.binding], limit=3)}."


def _levels(
    title: str,
    rows: tuple[DimensionResult | WithheldLevel, ...] | tuple[CapabilityResult | WithheldLevel, ...],
    result: AssessmentResult,
    agreement: bool,
) -> Table:
    table = Table(title=title, title_justify="left")
    table.add_column("")
    for heading in ("level", "interval", "n", "target", "to go", "peers", "percentile", "coverage"):
        table.add_column(heading, justify="right")
    if agreement:
        table.add_column("agreement")
    for row in rows:
        if isinstance(row, WithheldLevel):
            table.add_row(row.name, row.withheld)
        else:
            extra = [_agreement(row)] if agreement and isinstance(row, CapabilityResult) else []
            table.add_row(row.name, *_columns(row), *extra)
    return table


def _columns(row: DimensionResult | CapabilityResult) -> list[str]:
    peer = row.peer
    return [
        level(row.estimate),
        "" if row.low is None or row.high is None else to(row.low, row.high),
        str(row.n),
        "" if row.target is None else level(row.target),
        "" if row.target is None else minus(apart(row.target, row.estimate)),
        "" if peer is None else level(peer.median),
        "" if peer is None else (ordinal(peer.percentile) if peer.percentile is not None else f"{peer.third} third"),
        percent(row.coverage),
    ]


def _agreement(row: CapabilityResult) -> str:
    return "" if row.agreement is None else row.agreement.band


def _groups(by: str, rows: tuple[Group | WithheldGroup, ...], result: AssessmentResult) -> Table:
    table = Table(title=f"By {by}", title_justify="left")
    table.add_column("")
    for heading in ("n", "overall", *(dimension.name for dimension in result.dimensions)):
        table.add_column(heading, justify="right")
    for row in rows:
        if isinstance(row, WithheldGroup):
            table.add_row(row.id, "–", row.withheld)
        else:
            cells = (row.overall, *row.dimensions.values())
            table.add_row(row.id, str(row.n), *(_estimate(c) if isinstance(c, Estimate) else c.withheld for c in cells))
    return table


def _estimate(estimate: Estimate) -> str:
    interval = "" if estimate.low is None or estimate.high is None else f" ({to(estimate.low, estimate.high)})"
    return f"{level(estimate.estimate)}{interval}"


def _peers_line(result: AssessmentResult) -> str:
    peers = result.peers
    if peers is None:
        return ""
    fallback = f" (asked: {peers.asked}; {peers.fallback})" if peers.fallback else ""
    label = f"{peers.label}. " if peers.label else ""
    return f"{label}Peers: {peers.group_name}, n = {peers.n}{fallback}, edition {peers.edition}."
