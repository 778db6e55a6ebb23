"""Files → frozen questionnaires and initiative libraries, with every error named by file and line."""

from collections.abc import Collection, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from questionnaires import schema
from questionnaires.checks import library_problems, questionnaire_problems
from questionnaires.forms import (
    DimensionForm,
    InitiativeForm,
    LibraryForm,
    OptionForm,
    QuestionForm,
    QuestionnaireForm,
)
from questionnaires.located import InvalidFileError, Located, Place, Problem, parse_yaml, read_yaml

CONTENT = Path(__file__).parent / "content"

Form = TypeVar("Form", bound=BaseModel)


def read_questionnaire(path: Path) -> schema.Questionnaire:
    """Read and check one questionnaire file. Raises `InvalidFileError` naming every problem."""
    return _questionnaire(read_yaml(path))


def parse_questionnaire(text: str, file: str = "questionnaire.yaml") -> schema.Questionnaire:
    """The same for text at hand, such as an upload."""
    return _questionnaire(parse_yaml(text, file))


def read_library(path: Path, questionnaire: schema.Questionnaire) -> schema.InitiativeLibrary:
    """Read and check an initiative library against its questionnaire."""
    located = read_yaml(path)
    form = _checked(LibraryForm, located)
    problems = list(library_problems(form, questionnaire, located))
    if problems:
        raise InvalidFileError(problems)
    return _frozen_library(form, located.sha256)


@cache
def library_document(questionnaire_id: str) -> Mapping[str, Any]:
    """The shipped library as plain content, checked; for `adapted_library`."""
    load_library(questionnaire_id)
    content: Mapping[str, Any] = read_yaml(CONTENT / questionnaire_id / "initiatives.yaml").content
    return content


def adapted_library(
    questionnaire_id: str, own: Mapping[str, Mapping[str, Any]], hidden: Collection[str] = ()
) -> schema.InitiativeLibrary:
    """The shipped library with initiatives of one's own: those of ``own`` stand in for the shipped ones of the same id or
    are added; what is ``hidden`` is left out, and nothing waits for it any more.

    Raises `InvalidFileError` for whatever a shipped library would be refused for.
    """
    shipped_ones = library_document(questionnaire_id)
    places = {each["id"]: each for each in shipped_ones["initiatives"]} | dict(own)
    content = {
        **shipped_ones,
        "initiatives": [_unbound(each, hidden) for name, each in places.items() if name not in hidden],
    }
    located = Located("the library", content, {})
    form = _checked(LibraryForm, located)
    if problems := list(library_problems(form, load_questionnaire(questionnaire_id), located)):
        raise InvalidFileError(problems)
    return _frozen_library(form, located.sha256)


def _unbound(initiative: Mapping[str, Any], hidden: Collection[str]) -> Mapping[str, Any]:
    requires = initiative.get("requires") or {}
    needed = requires.get("initiatives") or []
    if not set(needed) & set(hidden):
        return initiative
    return {**initiative, "requires": {**requires, "initiatives": [name for name in needed if name not in hidden]}}


@cache
def load_questionnaire(questionnaire_id: str, version: str | None = None) -> schema.Questionnaire:
    """A shipped questionnaire by id; the newest version unless one is named. Raises `KeyError` with what there is."""
    versions = shipped().get(questionnaire_id)
    if not versions:
        raise KeyError(f"no questionnaire '{questionnaire_id}'; there is: {', '.join(sorted(shipped()))}")
    if version is not None and version not in versions:
        raise KeyError(f"'{questionnaire_id}' has no version {version}; there is: {', '.join(versions)}")
    return read_questionnaire(CONTENT / questionnaire_id / f"{version or versions[-1]}.yaml")


@cache
def load_library(questionnaire_id: str) -> schema.InitiativeLibrary:
    """The shipped initiative library of a questionnaire."""
    return read_library(CONTENT / questionnaire_id / "initiatives.yaml", load_questionnaire(questionnaire_id))


def shipped() -> dict[str, list[str]]:
    """Ids of the shipped questionnaires and their versions, oldest first."""
    found: dict[str, list[str]] = {}
    for path in CONTENT.glob("*/[0-9]*.yaml"):
        found.setdefault(path.parent.name, []).append(path.stem)
    return {name: sorted(versions, key=_version_key) for name, versions in sorted(found.items())}


def _version_key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


