"""All tables. Importing this package registers them."""

from app.models.accounts import (
    AccountLink,
    ApiToken,
    LoginSession,
    Membership,
    OidcIdentity,
    RecoveryCode,
    SignInLink,
    User,
)
from app.models.assessments import (
    Assessment,
    AssessmentUnit,
    Goal,
    Invitation,
    InvitationToken,
    Participant,
    Strategy,
    Target,
)
from app.models.attempts import AttemptCount
from app.models.audit import AuditHead, AuditRecord
from app.models.baselines import BaselineEdition, PooledManifest
from app.models.mail import Inviting, MailWording, OutboxMail, Reminder
from app.models.organizations import Organization, Unit
from app.models.remarks import Remark
from app.models.requests import AcceptedRequest
from app.models.responses import Answer, AnsweringSession, Response
from app.models.results import Release, ReportLink, Snapshot
from app.models.roadmaps import OwnInitiative, PooledOutcome, Roadmap, RoadmapItem, RoadmapJob

__all__ = [
    "AcceptedRequest",
    "AccountLink",
    "Answer",
    "AnsweringSession",
    "ApiToken",
    "Assessment",
    "AssessmentUnit",
    "AttemptCount",
    "AuditHead",
    "AuditRecord",
    "BaselineEdition",
    "Goal",
    "Invitation",
    "InvitationToken",
    "Inviting",
    "LoginSession",
    "MailWording",
    "Membership",
    "OidcIdentity",
    "Organization",
    "OutboxMail",
    "OwnInitiative",
    "Participant",
    "PooledManifest",
    "PooledOutcome",
    "RecoveryCode",
    "Release",
    "Remark",
    "Reminder",
    "ReportLink",
    "Response",
    "Roadmap",
    "RoadmapItem",
    "RoadmapJob",
    "SignInLink",
    "Snapshot",
    "Strategy",
    "Target",
    "Unit",
    "User",
]
