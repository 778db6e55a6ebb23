"""Keep standard output clean: results go there and nothing else."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def standard_output_kept_clean() -> Iterator[None]:
    """Send what C libraries print (solvers do) to standard error, so that it cannot get between the lines of a result."""
    sys.stdout.flush()
    kept = os.dup(1)
    try:
        os.dup2(2, 1)
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def drop_native_output() -> None:
    """From here on what C libraries print to standard output is lost; what Python prints still goes there.

    For programs that run on, whose solver may print at any time, in any thread.
    """
    sys.stdout.flush()
    ours = os.fdopen(os.dup(1), "w", buffering=1, encoding=sys.stdout.encoding, errors=sys.stdout.errors)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    sys.stdout = ours
