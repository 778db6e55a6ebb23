"""Two real OpenID providers for tests, and a person's browser that goes there and back."""

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpx

from tests.people import BASE_URL, Client

ROOT = Path(__file__).parents[2]
CLIENT = {
    "client_id": "trigpoint",
    "client_secret": "a secret of the tests",
    "redirect_uris": [f"{BASE_URL}/sign-in/with/{name}/callback" for name in ("one", "two")],
    "post_logout_redirect_uris": [f"{BASE_URL}/sign-in"],
}


@contextmanager
def running_providers() -> Iterator[list[str]]:
    """Their issuers, while they run."""
    command = ["tools/node.sh", "node", "frontend/tests/oidc/provider.js", json.dumps(CLIENT)]
    environment = os.environ | {"NODE_ENV": "production"}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        # Its standard input ends with the block, and the process with it.
        assert process.stdout is not None
        lines = iter(process.stdout.readline, "")
        yield json.loads(next(line for line in lines if line.startswith("[")))
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=10)


def settings_value(issuers: list[str], **more: object) -> str:
    """``TRIGPOINT_OIDC_PROVIDERS`` for the two."""
    shared = {"client_id": CLIENT["client_id"], "client_secret": CLIENT["client_secret"], **more}
    return json.dumps(
        [
            {"id": name, "name": label, "issuer": issuer, **shared}
            for name, label, issuer in zip(("one", "two"), ("Harbour One", "Harbour Two"), issuers, strict=True)
        ]
    )


@dataclass
class Journey:
    """A browser on its way to a provider. ``address``: where it would go next; tests may change it."""

    browser: Client
    address: str

    def change(self, **values: str) -> "Journey":
        """The same journey with other parameters in its address."""
        self.address = str(httpx.URL(self.address).copy_merge_params(values))
        return self

    def at_provider(self, person: str = "") -> str:
        """Sign in there as ``person`` (nobody: decline) and come back: the path of the callback."""
        if person:
            self.change(login_hint=person)
        with httpx.Client(follow_redirects=False) as there:
            address = self.address
            for _ in range(8):
                answer = there.get(address)
                assert answer.status_code in {302, 303}, answer.text
                address = urljoin(address, answer.headers["location"])
                if address.startswith(BASE_URL):
                    return address.removeprefix(BASE_URL)
        raise AssertionError("the provider never sent the browser back")

    def arrive(self, person: str = "") -> httpx.Response:
        """There and back again."""
        return self.browser.get(self.at_provider(person))


def leave(browser: Client, path: str = "/sign-in/with/one") -> Journey:
    """Begin at one of our pages."""
    answer = browser.get(path)
    assert answer.status_code == 303, answer.text
    return Journey(browser, answer.headers["location"])
