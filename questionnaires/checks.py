"""What must hold across the fields of a questionnaire or an initiative library."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from questionnaires import schema
from questionnaires.forms import InitiativeForm, LibraryForm, QuestionForm, QuestionnaireForm
from questionnaires.located import Located, Place, Problem


def _walk(form: QuestionnaireForm) -> Iterator[tuple[Place, str, str]]:
    """(path, id, the id it must start with) of everything that carries an id."""
    for d, dimension in enumerate(form.dimensions):
        yield ("dimensions", d, "id"), dimension.id, ""
        for c, capability in enumerate(dimension.capabilities):
            at: Place = ("dimensions", d, "capabilities", c)
            yield (*at, "id"), capability.id, f"{dimension.id}."
            for q, question in enumerate(capability.questions):
                yield (*at, "questions", q, "id"), question.id, f"{capability.id}."
    for o, outcome in enumerate(form.outcomes):
        yield ("outcomes", o, "id"), outcome.id, "outcome."
    for p, profile in enumerate(form.profile):
        yield ("profile", p, "id"), profile.id, "profile."


def questionnaire_problems(form: QuestionnaireForm, located: Located) -> Iterator[Problem]:
    yield from _id_problems(form, located)
    yield from _scale_problems(form, located)
    levels = [level.id for level in form.scale.levels]
    for d, dimension in enumerate(form.dimensions):
        for c, capability in enumerate(dimension.capabilities):
            at: Place = ("dimensions", d, "capabilities", c)
            if sum(question.pulse for question in capability.questions) != 1:
                yield located.problem(
                    (*at, "questions"), f"'{capability.id}': mark exactly one question 'pulse: true' for the short form"
                )
            for q, question in enumerate(capability.questions):
                yield from _level_problems(question, levels, (*at, "questions", q, "levels"), located)
    for o, outcome in enumerate(form.outcomes):
        yield from _ordered([option.value for option in outcome.options], ("outcomes", o, "options"), located)


def _id_problems(form: QuestionnaireForm, located: Located) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for path, identifier, prefix in _walk(form):
        if not identifier.startswith(prefix):
            yield located.problem(path, f"id '{identifier}' must start with '{prefix}'")
        if identifier in seen:
            yield located.problem(path, f"id '{identifier}' is already used on line {seen[identifier]}; choose another")
        seen.setdefault(identifier, located.lines.get(path, 1))


def _scale_problems(form: QuestionnaireForm, located: Located) -> Iterator[Problem]:
    yield from _ordered([level.value for level in form.scale.levels], ("scale", "levels"), located)
    for identifier, count in Counter(level.id for level in form.scale.levels).items():
        if count > 1:
            yield located.problem(("scale", "levels"), f"level id '{identifier}' stands {count} times; choose another")


def _ordered(values: list[float], path: Place, located: Located) -> Iterator[Problem]:
    for place, (lower, upper) in enumerate(pairwise(values), start=1):
        if upper <= lower:
            yield located.problem((*path, place), f"value {upper:g} must be above {lower:g}: list the lowest first")


def _level_problems(question: QuestionForm, levels: list[str], path: Place, located: Located) -> Iterator[Problem]:
    for level in levels:
        if level not in question.levels:
            yield located.problem(path, f"'{question.id}' has no description for level '{level}'; add it")
    for level in question.levels:
        if level not in levels:
            yield located.problem(
                (*path, level), f"'{question.id}': '{level}' is not a level of the scale ({', '.join(levels)})"
            )


def library_problems(form: LibraryForm, questionnaire: schema.Questionnaire, located: Located) -> Iterator[Problem]:
    if form.questionnaire != questionnaire.id:
        yield located.problem(("questionnaire",), f"is for '{form.questionnaire}', not for '{questionnaire.id}'")
    known = {initiative.id for initiative in form.initiatives}
    for place, initiative in enumerate(form.initiatives):
        at: Place = ("initiatives", place)
        yield from _initiative_problems(initiative, form, questionnaire, known, at, located)
    for identifier, count in Counter(x.id for x in form.initiatives).items():
        if count > 1:
            yield located.problem(("initiatives",), f"initiative id '{identifier}' stands {count} times")
    capabilities = {capability.id for capability in questionnaire.capabilities}
    for place, stop in enumerate(form.stop):
        if stop.capability not in capabilities:
            yield located.problem(("stop", place, "capability"), f"unknown capability '{stop.capability}'")
    yield from _cycle_problems(form, located)


def _initiative_problems(
    initiative: InitiativeForm,
    form: LibraryForm,
    questionnaire: schema.Questionnaire,
    known: set[str],
    at: Place,
    located: Located,
) -> Iterator[Problem]:
    levels = [level.id for level in questionnaire.scale.levels]
    capabilities = {capability.id for capability in questionnaire.capabilities}
    skills = {skill.id for skill in form.skills}
    if initiative.capability not in capabilities:
        yield located.problem((*at, "capability"), f"unknown capability '{initiative.capability}'")
    for field, level in (("from", initiative.from_), ("to", initiative.to)):
        if level not in levels:
            yield located.problem((*at, field), f"'{level}' is not a level of the scale ({', '.join(levels)})")
    if {initiative.from_, initiative.to} <= set(levels) and levels.index(initiative.to) <= levels.index(
        initiative.from_
    ):
        yield located.problem((*at, "to"), f"must be above the level it starts from ({initiative.from_})")
    for inside, pair in _pairs(initiative):
        if pair[0] > pair[1]:
            yield located.problem((*at, *inside), f"[{pair[0]:g}, {pair[1]:g}]: the low end comes first")
    for skill in initiative.effort:
        if skill not in skills:
            yield located.problem((*at, "effort", skill), f"unknown skill '{skill}' ({', '.join(sorted(skills))})")
    ends = [milestone.at for milestone in initiative.milestones]
    if ends != sorted(set(ends)) or ends[-1] != 1.0:
        yield located.problem((*at, "milestones"), "milestones go up and the last is at 1.0")
    for capability, level in initiative.requires.capabilities.items():
        if capability not in capabilities or level not in levels:
            yield located.problem((*at, "requires"), f"'{capability}: {level}' is not a capability and level")
    for other in initiative.requires.initiatives:
        if other not in known:
            yield located.problem((*at, "requires"), f"unknown initiative '{other}'")


def _pairs(initiative: InitiativeForm) -> Iterator[tuple[Place, list[float]]]:
    yield ("duration",), initiative.duration
    yield ("cost", "operating"), initiative.cost.operating
    yield ("cost", "capital"), initiative.cost.capital
    for skill, pair in initiative.effort.items():
        yield ("effort", skill), pair


def _cycle_problems(form: LibraryForm, located: Located) -> Iterator[Problem]:
    """Steps of a capability wait for the step below, and for the steps that reach a required level."""
    reaching = {(initiative.capability, initiative.to): initiative.id for initiative in form.initiatives}
    waits = {
        initiative.id: [
            *initiative.requires.initiatives,
            *(reaching[x] for x in initiative.requires.capabilities.items() if x in reaching),
            *([reaching[step]] if (step := (initiative.capability, initiative.from_)) in reaching else []),
        ]
        for initiative in form.initiatives
    }
    done: set[str] = set()
    for place, initiative in enumerate(form.initiatives):
        cycle = _cycle_from(initiative.id, waits, done, ())
        if cycle:
            yield located.problem(("initiatives", place, "requires"), f"waits for itself: {' → '.join(cycle)}")
            return


def _cycle_from(start: str, waits: dict[str, list[str]], done: set[str], trail: tuple[str, ...]) -> tuple[str, ...]:
    if start in trail:
        return (*trail[trail.index(start) :], start)
    if start in done:
        return ()
    for other in waits.get(start, []):
        cycle = _cycle_from(other, waits, done, (*trail, start))
        if cycle:
            return cycle
    done.add(start)
    return ()
