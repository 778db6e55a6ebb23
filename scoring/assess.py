"""The one entry that computes a whole assessment result."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from questionnaires.schema import Questionnaire
from scoring.breakdowns import break_down, safely_weighted
from scoring.change import comparability
from scoring.composites import OVERALL
from scoring.distributions import outcome_distributions, share_of
from scoring.editions import Edition
from scoring.findings import findings
from scoring.findings.shown import Shown
from scoring.gaps import over_investment
from scoring.headlines import headlined, section_headlines
from scoring.levels import Context, Levels
from scoring.linkage import Wave, people_in
from scoring.notes import method_notes
from scoring.patterns import Answers
from scoring.peers import peer_chain
from scoring.results import (
    SCORING_VERSION,
    AssessmentResult,
    PeerGroup,
    QuestionnaireRef,
    Settings,
    Share,
)
from scoring.survey import Survey, survey_of
from scoring.whole import capability_results, dimension_results, overall_result


def assess(
    questionnaire: Questionnaire,
    answers: Answers,
    respondents: pd.DataFrame,
    *,
    invited: int | Mapping[str, int] | None = None,
    headcount: Mapping[str, int] | None = None,
    targets: pd.DataFrame | None = None,
    edition: Edition | None = None,
    profile: Mapping[str, str] | None = None,
    organization: str | None = None,
    previous: AssessmentResult | None = None,
    previous_wave: Wave | None = None,
    settings: Settings | None = None,
) -> AssessmentResult:
    """Compute everything that the report shows.

    answers : shape (n_respondents, len(questionnaire.asked)), uint8 vector codes (0 unanswered, 1…L, 254 don't know,
    255 not applicable) respondents : the same rows; columns unit and role, both optional, empty = unknown invited :
    people invited, in all or by unit; headcount : people by unit, the weights targets : columns capability, target
    and importance (either may be empty); edition, profile (industry, size) and organization (our own number in the
    edition, left out of our peers) : the peer comparison; previous : the result of the wave before;
    previous_wave : what it was computed from, with a column person in both waves' respondents where people can be
    linked: the change is then that of paired answers. Raises ``ValueError`` for answers that are no codes, rows that
    do not match or a target of an unknown capability.
    """
    settings = settings or Settings()
    survey = survey_of(questionnaire, answers, respondents, invited=invited, headcount=headcount)
    levels = Levels(
        survey,
        Context(
            settings=settings,
            targets=_column(questionnaire, targets, "target"),
            importance=_column(questionnaire, targets, "importance"),
            edition=edition,
            chain=() if edition is None else peer_chain(edition, profile or {}, organization),
            previous=previous,
            previous_wave=previous_wave,
            people=people_in(respondents),
        ),
    )
    levels = safely_weighted(levels)
    parts = break_down(levels, respondents)
    capabilities = capability_results(levels, parts.gaps)
    computed = AssessmentResult(
        questionnaire=_reference(survey.questionnaire),
        scoring_version=SCORING_VERSION,
        settings=settings,
        respondents=survey.n if survey.n >= settings.k else None,
        invited=survey.invited,
        response_rate=_response_rate(survey, settings),
        overall=overall_result(levels),
        dimensions=dimension_results(levels),
        capabilities=capabilities,
        units=parts.units,
        roles=parts.roles,
        perception=parts.perception,
        peers=_peer_group(levels),
        comparability=None if previous is None else comparability(survey.questionnaire, previous),
        over_investment=over_investment(capabilities),
        outcomes=outcome_distributions(questionnaire, answers, settings.k) if survey.n >= settings.k else (),
    )
    return in_words(computed, survey.questionnaire)


def in_words(result: AssessmentResult, questionnaire: Questionnaire) -> AssessmentResult:
    """The result with headlines, findings and notes written from its numbers; questionnaire : as it was asked."""
    shown = Shown(result, questionnaire)
    return replace(
        result,
        capabilities=headlined(result, shown),
        sections=section_headlines(shown),
        findings=findings(result, questionnaire),
        notes=method_notes(shown),
    )


def _column(questionnaire: Questionnaire, targets: pd.DataFrame | None, column: str) -> dict[str, float]:
    if targets is None or column not in targets:
        return {}
    known = {capability.id for capability in questionnaire.capabilities}
    unknown = [name for name in targets["capability"] if name not in known]
    if unknown:
        raise ValueError(
            f"targets names capability {unknown[0]!r}: use an id of {questionnaire.id} {questionnaire.version}"
        )
    given = targets[targets[column].notna()]
    return {str(name): float(value) for name, value in zip(given["capability"], given[column], strict=True)}


def _reference(questionnaire: Questionnaire) -> QuestionnaireRef:
    return QuestionnaireRef(
        id=questionnaire.id,
        version=questionnaire.version,
        sha256=questionnaire.sha256,
        questions=tuple(question.id for question in questionnaire.questions),
    )


def _response_rate(survey: Survey, settings: Settings) -> Share | None:
    if not survey.invited or survey.n < settings.k:
        return None
    return share_of(min(survey.n, survey.invited), survey.invited, settings.confidence)


def _peer_group(levels: Levels) -> PeerGroup | None:
    """The group that the overall level is compared with, and what the capabilities' comparisons come to."""
    edition, peer = levels.context.edition, levels.peers.get(OVERALL)
    if edition is None or peer is None:
        return None
    family = {name: levels.peers[name] for name in levels.shown if name in levels.peers}
    wanted = levels.context.chain[0]
    return PeerGroup(
        id=edition.id,
        edition=edition.edition,
        kind=edition.kind,
        label=edition.label,
        source=edition.source,
        method=edition.method,
        year=edition.year,
        published_on=edition.published_on.isoformat(),
        group=peer.group,
        group_name=peer.group_name,
        n=peer.n,
        asked=wanted.name,
        fallback=peer.fallback,
        family=sum(one.p_value is not None for one in family.values()),
        behind=tuple(name for name, one in family.items() if one.clear and one.gap > 0),
        ahead=tuple(name for name, one in family.items() if one.clear and one.gap < 0),
    )
