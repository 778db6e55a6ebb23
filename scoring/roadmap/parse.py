"""Read a roadmap problem from JSON-like data, strictly: every fault is named with its place, its value and the fix."""

import difflib
import math
from collections.abc import Iterable, Mapping
from typing import Any

from scoring.roadmap.checks import problem_faults, too_large
from scoring.roadmap.problem import MAX_PERIODS, Capability, Initiative, Problem, ProblemError

PROBLEM_KEYS = ("periods", "discount", "capabilities", "skills", "budget", "wip_limit", "now", "initiatives")
BUDGET_KEYS = ("operating", "capital", "carry_over")
CAPABILITY_KEYS = ("id", "weight", "gap")
INITIATIVE_KEYS = (
    *("id", "duration", "effort", "operating", "capital", "gain", "requires"),
    *("alternative", "mandatory", "pin", "exclude"),
)


def parse_problem(document: object) -> Problem:
    """Return the problem that ``document`` (the JSON of ``docs/roadmap-problem.md``, decoded) describes.

    Raises
    ------
    ProblemError
        With all faults found, each naming place, value and fix.
    """
    reader = _Reader()
    problem = reader.problem(document)
    if not reader.faults and problem is not None:
        reader.faults += problem_faults(problem, strict=True)
    if reader.faults or problem is None:
        raise ProblemError(reader.faults)
    return problem


