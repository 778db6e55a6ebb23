"""What native code prints gets lost; what we print does not."""

import subprocess
import sys
from pathlib import Path

import pytest

from app.commands import demo

PROGRAM = """
import ctypes, os, threading
from app.commands.output import drop_native_output

print("before")
drop_native_output()
print("after, ö")
libc = ctypes.CDLL(None)
libc.puts(b"HighsMipSolverData: from C")
libc.fflush(None)
thread = threading.Thread(target=lambda: os.write(1, b"HighsMipSolverData: from a thread"))
thread.start()
thread.join()
print("the end")
"""


def test_only_what_python_prints_reaches_standard_output() -> None:
    run = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True, encoding="utf-8")
    assert run.stdout.splitlines() == ["before", "after, ö", "the end"]
    assert run.stderr == ""


def test_the_demo_drops_it_before_it_plans(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    called: list[str] = []
    for name in ("_configure", "drop_native_output", "_prepare", "_print_links", "_serve"):
        monkeypatch.setattr(demo, name, lambda *_, name=name: called.append(name))
    demo.demo(port=0, folder=tmp_path)
    assert called.index("drop_native_output") < called.index("_prepare")
