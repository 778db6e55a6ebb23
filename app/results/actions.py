"""Compute a result once and keep it: close an assessment, measure it, measure it again."""

import hashlib
import json
import zlib
from collections.abc import Mapping
from datetime import datetime

import numpy as np
import pandas as pd
from sqlmodel import Session

from app.assessments.actions import close_assessment
from app.assessments.queries import targets_frame
from app.audit.actions import record
from app.baselines.queries import edition_for
from app.errors import ConflictError
from app.models import Assessment, BaselineEdition, Snapshot
from app.responses.queries import Answers, answers_matrix, comments_of
from app.results.membership import members_of
from app.results.queries import comments_from, questionnaire_of, result_of
from app.results.releases import beside_releases, releases_of, remember
from app.results.waves import linked_wave, wave_before, weights_of, with_people
from questionnaires.schema import Questionnaire
from scoring.assess import assess
from scoring.document import to_document
from scoring.linkage import Wave, people_in
from scoring.results import SCORING_VERSION, AssessmentResult, Settings
from scoring.survey import only_asked


def close_and_measure(session: Session, assessment: Assessment, *, at: datetime) -> Snapshot:
    """End the window and compute the result. Raises `ConflictError` unless the assessment is open."""
    close_assessment(session, assessment, at=at)
    session.flush()
    return measure(session, assessment, at=at)


def measure(session: Session, assessment: Assessment, *, at: datetime) -> Snapshot:
    """Compute the result of a closed assessment and store it as a new snapshot; earlier ones stay as they are.

    Without enough responses the snapshot says what is missing instead of a level. Raises `ConflictError` while answers
    can still come in: results that change with every response would tell who just answered.
    """
    if assessment.status != "closed":
        raise ConflictError(
            "Results are computed when the assessment is closed. Close it first, or wait for its window."
        )
    if assessment.people_erased_at is not None:
        raise ConflictError("The answers were erased when their time was over. The results that there are stay.")
    questionnaire = questionnaire_of(assessment)
    answers = _at_least_one_row(answers_matrix(session, assessment, questionnaire))
    targets = targets_frame(session, assessment)
    weights = weights_of(session, assessment)
    settings = Settings(k=assessment.min_group)
    before = wave_before(session, assessment)
    linked = linked_wave(session, assessment, questionnaire, before)
    respondents = with_people(session, assessment, answers) if linked else answers.respondents
    result = assess(
        questionnaire,
        answers.matrix,
        respondents,
        invited=weights.invited,
        headcount=weights.headcount,
        targets=targets,
        edition=edition_for(session, assessment.edition_id, assessment.organization_id),
        profile={name: str(value) for name, value in assessment.profile.items()},
        organization=assessment.organization_id,
        previous=result_of(before.snapshot) if before else None,
        previous_wave=linked,
        settings=settings,
    )
    members = members_of(questionnaire, answers.ids, answers.matrix[: len(answers.ids)], answers.respondents)
    asked, _ = only_asked(questionnaire, answers.matrix)
    result = beside_releases(result, members, releases_of(session, assessment), questionnaire, asked)
    edition = session.get(BaselineEdition, assessment.edition_id) if assessment.edition_id else None
    snapshot = Snapshot(
        organization_id=assessment.organization_id,
        assessment_id=assessment.id,
        computed_at=at,
        questionnaire_sha256=questionnaire.sha256,
        scoring_version=SCORING_VERSION,
        edition_id=assessment.edition_id,
        inputs_sha256=_digest(
            answers.matrix,
            answers.respondents,
            targets,
            {
                "invited": weights.invited,
                "headcount": weights.headcount,
                "profile": assessment.profile,
                "edition": edition.sha256 if edition else None,
                "previous": before.snapshot.id if before else None,
                "linked": _linked_rows(respondents, linked) if linked else None,
            },
        ),
        settings={
            "k": settings.k,
            "confidence": settings.confidence,
            "q": settings.q,
            "bootstrap": settings.bootstrap,
            "seed": settings.seed,
            "withhold_unanimous": settings.withhold_unanimous,
        },
        document=_packed(to_document(result)),
        comments=_packed(_comments(session, assessment, questionnaire, result)),
    )
    session.add(snapshot)
    session.flush()
    remember(session, snapshot, members, result)
    session.flush()
    record(
        session,
        "assessment.measured",
        organization_id=assessment.organization_id,
        subject=f"assessment:{assessment.id}",
        snapshot=snapshot.id,
    )
    return snapshot


def _at_least_one_row(answers: Answers) -> Answers:
    """Scoring needs a row. Where nobody answered, one without any answer changes no number and shows nothing."""
    if len(answers.matrix):
        return answers
    nobody = pd.DataFrame({"unit": [""], "role": [""], "seniority": [""]})
    return Answers(np.zeros((1, answers.matrix.shape[1]), dtype=np.uint8), nobody)


def _linked_rows(respondents: pd.DataFrame, before: Wave) -> str:
    """Digest of which rows of the two waves are the same people; it holds no address."""
    now, then = people_in(respondents), people_in(before.respondents)
    both = now.index.intersection(then.index)
    rows = np.column_stack([now[both], then[both]]).astype(np.int64)
    return hashlib.sha256(rows[np.argsort(rows[:, 0])].tobytes()).hexdigest()


def _comments(
    session: Session, assessment: Assessment, questionnaire: Questionnaire, result: AssessmentResult
) -> dict[str, list[str]]:
    """Capability id → its comments, shuffled and without anything of who wrote them; only where as many people wrote as
    the threshold (or the smallest group shown, where that is larger) asks for."""
    frame = comments_of(session, assessment)
    generator = np.random.default_rng()
    shown = {}
    for capability in questionnaire.capabilities:
        if result.capability(capability.id).withheld is not None:
            continue
        asked = {question.id for question in capability.questions}
        written = frame[frame["question_id"].isin(asked)]
        found = [str(text) for text in written["comment"]]
        if written["response_id"].nunique() >= comments_from(result.settings.k):
            shown[capability.id] = [found[place] for place in generator.permutation(len(found))]
    return shown


def _digest(matrix: np.ndarray, respondents: pd.DataFrame, targets: pd.DataFrame, others: Mapping[str, object]) -> str:
    digest = hashlib.sha256(np.ascontiguousarray(matrix).tobytes())
    for name, column in respondents.items():
        codes, labels = pd.factorize(column)
        digest.update(json.dumps([name, *map(str, labels)]).encode())
        digest.update(codes.astype(np.int32).tobytes())
    digest.update(targets.to_csv(index=False).encode())
    digest.update(json.dumps(others, sort_keys=True, default=str).encode())
    return digest.hexdigest()


def _packed(document: Mapping[str, object]) -> bytes:
    return zlib.compress(json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode())