class _Reader:
    """Collects faults while reading; a value at fault is replaced by a harmless one so that reading goes on."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def fault(self, place: str, wrong: str, fix: str) -> None:
        self.faults.append(f"{place}: {wrong}; {fix}")

    def problem(self, document: object) -> Problem | None:
        top = self.table(document, "problem", PROBLEM_KEYS, required=("periods", "capabilities", "initiatives"))
        if self.faults:
            return None
        periods = self.whole(top["periods"], "periods", low=1, high=MAX_PERIODS)
        listed = self.items(top["initiatives"], "initiatives")
        if large := too_large(len(listed), periods):
            self.faults.append(large)
            return None
        budget = self.table(top.get("budget") or {}, "budget", BUDGET_KEYS)
        return Problem(
            periods=periods,
            capabilities=tuple(
                self.capability(entry, f"capabilities[{place}]")
                for place, entry in enumerate(self.items(top["capabilities"], "capabilities"))
            ),
            initiatives=tuple(self.initiative(entry, f"initiatives[{place}]") for place, entry in enumerate(listed)),
            skills={
                skill: self.series(given, f"skills.{skill}", periods, "one entry per period")
                for skill, given in self.table(top.get("skills") or {}, "skills").items()
            },
            operating=self.limit(budget.get("operating"), "budget.operating", periods),
            capital=self.limit(budget.get("capital"), "budget.capital", periods),
            carry_over=self.flag(budget.get("carry_over", False), "budget.carry_over"),
            discount=self.number(top.get("discount", 1.0), "discount"),
            wip_limit=self.wip(top.get("wip_limit"), periods),
            now=self.whole(top.get("now", 0), "now", low=0, high=periods - 1),
        )

    def capability(self, entry: object, place: str) -> Capability:
        table = self.table(entry, place, CAPABILITY_KEYS, required=CAPABILITY_KEYS)
        return Capability(
            id=self.text(table.get("id"), f"{place}.id"),
            weight=self.number(table.get("weight", 0), f"{place}.weight"),
            gap=self.number(table.get("gap", 0), f"{place}.gap"),
        )

    def initiative(self, entry: object, place: str) -> Initiative:
        table = self.table(entry, place, INITIATIVE_KEYS, required=("id", "duration"))
        name = self.text(table.get("id"), f"{place}.id")
        place = f"{place} '{name}'"
        duration = self.whole(table.get("duration", 1), f"{place}.duration", low=1, high=10_000)
        own = "one entry for each of its own periods (its duration)"
        pin = table.get("pin")
        group = table.get("alternative")
        return Initiative(
            id=name,
            duration=duration,
            effort={
                skill: self.series(given, f"{place}.effort.{skill}", duration, own)
                for skill, given in self.table(table.get("effort") or {}, f"{place}.effort").items()
            },
            operating=self.series(table.get("operating") or 0, f"{place}.operating", duration, own),
            capital=self.series(table.get("capital") or 0, f"{place}.capital", duration, own),
            gain={
                capability: self.number(given, f"{place}.gain.{capability}")
                for capability, given in self.table(table.get("gain") or {}, f"{place}.gain").items()
            },
            requires=tuple(
                self.text(given, f"{place}.requires[{position}]")
                for position, given in enumerate(self.items(table.get("requires") or [], f"{place}.requires"))
            ),
            alternative=None if group is None else self.text(group, f"{place}.alternative"),
            mandatory=self.flag(table.get("mandatory", False), f"{place}.mandatory"),
            pin=None if pin is None else self.whole(pin, f"{place}.pin", low=0, high=10_000),
            exclude=self.flag(table.get("exclude", False), f"{place}.exclude"),
        )

    def table(
        self, given: object, place: str, keys: Iterable[str] | None = None, required: Iterable[str] = ()
    ) -> Mapping[str, Any]:
        if not isinstance(given, Mapping):
            self.fault(place, f"{_shown(given)} is not an object", "write {…}")
            return {}
        known = list(keys) if keys is not None else None
        for key in given:
            if known is not None and key not in known:
                near = difflib.get_close_matches(str(key), known, n=1)
                self.fault(place, f"unknown key '{key}'", f"use {near[0]!r}" if near else f"use {', '.join(known)}")
        for key in required:
            if key not in given:
                self.fault(place, f"'{key}' is missing", "add it")
        return given

    def items(self, given: object, place: str) -> list[Any]:
        if isinstance(given, list | tuple):
            return list(given)
        self.fault(place, f"{_shown(given)} is not a list", "write […]")
        return []

    def text(self, given: object, place: str) -> str:
        if isinstance(given, str) and given.strip() and len(given) <= 200:
            return given
        self.fault(place, f"{_shown(given)} is not an id", "write a text of 1 to 200 characters")
        return "?"

    def flag(self, given: object, place: str) -> bool:
        if isinstance(given, bool):
            return given
        self.fault(place, f"{_shown(given)} is not a yes or no", "write true or false")
        return False

    def number(self, given: object, place: str) -> float:
        if isinstance(given, int | float) and not isinstance(given, bool):
            try:
                value = float(given)
            except OverflowError:
                value = math.inf
            if math.isfinite(value):
                return value
        self.fault(place, f"{_shown(given)} is not a finite number", "write a number such as 12.5, without quotes")
        return 0.0

    def whole(self, given: object, place: str, *, low: int, high: int) -> int:
        if isinstance(given, float) and given.is_integer():
            given = int(given)
        if isinstance(given, int) and not isinstance(given, bool) and low <= given <= high:
            return given
        self.fault(place, f"{_shown(given)} does not fit", f"write a whole number from {low} to {high}")
        return low

    def series(self, given: object, place: str, length: int, meaning: str) -> tuple[float, ...]:
        if not isinstance(given, list | tuple):
            return (self.number(given, place),) * length
        if len(given) != length:
            self.fault(place, f"{len(given)} entries where {length} are needed", f"give {meaning}, or one number")
            return (0.0,) * length
        return tuple(self.number(entry, f"{place}[{position}]") for position, entry in enumerate(given))

    def limit(self, given: object, place: str, periods: int) -> tuple[float, ...] | None:
        return None if given is None else self.series(given, place, periods, "one entry per period")

    def wip(self, given: object, periods: int) -> tuple[int, ...] | None:
        if given is None:
            return None
        series = self.series(given, "wip_limit", periods, "one entry per period")
        if any(not value.is_integer() for value in series):
            self.fault("wip_limit", f"{_shown(given)} is not whole", "write whole numbers, or null for no limit")
        return tuple(int(value) for value in series)


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
