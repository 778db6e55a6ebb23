"""``python -m bench``: every benchmark there is, each in a process of its own."""

import subprocess
import sys
from pathlib import Path

PARTS = ("scoring", "roadmap", "inviting", "server")


def main() -> int:
    """Run all parts, also when one fails; the exit code is that of the last one that did."""
    folder, failed = Path(__file__).parent, 0
    for part in PARTS:
        if not (folder / f"{part}.py").exists():
            continue
        print(f"\n=== {part} ===", flush=True)
        failed = subprocess.run([sys.executable, "-m", f"bench.{part}"], cwd=folder.parent).returncode or failed
    return failed


if __name__ == "__main__":
    sys.exit(main())
