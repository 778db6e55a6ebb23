"""Who uses the application in tests: clients that are signed in as somebody."""

import warnings
from typing import Any

import httpx
from fastapi import FastAPI
from sqlmodel import Session

from app.accounts.actions import digest, start_session
from app.clock import now
from app.models import User
from app.web import SESSION_COOKIE, csrf_token

with warnings.catch_warnings():
    # Its next version wants another package; httpx is the one that the product itself uses.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

BASE_URL = "http://127.0.0.1:8000"


class Client(TestClient):
    """A browser at the right address. Redirects are not followed, so that tests see them."""

    __test__ = False

    def __init__(self, app: FastAPI, *, csrf: str = "", **options: Any) -> None:
        super().__init__(
            app,
            base_url=BASE_URL,
            headers={"Origin": BASE_URL},
            follow_redirects=False,
            client=("127.0.0.1", 50000),
            **options,
        )
        self.csrf = csrf

    def submit(self, path: str, **fields: Any) -> httpx.Response:
        """Post a form of a page, with its token."""
        return self.post(path, data={"csrf": self.csrf, **fields})


def sign_in_as(client: Client, session: Session, user: User) -> Client:
    """Give ``client`` the cookie of a new session of ``user``; the caller's transaction stores it."""
    token = start_session(session, user, at=now(), days=14).token
    client.cookies.set(SESSION_COOKIE, token)
    client.csrf = csrf_token(digest(token))
    return client
