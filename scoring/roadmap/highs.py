"""The one place that calls HiGHS (through SciPy): linear and mixed-integer maximisation with a certified bound."""

from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array

from scoring.roadmap.instance import Floats


@dataclass(frozen=True, slots=True)
class Program:
    """Maximise ``gain`` · x subject to low ≤ matrix x ≤ high, 0 ≤ x ≤ upper, x integer where ``integer``."""

    gain: Floats
    matrix: csc_array
    low: Floats
    high: Floats
    upper: Floats
    integer: Floats


@dataclass(frozen=True, slots=True)
class Answer:
    """``x`` is None when no solution was found; ``bound`` is infinite when none was certified."""

    x: Floats | None
    bound: float
    finished: bool
    infeasible: bool


@dataclass(frozen=True, slots=True)
class Relaxation:
    """Optimum of the linear relaxation and what moving each column off its value loses at least (≥ 0)."""

    x: Floats
    bound: float
    reduced: Floats


def maximise(program: Program, seconds: float, gap: float = 0.0, nodes: int | None = None) -> Answer:
    """Solve ``program`` within ``seconds`` (and ``nodes``, when given) to a relative ``gap``."""
    if program.gain.size == 0:
        fits = bool((program.low <= 1e-9).all() and (program.high >= -1e-9).all())
        return Answer(np.zeros(0) if fits else None, 0.0 if fits else -np.inf, True, not fits)
    scale = float(np.abs(program.gain).max()) or 1.0
    options: dict[str, Any] = {"time_limit": max(seconds, 0.01), "mip_rel_gap": gap}
    if nodes is not None:
        options["node_limit"] = nodes
    result: Any = milp(
        -program.gain / scale,
        integrality=program.integer.astype(np.int64),
        bounds=Bounds(np.zeros_like(program.upper), program.upper),
        constraints=LinearConstraint(program.matrix, program.low, program.high),
        options=cast("Any", options),
    )
    bound = np.inf if result.get("mip_dual_bound") is None else -float(result.mip_dual_bound) * scale
    return Answer(
        x=None if result.x is None else np.asarray(result.x),
        bound=bound,
        finished=result.status == 0,
        infeasible=result.status == 2,
    )


def relax(program: Program) -> Relaxation | None:
    """Solve the linear relaxation; ``None`` when it is infeasible."""
    if program.gain.size == 0:
        return Relaxation(np.zeros(0), 0.0, np.zeros(0)) if maximise(program, 1.0).x is not None else None
    equal = np.isfinite(program.low)
    rows: Any = program.matrix.tocsr()
    result: Any = linprog(
        -program.gain,
        A_ub=rows[~equal],
        b_ub=program.high[~equal],
        A_eq=rows[equal] if equal.any() else None,
        b_eq=program.high[equal] if equal.any() else None,
        bounds=cast("Any", np.column_stack([np.zeros_like(program.upper), program.upper])),
        method="highs",
    )
    if result.x is None:
        return None
    return Relaxation(np.asarray(result.x), -float(result.fun), np.maximum(0.0, np.asarray(result.lower.marginals)))
