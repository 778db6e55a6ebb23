"""Expected failures: each carries a status and a sentence that tells the user what to do."""

from collections.abc import Mapping
from typing import Any


class AppError(Exception):
    """An expected failure. ``extra`` becomes further members of the problem details."""

    status = 400
    title = "That did not work"

    def __init__(self, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.message = message
        self.extra: Mapping[str, Any] = extra


class InvalidInputError(AppError):
    """What was given cannot be used; ``errors`` in ``extra`` may name places."""

    status = 422
    title = "There is a problem"


class NotSignedInError(AppError):
    status = 401
    title = "Please sign in"


class ForbiddenError(AppError):
    status = 403
    title = "Your role does not allow this"


class NotFoundError(AppError):
    status = 404
    title = "Not found"


class ConflictError(AppError):
    status = 409
    title = "This has changed meanwhile"


class GoneError(AppError):
    status = 410
    title = "No longer available"


class PreconditionFailedError(AppError):
    status = 412
    title = "Somebody else has changed this"


class TooLargeError(AppError):
    status = 413
    title = "Too large"


class TooManyAttemptsError(AppError):
    status = 429
    title = "Too many attempts"


class UnavailableError(AppError):
    status = 503
    title = "Please try again in a moment"


class PreconditionRequiredError(AppError):
    status = 428
    title = "Say which version you change"
