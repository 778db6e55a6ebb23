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