def _checked(form: type[Form], located: Located) -> Form:
    try:
        return form.model_validate(located.content)
    except ValidationError as error:
        raise InvalidFileError([_shape_problem(found, located) for found in error.errors()]) from None


def _shape_problem(found: Any, located: Located) -> Problem:
    path: Place = tuple(found["loc"])
    where = ".".join(str(part) for part in path) or "the file"
    messages = {
        "missing": f"'{where}' is missing; add it",
        "extra_forbidden": f"'{where}' is not a known field; remove it or check its spelling",
    }
    given = found["input"]
    shown = f", not {given!r}" if isinstance(given, str | int | float | bool) and len(str(given)) <= 60 else ""
    text = str(found["msg"])
    return located.problem(path, messages.get(found["type"], f"'{where}': {text[0].lower()}{text[1:]}{shown}"))


def _questionnaire(located: Located) -> schema.Questionnaire:
    form = _checked(QuestionnaireForm, located)
    problems = list(questionnaire_problems(form, located))
    if problems:
        raise InvalidFileError(problems)
    return _frozen_questionnaire(form, located.sha256)


def _frozen_questionnaire(form: QuestionnaireForm, sha256: str) -> schema.Questionnaire:
    scale = schema.Scale(tuple(schema.Level(x.id, x.value, x.name, x.meaning) for x in form.scale.levels))
    return schema.Questionnaire(
        id=form.id,
        version=form.version,
        title=form.title,
        description=form.description,
        language=form.language,
        scale=scale,
        min_answered_share=form.settings.min_answered_share,
        dimensions=tuple(_frozen_dimension(dimension, scale) for dimension in form.dimensions),
        outcomes=tuple(
            schema.OutcomeQuestion(x.id, x.name, x.text, _frozen_options(x.options), x.help) for x in form.outcomes
        ),
        profile=tuple(
            schema.ProfileQuestion(x.id, x.text, tuple(schema.ProfileOption(o.id, o.text, o.leader) for o in x.options))
            for x in form.profile
        ),
        sha256=sha256,
    )


def _frozen_options(options: list[OptionForm]) -> tuple[schema.Option, ...]:
    return tuple(schema.Option(x.id, x.value, x.text, code) for code, x in enumerate(options, start=1))


def _frozen_dimension(dimension: DimensionForm, scale: schema.Scale) -> schema.Dimension:
    def question(form: QuestionForm) -> schema.Question:
        options = tuple(
            schema.Option(level.id, level.value, form.levels[level.id], code)
            for code, level in enumerate(scale.levels, start=1)
        )
        return schema.Question(form.id, form.text, options, form.help, form.pulse)

    return schema.Dimension(
        dimension.id,
        dimension.name,
        dimension.description,
        tuple(
            schema.Capability(
                x.id, x.name, x.short, x.description, dimension.id, tuple(question(q) for q in x.questions)
            )
            for x in dimension.capabilities
        ),
    )


def _frozen_library(form: LibraryForm, sha256: str) -> schema.InitiativeLibrary:
    return schema.InitiativeLibrary(
        questionnaire=form.questionnaire,
        version=form.version,
        currency_unit=form.currency_unit,
        skills=tuple(schema.Skill(x.id, x.name) for x in form.skills),
        initiatives=tuple(_frozen_initiative(x) for x in form.initiatives),
        stop=MappingProxyType({x.capability: x.advice for x in form.stop}),
        sha256=sha256,
    )


def _range(pair: list[float]) -> schema.Range:
    return schema.Range(pair[0], pair[1])


def _frozen_initiative(form: InitiativeForm) -> schema.Initiative:
    return schema.Initiative(
        id=form.id,
        capability=form.capability,
        from_level=form.from_,
        to_level=form.to,
        title=form.title,
        summary=form.summary,
        monday=form.monday,
        deliverables=tuple(form.deliverables),
        milestones=tuple(schema.Milestone(x.at, x.text) for x in form.milestones),
        measure=schema.Measure(form.measure.what, form.measure.how, form.measure.baseline, form.measure.target),
        effort=MappingProxyType({skill: _range(pair) for skill, pair in form.effort.items()}),
        operating=_range(form.cost.operating),
        capital=_range(form.cost.capital),
        duration=_range(form.duration),
        requires_levels=MappingProxyType(dict(form.requires.capabilities)),
        requires_initiatives=tuple(form.requires.initiatives),
        suppliers=tuple(form.suppliers),
        risks=tuple(form.risks),
        quick_win=form.quick_win,
    )
