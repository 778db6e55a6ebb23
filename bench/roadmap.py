"""How good the roadmap optimiser is at once, after 2 and after 10 seconds, against the best plans known.

``python -m bench.roadmap`` prints, for each problem of ``bench.roadmap_instances``, the share of the best known value
that the first plan, the plan after 2 s and the plan after 10 s reach, with certified gap and time. ``--best SECONDS``
runs the problems named (or all) for so long and keeps what is better than known.
"""

import argparse
import json
import sys
import time

from bench.roadmap_instances import BEST, INSTANCES, best_known
from scoring.roadmap import Problem, solve
from scoring.roadmap.first_plan import first_plan
from scoring.roadmap.instance import build_instance

GAP = 0.001


def main(arguments: list[str] | None = None) -> None:
    """Print the table, or look for better plans."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("problems", nargs="*", default=list(INSTANCES), help="names of problems; all when left out")
    parser.add_argument("--best", type=float, default=0.0, metavar="SECONDS", help="look for better plans so long")
    given = parser.parse_args(arguments)
    if given.best:
        for name in given.problems:
            _look_longer(name, given.best)
        return
    print(f"{'problem':20} {'first plan':>15} {'after 2 s':>26} {'after 10 s':>26}", flush=True)
    for name in given.problems:
        print(_line(name, INSTANCES[name]()), flush=True)


def _line(name: str, problem: Problem) -> str:
    known = best_known().get(name)
    began = time.perf_counter()
    instance = build_instance(problem)
    plan = first_plan(instance)
    took = time.perf_counter() - began
    value = instance.plan_value(plan) if plan is not None else 0.0
    runs = [solve(problem, time_limit=seconds, gap=GAP) for seconds in (2.0, 10.0)]
    best = known["value"] if known else max(run.objective for run in runs)
    cells = [f"{value / best:6.1%} {took * 1000:4.0f} ms"]
    cells += [f"{run.objective / best:6.1%} gap {run.gap:5.1%} {run.seconds:4.1f} s" for run in runs]
    return f"{name:20} {cells[0]:>15} {cells[1]:>26} {cells[2]:>26}"


def _look_longer(name: str, seconds: float) -> None:
    known = best_known()
    before = known.get(name)
    found = solve(INSTANCES[name](), time_limit=seconds, gap=0.0, warm=before["starts"] if before else None)
    bound = min(found.bound, before["bound"]) if before else found.bound
    if before and found.objective <= before["value"] + 1e-9:
        starts, value = before["starts"], before["value"]
    else:
        starts, value = dict(found.starts), found.objective
    print(f"{name}: {value:.4f} of at most {bound:.4f} after {found.seconds:.0f} s", file=sys.stderr)
    entry = {"value": value, "bound": bound, "seconds": round(found.seconds), "starts": starts}
    BEST.write_text(json.dumps(best_known() | {name: entry}, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
