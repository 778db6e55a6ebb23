"""A process that has imported everything and forks one real ``trigpoint serve`` or ``worker`` per line it reads.

Importing takes seconds, twenty rounds of killing would take minutes. Each line is ``PORT LIMIT URL``: LIMIT is how many bytes
a file of that server may have (0: no limit), URL its database; or ``worker SMTP URL``. The answer is the process id.
"""

import os
import resource
import signal
import sys

from app.cli import command_line
from app.main import create_app  # noqa: F401 - imported here, once, for all servers


def serve(port: str, limit: int, database_url: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if limit:
        _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    os.environ["TRIGPOINT_DATABASE_URL"] = database_url
    os.environ["TRIGPOINT_BASE_URL"] = f"http://127.0.0.1:{port}"
    command_line("serve")(["serve", "--port", port])


def work(smtp_url: str, database_url: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ["TRIGPOINT_DATABASE_URL"] = database_url
    os.environ["TRIGPOINT_SMTP_URL"] = smtp_url
    os.environ["TRIGPOINT_MAIL_PER_MINUTE"] = "1000000"
    command_line("worker")(["worker"])


def main() -> None:
    # Children that were killed are not waited for.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        what, with_, database_url = line.split()
        child = os.fork()
        if child == 0:
            if what == "worker":
                work(with_, database_url)
            else:
                serve(what, int(with_), database_url)
            os._exit(0)
        print(child, flush=True)


if __name__ == "__main__":
    main()
