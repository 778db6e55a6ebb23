"""How a change since the wave before was computed, in words."""

from app.results.queries import Report
from scoring.results import Change


def how_changed(report: Report, change: Change, n: int) -> str:
    """One or two sentences for a change of a level that ``n`` people have now."""
    if change.low is None:
        return f"Too few people for an interval (n = {change.n_before}, then {n})."
    if change.n_linked is None:
        return f"{_not_linked(report)} (n = {change.n_before}, then {n}; {change.method})."
    if change.n_linked == n == change.n_before:
        return f"The same {n} people answered both times and are held against their own earlier answers (paired t)."
    return (
        f"{change.n_linked} people answered both times (n = {change.n_before}, then {n}) and are held against their own "
        f"earlier answers; nobody is shown alone ({change.method})."
    )


def _not_linked(report: Report) -> str:
    waves = [one.anonymity for one in (report.assessment, report.previous) if one is not None]
    compared = "The two waves are compared as two groups"
    if "anonymous" in waves:
        return f"{compared}, because anonymous answers cannot be joined to people"
    same = report.result.comparability
    if same is not None and not same.same_version:
        return f"{compared}, because the questionnaire changed in between"
    return f"{compared}, because too few people are known to have answered both times"
