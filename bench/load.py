"""A small load generator: keep-alive connections that send prepared requests one after the other and note each answer.

Written on plain sockets, because a general HTTP client costs as much processor time as the server it measures.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

import uvloop

Requests = Iterator[bytes]


def request(method: str, path: str, port: int, *, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
    """One HTTP/1.1 request as it goes over the wire."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Origin: http://127.0.0.1:{port}"]
    if body or method in {"PUT", "POST"}:
        lines.append(f"Content-Length: {len(body)}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@dataclass
class Load:
    """What a run saw: ``latencies`` in seconds, how often each status came, and how long it all took."""

    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def percentile(self, share: float) -> float:
        """Latency in milliseconds that ``share`` of the answers stayed under."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def require(self, *allowed: int) -> "Load":
        """Itself, or `RuntimeError`: a fast error page is no result."""
        if not self.statuses or set(self.statuses) - set(allowed):
            raise RuntimeError(f"expected {allowed}, the server answered {self.statuses}")
        return self


class _Connection(asyncio.Protocol):
    def __init__(self, requests: Requests, load: Load, until: float, done: Callable[[], None]) -> None:
        self.requests, self.load, self.until, self.done = requests, load, until, done
        self.buffer = bytearray()
        self.started = 0.0
        self.finished = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports are asyncio's in all but their base class.
        self.transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        length = _content_length(bytes(self.buffer[:head]))
        if len(self.buffer) < head + 4 + length:
            return
        self.load.latencies.append(time.perf_counter() - self.started)
        status = int(self.buffer[9:12])
        self.load.statuses[status] = self.load.statuses.get(status, 0) + 1
        self.buffer.clear()
        self._next()

    def _next(self) -> None:
        wire = next(self.requests, None) if time.perf_counter() < self.until else None
        if wire is None:
            self.finished = True
            self.transport.close()
            self.done()
            return
        self.started = time.perf_counter()
        self.transport.write(wire)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.finished:
            # A connection that breaks is an answer that never came.
            self.load.statuses[0] = self.load.statuses.get(0, 0) + 1
            self.done()


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line[:15].lower() == b"content-length:":
            return int(line[15:])
    return 0


def run(port: int, clients: list[Requests], seconds: float) -> Load:
    """Let every client send until its requests or the time run out."""
    return uvloop.run(_run(port, clients, seconds))


async def _run(port: int, clients: list[Requests], seconds: float) -> Load:
    loop = asyncio.get_running_loop()
    load = Load()
    over = asyncio.Event()
    left = len(clients)

    def done() -> None:
        nonlocal left
        left -= 1
        if not left:
            over.set()

    began = time.perf_counter()
    for requests in clients:
        await loop.create_connection(
            lambda mine=requests: _Connection(mine, load, began + seconds, done), "127.0.0.1", port
        )
    await over.wait()
    load.seconds = time.perf_counter() - began
    return load
