"""Score a plain CSV of answers without any server: ``trigpoint score ANSWERS.csv``."""

import json
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from app.commands.editions import find_edition
from app.commands.output import standard_output_kept_clean
from app.commands.score_table import print_reliability, print_tables
from questionnaires.load import load_questionnaire
from questionnaires.schema import Questionnaire
from scoring.assess import assess
from scoring.diagnostics import questionnaire_reliability, reliability_document
from scoring.document import to_document
from scoring.editions import SEGMENTS, Edition, EditionError
from scoring.reading import AnswersFile, RefusedInputError, parse_answers, parse_targets
from scoring.results import AssessmentResult, Settings

say = Console(stderr=True, soft_wrap=True, highlight=False)

_PEER_ATTRIBUTES = ("industry", "size")


class MissingRule(StrEnum):
    """What a pair of questions does with people who answered only one of them."""

    pairwise = "pairwise"
    listwise = "listwise"


class By(StrEnum):
    """What to break the result down by."""

    unit = "unit"
    role = "role"


def score(
    answers: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, one row per respondent.")],
    questionnaire: Annotated[str, typer.Option(help="Id of the questionnaire, or id@version.")] = "mops-core",
    by: Annotated[By | None, typer.Option(help="Also show this breakdown, behind the threshold.")] = None,
    invited: Annotated[int | None, typer.Option(min=1, help="People invited, for the response rate.")] = None,
    target: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="CSV: capability,target,importance.")
    ] = None,
    baseline: Annotated[str | None, typer.Option(help="Id of a shipped edition, or the path of a CSV.")] = None,
    peer_group: Annotated[str | None, typer.Option(help="industry=…,size=…: who counts as a peer.")] = None,
    agreement: Annotated[bool, typer.Option("--agreement", help="How far respondents agree.")] = False,
    reliability: Annotated[
        MissingRule | None, typer.Option(help="Reliability of dimensions and capabilities, by this rule for gaps.")
    ] = None,
    min_group: Annotated[int, typer.Option(min=3, help="Fewest people behind any number.")] = 5,
    seed: Annotated[int, typer.Option(help="Seed of the bootstrap.")] = Settings().seed,
    bootstrap: Annotated[int, typer.Option(min=0, help="Bootstrap resamples; 0: none.")] = Settings().bootstrap,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document instead of tables.")] = False,
) -> None:
    """Score answers and print levels with their intervals, gaps, peers and what may be said of units.

    ANSWERS.csv has optional columns respondent, unit, role, seniority, then one for each question id, holding the
    number of a level, nothing (unanswered), dk or na.
    """
    profile = _profile(peer_group, baseline)
    try:
        asked = _questionnaire(questionnaire)
        with standard_output_kept_clean():
            result, read = _result(
                asked,
                answers,
                target,
                baseline,
                profile,
                invited,
                Settings(k=min_group, seed=seed, bootstrap=bootstrap),
            )
    except (RefusedInputError, EditionError) as error:
        for problem in error.problems:
            say.print(problem, markup=False)
        raise typer.Exit(1) from None
    _mention(result, read, by)
    diagnosis = (
        None if reliability is None else questionnaire_reliability(asked, read.answers, missing=reliability.value)
    )
    if as_json:
        document = score_document(result, by=by, agreement=agreement)
        document |= {} if diagnosis is None else {"reliability": reliability_document(diagnosis)}
        typer.echo(json.dumps(document, ensure_ascii=False, indent=1))
    else:
        print_tables(result, by=by, agreement=agreement)
        if diagnosis is not None:
            print_reliability(asked, diagnosis)


def score_document(result: AssessmentResult, *, by: str | None = None, agreement: bool = False) -> dict[str, Any]:
    """The document that ``--json`` prints: what was asked for of ``to_document``."""
    document = to_document(result)
    for breakdown in By:
        if by != breakdown:
            document.pop(f"{breakdown}s", None)
    if not agreement:
        _drop_agreement(document)
    return document


def _drop_agreement(document: Mapping[str, Any]) -> None:
    for capability in document["capabilities"]:
        capability.pop("agreement", None)
    for group in (*document.get("units", ()), *document.get("roles", ())):
        for cell in group.get("capabilities", {}).values():
            cell.pop("agreement", None)


def _result(
    questionnaire: Questionnaire,
    answers: Path,
    target: Path | None,
    baseline: str | None,
    profile: Mapping[str, str],
    invited: int | None,
    settings: Settings,
) -> tuple[AssessmentResult, AnswersFile]:
    read = parse_answers(_text(answers), questionnaire, str(answers))
    if invited is not None and invited < len(read.answers):
        raise RefusedInputError(
            [
                f"--invited is {invited}, but {answers} has {len(read.answers)} respondents: count everyone who was invited"
            ]
        )
    edition: Edition | None = None if baseline is None else find_edition(baseline, questionnaire)
    result = assess(
        questionnaire,
        read.answers,
        read.respondents,
        invited=invited,
        targets=None if target is None else parse_targets(_text(target), questionnaire, str(target)),
        edition=edition,
        profile=profile,
        settings=settings,
    )
    return result, read


def _questionnaire(wanted: str) -> Questionnaire:
    name, _, version = wanted.partition("@")
    try:
        return load_questionnaire(name, version or None)
    except KeyError as error:
        raise RefusedInputError([f"--questionnaire: {error.args[0]}"]) from None


def _profile(peer_group: str | None, baseline: str | None) -> dict[str, str]:
    """``industry=…,size=…`` as a mapping; a wrong attribute or value is wrong usage."""
    if peer_group is None:
        return {}
    if baseline is None:
        raise typer.BadParameter("needs --baseline: name the edition to compare with", param_hint="--peer-group")
    profile = {}
    for part in peer_group.split(","):
        attribute, _, value = (piece.strip() for piece in part.partition("="))
        if attribute not in _PEER_ATTRIBUTES:
            raise typer.BadParameter(
                f"{part!r}: use industry=… and size=…, with a comma between", param_hint="--peer-group"
            )
        if value not in SEGMENTS[attribute]:
            raise typer.BadParameter(
                f"{attribute} {value!r} is unknown: use one of {', '.join(SEGMENTS[attribute])}",
                param_hint="--peer-group",
            )
        profile[attribute] = value
    return profile


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedInputError([f"{path}: byte {error.start} is not UTF-8: save the file as CSV, UTF-8"]) from None


def _mention(result: AssessmentResult, read: AnswersFile, by: str | None) -> None:
    """Tell on standard error what a reader of the numbers should know."""
    if read.missing:
        say.print(
            f"{len(read.missing)} questions have no column and count as not asked, e.g. {read.missing[0]}.",
            markup=False,
        )
    if result.peers is not None and result.peers.label:
        say.print(f"{result.peers.label}.", markup=False)
    if by is not None and by not in read.respondents:
        say.print(f"--by {by}: the file has no column {by}, so there is nothing to break down.", markup=False)
