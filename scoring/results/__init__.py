"""What an assessment comes to: the frozen types that the report, the API, the exports and the command line read.

Nothing here is rounded. A value that does not exist is ``None`` (and absent from the document, see
``scoring.document``); a value that may not be shown is not here at all: its place holds a ``Withheld…`` type whose
``withheld`` says why in a few words. Levels are in the units of the questionnaire's own scale; shares and rates run
from 0 to 1; percentiles from 0 to 100.
"""

from scoring.results.assessment import (
    SCORING_VERSION,
    AssessmentResult,
    Comparability,
    OverInvestment,
    PeerGroup,
    QuestionnaireRef,
    Settings,
)
from scoring.results.estimates import (
    ILLUSTRATIVE_LABEL,
    Agreement,
    Apart,
    Change,
    EditionKind,
    Estimate,
    Interval,
    Peer,
    Share,
    Third,
    Thirds,
    WithheldReason,
)
from scoring.results.groups import Cell, Group, Perception, WithheldCell, WithheldGroup
from scoring.results.whole import (
    AnswerCount,
    CapabilityResult,
    DimensionResult,
    Distribution,
    Overall,
    PerceptionGap,
    WithheldDistribution,
    WithheldLevel,
)
from scoring.results.words import Finding, Headline, Note, TextPart

__all__ = [
    "ILLUSTRATIVE_LABEL",
    "SCORING_VERSION",
    "Agreement",
    "AnswerCount",
    "Apart",
    "AssessmentResult",
    "CapabilityResult",
    "Cell",
    "Change",
    "Comparability",
    "DimensionResult",
    "Distribution",
    "EditionKind",
    "Estimate",
    "Finding",
    "Group",
    "Headline",
    "Interval",
    "Note",
    "OverInvestment",
    "Overall",
    "Peer",
    "PeerGroup",
    "Perception",
    "PerceptionGap",
    "QuestionnaireRef",
    "Settings",
    "Share",
    "TextPart",
    "Third",
    "Thirds",
    "WithheldCell",
    "WithheldDistribution",
    "WithheldGroup",
    "WithheldLevel",
    "WithheldReason",
]
