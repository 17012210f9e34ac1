"""The one table from errors to RFC 9457 problems, and the middleware that applies it."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any

import structlog
from aiohttp import web
from pydantic import ValidationError

from shared.errors import (
    BadRequest,
    Busy,
    Conflict,
    Fault,
    Gone,
    Invalid,
    NotAllowed,
    NotAuthenticated,
    NotFound,
    NotJson,
    Refusal,
    SecondFactorRequired,
    StaleVersion,
    Suspended,
    TooLarge,
    TooManyRequests,
    Unavailable,
)
from shared.http.context import get_request_id
from shared.http.models import FaultView, InvalidProblem, Problem, SecondFactorProblem, SuspendedProblem

log = structlog.get_logger(__name__)

STATUS: dict[type[Refusal], int] = {
    BadRequest: 400,
    NotAuthenticated: 401,
    SecondFactorRequired: 401,
    NotAllowed: 403,
    Suspended: 403,
    NotFound: 404,
    Conflict: 409,
    Gone: 410,
    StaleVersion: 412,
    TooLarge: 413,
    NotJson: 415,
    Invalid: 422,
    TooManyRequests: 429,
}

RETRY_AFTER_UNAVAILABLE = "1"
"""Seconds until a client should try again when a dependency is unavailable."""

_LIMITS = ("min_length", "max_length", "ge", "gt", "le", "lt", "multiple_of")
"""Names of numbers in the context of pydantic's errors; no error has two."""

_CODE_OF_STATUS = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def to_invalid(error: ValidationError, *where: str) -> Invalid:
    """Convert pydantic's errors, with each location prefixed by `where` ("body", "query")."""
    return Invalid(
        [
            Fault((*where, *fault["loc"]), fault["msg"], fault["type"], _find_limit(fault.get("ctx", {})))
            for fault in error.errors(include_url=False, include_input=False)
        ]
    )


def problem_response(
    status: int, code: str, detail: str, headers: dict[str, str] | None = None
) -> web.Response:
    """Build a problem+json response."""
    return _respond(Problem(**_common(status, code, detail)), headers)


def refusal_response(error: Refusal) -> web.Response:
    """Build the response to a refusal."""
    status = STATUS[type(error)]
    if isinstance(error, Invalid):
        errors = [FaultView.model_validate(fault) for fault in error.faults]
        return _respond(InvalidProblem(**_common(status, error.code, error.detail), errors=errors))
    if isinstance(error, Suspended):
        common = _common(status, error.code, error.detail)
        return _respond(SuspendedProblem(**common, reason=error.reason, until=error.until))
    headers = {}
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, SecondFactorRequired):
        common = _common(status, error.code, error.detail)
        return _respond(
            SecondFactorProblem(**common, challenge=error.challenge, methods=list(error.methods)), headers
        )
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    return problem_response(status, error.code, error.detail, headers)


def unavailable_response(error: Unavailable) -> web.Response:
    """Build the 503 that names the dependency; the driver's message is logged, not sent to the caller."""
    headers = {"Retry-After": RETRY_AFTER_UNAVAILABLE}
    if isinstance(error, Busy):
        return problem_response(503, "busy", "Another change is in progress; nothing was changed.", headers)
    log.warning("dependency unavailable", dependency=error.dependency, reason=error.detail)
    return problem_response(
        503,
        f"{error.dependency}_unavailable",
        f"{error.dependency} is currently unavailable; nothing was changed.",
        headers,
    )


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn every error into a problem; an unexpected one is logged with its traceback and becomes a 500."""
    try:
        return await handler(request)
    except Refusal as error:
        return refusal_response(error)
    except Unavailable as error:
        return unavailable_response(error)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else None
        code = _CODE_OF_STATUS.get(error.status, HTTPStatus(error.status).name.lower())
        return problem_response(error.status, code, error.reason, headers)
    except Exception as error:
        if isinstance(error, ConnectionError) and _has_hung_up(request):
            raise  # the client is gone; aiohttp closes the connection without a response
        log.exception("unhandled error", method=request.method, path=request.path)
        return problem_response(
            500, "internal_error", "Internal error; find it in the logs by its request id."
        )


def _find_limit(context: Mapping[str, Any]) -> float | None:
    """Return the number that pydantic compared with, None where it did not."""
    return next((context[name] for name in _LIMITS if name in context), None)


def _has_hung_up(request: web.Request) -> bool:
    return request.transport is None or request.transport.is_closing()


def _common(status: int, code: str, detail: str) -> dict[str, object]:
    return {
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
        "request_id": get_request_id(),
    }


def _respond(problem: Problem, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        body=problem.model_dump_json().encode(),
        status=problem.status,
        headers=headers,
        content_type="application/problem+json",
    )
