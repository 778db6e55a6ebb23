"""The privacy notice of an assessment, in plain words: what its respondents read before they start."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.formats import plural
from app.models import Assessment, Organization
from app.responses.pages import privacy_of


@dataclass(frozen=True)
class Section:
    title: str
    sentences: tuple[str, ...]


def notice_of(organization: Organization, assessment: Assessment) -> tuple[Section, ...]:
    """The notice, from the terms of the assessment and the settings of its organisation."""
    privacy = privacy_of(assessment)
    return (
        Section("Who is responsible", (f"{organization.name} asks, with the people who run this survey for it.",)),
        Section(
            "Why", (assessment.purpose or "To learn how marketing works in the organisation, and what to improve.",)
        ),
        Section("What is stored about you", tuple(_stored(assessment))),
        Section(f"Who sees what: {privacy.label.lower()}", (privacy.summary, *privacy.details)),
        Section("How long", (kept_text(organization.retention_months), _results_stay(assessment))),
        Section("What you can do", tuple(_rights(assessment))),
        Section(
            "What never happens",
            (
                "No decision about a person is made from answers. Nothing is sold, and nothing is passed on to advertisers.",
                "The pages load nothing from other addresses, and set one cookie: it finds your answers on this device.",
            ),
        ),
    )


def kept_text(months: int | None) -> str:
    """How long people and answers are kept."""
    if months is None:
        return "Your entry and your answers are kept until you or the organisation erase them."
    return f"Your entry and your answers are erased {plural(months, 'month')} after the survey has closed."


def _stored(assessment: Assessment) -> Iterator[str]:
    yield "Your name, address, unit and role, as whoever invited you has entered them, and the mails that were sent to you."
    if assessment.anonymity == "anonymous":
        yield "Whether you have answered, without the time. Answers and comments are stored apart, with unit and role only."
    else:
        yield "When you started and submitted, your answers and your comments."
    yield "No address of your device is stored with any of this."


def _results_stay(assessment: Assessment) -> str:
    return (
        f"Results stay: they tell of groups of at least {assessment.min_group}, never of a person. What you wrote in comments "
        "is taken out of them when your answers are erased."
    )


def _rights(assessment: Assessment) -> Iterator[str]:
    yield "You need not answer, and can stop at any time."
    yield (
        "After submitting you get a receipt code. On the page “Your data” it shows all that is stored with it, gives it "
        "to you as a file, and erases it, without asking anybody."
    )
    if assessment.anonymity == "anonymous":
        yield "To erase your entry on the list of who was invited, reply to the person who sent you the link."
    else:
        yield "Before that, or without the code, reply to the person who sent you the link: they can do the same for you."
    yield "You can complain to the data protection authority where you live or work."
