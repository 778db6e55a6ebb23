"""What `make audit` asks: known vulnerabilities, unsafe code, secrets; and it writes the bill of materials to ./sbom.

Each check prints one line: ok, skipped (the advisories cannot be reached: nothing was checked) or failed, with what was found.
Exit 1 when a check failed.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
BIN = ROOT / ".venv" / "bin"
SBOM = ROOT / "sbom"
BASELINE = ".secrets.baseline"
"""Words that look like secrets and are none, each looked at once: examples in guides, keys of tests."""


@dataclass(frozen=True)
class Verdict:
    """``state`` is ok, skipped or failed."""

    state: str
    text: str


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    """Run a command in the repository; its output is kept, its exit code not judged."""
    return subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)


def python_packages() -> Verdict:
    """Ask the advisories of every locked Python package."""
    done = run(
        BIN / "pip-audit", "--disable-pip", "--require-hashes", "-r", "requirements/runtime.txt", "--format", "json"
    )
    if not done.stdout:
        return Verdict("skipped", f"no advisories could be read: {last_line(done.stderr)}")
    return judge_python(json.loads(done.stdout)["dependencies"])


def judge_python(packages: list[dict[str, Any]]) -> Verdict:
    """The verdict on what pip-audit said of each package."""
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    found = [f"{package['name']} {flaw['id']}" for package in packages for flaw in package.get("vulns", [])]
    if found:
        return Verdict("failed", f"known vulnerabilities: {', '.join(found)}. Upgrade them and run `make lock`.")
    if len(unknown) == len(packages):
        return Verdict("skipped", f"the advisories cannot be reached from here; {len(packages)} packages not checked")
    rest = f"; not known there: {', '.join(unknown)}" if unknown else ""
    return Verdict("ok", f"{len(packages) - len(unknown)} Python packages without a known vulnerability{rest}")


def front_end_packages() -> Verdict:
    """Ask the advisories of every locked front-end package."""
    done = run("tools/node.sh", "npm", "--prefix", "frontend", "audit", "--json")
    try:
        return judge_front_end(json.loads(done.stdout))
    except json.JSONDecodeError:
        return Verdict("skipped", f"no advisories could be read: {last_line(done.stderr)}")


def judge_front_end(report: dict[str, Any]) -> Verdict:
    """The verdict on what npm said."""
    if "metadata" not in report:
        return Verdict("skipped", "the advisories cannot be reached from here; front-end packages not checked")
    found = sorted(report.get("vulnerabilities", {}))
    if found:
        return Verdict("failed", f"known vulnerabilities: {', '.join(found)}. Raise them in frontend/package.json.")
    return Verdict("ok", f"{report['metadata']['dependencies']['total']} front-end packages without a known one")


def bill_of_materials() -> Verdict:
    """Write what is shipped, in CycloneDX: Python packages and what the front end is built from."""
    SBOM.mkdir(exist_ok=True)
    python = run(
        BIN / "cyclonedx-py", "requirements", "requirements/runtime.txt", "--pyproject", "pyproject.toml",
        "--output-reproducible", "--output-format", "JSON", "--output-file", SBOM / "python.cdx.json",
    )  # fmt: skip
    front_end = run(
        "tools/node.sh", "npm", "--prefix", "frontend", "sbom", "--sbom-format", "cyclonedx", "--package-lock-only"
    )
    for done in (python, front_end):
        if done.returncode:
            return Verdict("failed", last_line(done.stderr))
    (SBOM / "front-end.cdx.json").write_text(front_end.stdout)
    counts = {path.name: len(json.loads(path.read_text())["components"]) for path in sorted(SBOM.glob("*.cdx.json"))}
    return Verdict("ok", ", ".join(f"sbom/{name} ({count} packages)" for name, count in counts.items()))


def unsafe_code() -> Verdict:
    """Ask ruff's security rules (those of bandit) of everything that is shipped."""
    done = run(BIN / "ruff", "check", "--select", "S", "--output-format", "concise", "app", "questionnaires", "scoring")
    return Verdict("failed", done.stdout.strip()) if done.returncode else Verdict("ok", "no unsafe construct")


def secrets() -> Verdict:
    """Look for secrets in every file that git knows."""
    files = [
        name
        for name in run("git", "ls-files").stdout.splitlines()
        if not name.startswith("requirements/") and not name.endswith(("package-lock.json", BASELINE))
    ]
    done = run(BIN / "detect-secrets-hook", "--baseline", BASELINE, *files)
    if done.returncode:
        return Verdict("failed", f"{done.stdout.strip()}\nRemove it, or look at it and run `make secrets-baseline`.")
    return Verdict("ok", f"{len(files)} files without a secret")


def last_line(text: str) -> str:
    """The last line that says something."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no output"


CHECKS: dict[str, Callable[[], Verdict]] = {
    "Python packages": python_packages,
    "front-end packages": front_end_packages,
    "bill of materials": bill_of_materials,
    "unsafe code": unsafe_code,
    "secrets": secrets,
}


def main() -> int:
    """Run all checks, say what each found, and fail when one failed."""
    failed = False
    for name, check in CHECKS.items():
        verdict = check()
        failed = failed or verdict.state == "failed"
        print(f"{name:<19} {verdict.state:<8} {verdict.text}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
