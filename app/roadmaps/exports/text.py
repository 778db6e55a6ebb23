"""CSV files of a plan: for spreadsheets, for Jira and for Asana. The columns are explained in docs/roadmap-files.md."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from app.formats import Field, safe_text
from app.roadmaps.exports.rows import PlanFile, PlannedInitiative

HOURS = 8
"""Of a person-day, for tools that count in hours."""
LIST_COLUMNS = (
    *("initiative", "title", "capability", "lifts", "horizon", "start", "end", "status", "owner", "effort_days"),
    *("operating", "capital", "cost", "worth", "why", "goal", "after", "measure", "target", "suppliers"),
)


def list_rows(plan: PlanFile) -> Iterable[tuple[Field, ...]]:
    """One row per initiative, in the order of `LIST_COLUMNS`."""
    for row in plan.rows:
        yield (
            *(row.id, row.title, row.capability, row.lifts, row.horizon, row.start.isoformat(), row.end.isoformat()),
            *(row.status, row.owner, row.days, row.operating, row.capital, row.operating + row.capital),
            *(round(row.worth, 4), row.why, row.goal, " ".join(row.after), row.measure, row.target),
            ", ".join(row.suppliers),
        )


def csv_file(plan: PlanFile) -> bytes:
    """The list. UTF-8 with a byte-order mark, which spreadsheets need to read names right."""
    return b"\xef\xbb\xbf" + _written(LIST_COLUMNS, list_rows(plan))


def jira_file(plan: PlanFile) -> bytes:
    """One epic per initiative and one task per milestone, as Jira's importer wants them: epics first, the parent by
    issue id, its own default date format, estimates in seconds, repeated columns for labels and links."""
    number = {row.id: str(place) for place, row in enumerate(plan.rows, start=1)}
    blocks = {row.id: [other for other in plan.rows if row.id in other.after] for row in plan.rows}
    links = max((len(each) for each in blocks.values()), default=0)
    head = ["Issue Type", "Issue ID", "Parent", "Summary", "Description", "Assignee", "Start date", "Due date"]
    head += ["Original Estimate", "Labels", "Labels", "Labels", *["Link Blocks"] * links]
    epics: list[list[Field]] = []
    tasks: list[list[Field]] = []
    for row in plan.rows:
        who = _address(row.owner)
        labels = ["trigpoint", f"{row.horizon.lower()}-horizon", row.capability_id]
        waiting = [number[other.id] for other in blocks[row.id]]
        epics.append(
            [
                *("Epic", number[row.id], "", row.title, described(row), who, _jira_day(row.start), _jira_day(row.end)),
                round(row.days * HOURS * 3600),
                *labels,
                *waiting,
                *[""] * (links - len(waiting)),
            ]
        )
        for milestone in row.milestones:
            due = _jira_day(milestone.on) if milestone.on else ""
            place = str(len(plan.rows) + len(tasks) + 1)
            cells: list[Field] = ["Task", place, number[row.id], milestone.text, f"Milestone of “{row.title}”.", who]
            tasks.append([*cells, "", due, "", *labels, *[""] * links])
    return _written(head, [*epics, *tasks])


ASANA_COLUMNS = (
    *("Name", "Description", "Section", "Assignee", "Start Date", "Due Date", "Type", "Subtask of", "Dependencies"),
    *("Status", "Capability", "Effort days", "Operating cost", "Capital"),
)


def asana_file(plan: PlanFile) -> bytes:
    """One task per initiative, its milestones below it as subtasks; what must finish first stands further up."""
    names = _asana_names(plan.rows)
    rows: list[list[Field]] = []
    for row in plan.rows:
        who = _address(row.owner)
        section = f"{row.horizon} horizon"
        rows.append(
            [
                *(names[row.id], described(row), section, who, _asana_day(row.start), _asana_day(row.end), "Task", ""),
                *(", ".join(names[other] for other in row.after), row.status, row.capability),
                *(row.days, row.operating, row.capital),
            ]
        )
        for milestone in row.milestones:
            due = _asana_day(milestone.on) if milestone.on else ""
            cells: list[Field] = [milestone.text, "", "", who, "", due, "Milestone", names[row.id]]
            rows.append([*cells, *[""] * (len(ASANA_COLUMNS) - len(cells))])
    return _written(ASANA_COLUMNS, rows)


def described(row: PlannedInitiative) -> str:
    """What the initiative is, as the description of a task."""
    parts = [
        row.summary,
        f"Lifts: {row.capability}, {row.lifts}." + (f" For the goal: {row.goal}" if row.goal else ""),
        f"Owner: {row.owner}" if row.owner else "",
        "Deliverables:\n" + "\n".join(f"* {text}" for text in row.deliverables),
        f"Measure of success: {row.measure}\n{row.target}",
        f"Cost: operating {row.operating:g} thousand, capital {row.capital:g} thousand. Effort: {row.days:g} person-days.",
        f"Why here: {row.why}" if row.why else "",
        "Risks:\n" + "\n".join(f"* {text}" for text in row.risks) if row.risks else "",
    ]
    return "\n\n".join(part for part in parts if part)


def _written(head: Sequence[str], rows: Iterable[Sequence[Field]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([safe_text(cell) for cell in row] for row in rows)
    return out.getvalue().encode()


def _asana_names(rows: Sequence[PlannedInitiative]) -> dict[str, str]:
    """Names that can be pointed at: no comma, which parts them in a list, and each only once."""
    plain = {row.id: row.title.replace(",", ";") for row in rows}
    seen = list(plain.values())
    return {name: title if seen.count(title) == 1 else f"{title} ({name})" for name, title in plain.items()}


def _address(owner: str) -> str:
    """Both tools find people by mail address; any other name would be refused or made a new user."""
    return owner if "@" in owner and " " not in owner else ""


def _jira_day(day: date) -> str:
    """``31/Mar/27 12:00 AM``, in English whatever the locale: the importer's default ``dd/MMM/yy h:mm a``."""
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    return f"{day.day:02d}/{months[day.month - 1]}/{day.year % 100:02d} 12:00 AM"


def _asana_day(day: date | datetime) -> str:
    """``03/31/2027``."""
    return f"{day.month:02d}/{day.day:02d}/{day.year}"
