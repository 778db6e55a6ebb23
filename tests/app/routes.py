"""Every route of the application, and how to call it: what the walks go through."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext, iter_route_contexts

SAFE = {"GET", "HEAD", "OPTIONS"}
PLACEHOLDER = "00000000-0000-4000-8000-000000000000"


@dataclass(frozen=True)
class Endpoint:
    """One method of one route. ``path`` is filled with ids that exist nowhere."""

    method: str
    template: str
    route: RouteContext

    @property
    def path(self) -> str:
        return re.sub(r"{[^}]+}", PLACEHOLDER, self.template)

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"

    @property
    def policies(self) -> set[str]:
        """Names of the dependencies that decide who may call it."""
        return set(_policies(self.route.dependant))


def _policies(dependant: Dependant) -> Iterator[str]:
    if getattr(dependant.call, "policy", False):
        yield getattr(dependant.call, "__name__", repr(dependant.call))
    for below in dependant.dependencies:
        yield from _policies(below)


def endpoints(app: FastAPI) -> list[Endpoint]:
    """All methods of all routes but FastAPI's own description of the API, in a stable order."""
    return sorted(
        (
            Endpoint(method, route.path or "", route)
            for route in iter_route_contexts(app.routes)
            if isinstance(route.original_route, APIRoute)
            for method in route.methods or ()
        ),
        key=lambda endpoint: (endpoint.template, endpoint.method),
    )
