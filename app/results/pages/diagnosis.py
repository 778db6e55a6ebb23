"""The diagnosis page, for consultants and analysts: do the questions of a part go together, and what goes with outcomes."""

from dataclasses import dataclass, replace

from app.formats import share
from app.results.diagnosis import Diagnosis, OutcomeDrivers
from app.results.frame import Frame, frame_of
from app.results.queries import Report
from app.web import Link
from questionnaires.schema import Capability, Dimension
from scoring.reliability import MINIMUM_RESPONDENTS, Reliability

RULES = {
    "pairwise": "Missing answers: pairwise. Each covariance is taken from the people who answered both questions; "
    "n is that of the scarcest pair.",
    "listwise": "Missing answers: listwise. Only people who answered every question of a part count for it.",
}


@dataclass(frozen=True)
class QuestionRow:
    text: str
    n: int
    item_total: float | None
    alpha_if_dropped: float | None
    better_without: bool


@dataclass(frozen=True)
class PartRow:
    """One dimension or capability; ``note`` says why there is no number."""

    name: str
    top: bool
    alpha: float | None
    interval: tuple[float, float] | None
    omega: float | None
    n: int
    note: str
    questions: tuple[QuestionRow, ...]


@dataclass(frozen=True)
class ShareRow:
    name: str
    share: float
    interval: tuple[float, float] | None


@dataclass(frozen=True)
class OutcomeTable:
    name: str
    refused: str
    explained: str
    rows: tuple[ShareRow, ...]
    sentence: str
    notes: tuple[str, ...]


@dataclass(frozen=True)
class DiagnosisPage:
    frame: Frame
    title: str
    lead: str
    choices: tuple[Link, ...]
    rule: str
    refused: str
    parts: tuple[PartRow, ...]
    low: float
    outcomes: tuple[OutcomeTable, ...]
    same_refusal: str


def diagnosis_page(report: Report, found: Diagnosis) -> DiagnosisPage:
    parts = _parts(report, found)
    ends = [part.interval[0] for part in parts if part.interval]
    outcomes = tuple(_outcome(report, one) for one in found.drivers)
    refusals = {one.refused for one in outcomes}
    return DiagnosisPage(
        frame=_frame(report),
        title=_title(parts),
        lead="A diagnosis of the questions, never a gate. The questions of a dimension partly make up what they "
        "measure: a low alpha may only say that they cover different ground.",
        choices=tuple(
            Link(name.capitalize(), f"{report.base}/diagnosis?missing={name}", name == found.missing) for name in RULES
        ),
        rule=RULES[found.missing],
        refused=found.refused,
        parts=parts,
        low=min([0.0, *ends]),
        outcomes=outcomes,
        same_refusal=refusals.pop() if len(refusals) == 1 else "",
    )


def _frame(report: Report) -> Frame:
    frame = frame_of(report, "/method")
    return replace(frame, crumbs=(frame.crumbs[0], Link(report.assessment.name, report.base), Link("Diagnosis")))


def _title(parts: tuple[PartRow, ...]) -> str:
    alphas = sorted((part.alpha, part.name) for part in parts if part.top and part.alpha is not None)
    if not alphas:
        return f"Reliability is shown from {MINIMUM_RESPONDENTS} people on"
    (low, lowest), (high, highest) = alphas[0], alphas[-1]
    if len(alphas) == 1:
        return f"The questions of {lowest} have an alpha of {low:.2f}"
    return f"Alpha lies between {low:.2f} ({lowest}) and {high:.2f} ({highest}) in the {len(alphas)} dimensions shown"


def _parts(report: Report, found: Diagnosis) -> tuple[PartRow, ...]:
    rows = []
    for dimension in report.questionnaire.dimensions:
        asked: tuple[Dimension | Capability, ...] = (dimension, *dimension.capabilities)
        for part in asked:
            page = found.reliability.get(part.id)
            if page is not None:
                rows.append(_part(part, page))
    return tuple(rows)


def _part(part: Dimension | Capability, page: Reliability) -> PartRow:
    top = isinstance(part, Dimension)
    asked = part.capabilities if isinstance(part, Dimension) else (part,)
    texts = {question.id: question.text for one in asked for question in one.questions}
    alpha = _number(page.alpha.estimate)
    return PartRow(
        name=part.name,
        top=top,
        alpha=alpha,
        interval=(page.alpha.low, page.alpha.high)
        if page.alpha.low is not None and page.alpha.high is not None
        else None,
        omega=_number(page.omega.estimate),
        n=page.n,
        note=" ".join(page.notes),
        questions=tuple(
            QuestionRow(
                texts[str(name)],
                int(row["n"]),
                _number(row["item_total"]),
                _number(row["alpha_if_dropped"]),
                alpha is not None and row["alpha_if_dropped"] > alpha,
            )
            for name, row in page.items.iterrows()
            if not page.notes
        ),
    )


def _number(value: float) -> float | None:
    return float(value) if value == value else None


def _outcome(report: Report, one: OutcomeDrivers) -> OutcomeTable:
    if one.found is None:
        return OutcomeTable(one.name, one.refused, "", (), "", ())
    names = {dimension.id: dimension.name for dimension in report.questionnaire.dimensions}
    ordered = sorted(one.found.shares.items(), key=lambda entry: -entry[1].estimate)
    named = replace(one.found, shares={names[str(key)]: found for key, found in ordered})
    rows = tuple(
        ShareRow(
            str(name),
            found.estimate,
            (found.low, found.high) if found.low is not None and found.high is not None else None,
        )
        for name, found in named.shares.items()
    )
    middle = "Means of the outcome come from the shares that are shown; merged small counts lie at their middle."
    return OutcomeTable(
        name=one.name,
        refused="",
        explained=f"All dimensions together go with {share(one.found.r_squared)} of the differences between "
        f"{one.found.n} organisations.",
        rows=rows,
        sentence=next(iter(named.sentences(one.name.lower())), ""),
        notes=(*one.found.notes, middle),
    )
