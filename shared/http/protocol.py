"""HTTP as aiohttp parses it, with a problem for requests that it cannot parse.

aiohttp's own answer to those is plain text that repeats a part of the request, which may be a token.
"""

from __future__ import annotations

from typing import Any, cast

import structlog
from aiohttp import web
from aiohttp.http_exceptions import BadHttpMethod, LineTooLong
from aiohttp.web_protocol import RequestHandler
from aiohttp.web_request import BaseRequest

from shared import tracing
from shared.http.context import PROCESS, make_process_headers, set_request_id
from shared.http.problems import problem_response

log = structlog.get_logger(__name__)

FIELD_LIMIT = 32 * 1024
"""Bytes of the longest address and header field; cookies are one field.

Below the gateway's limit for all headers (`maxHeaderBytes`), whose response is plain text, and far above what
an application of its own origin needs: on localhost, the cookies of all applications arrive together.
"""

_METHODS = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"


class ProblemRunner(web.AppRunner):
    """Serves an application; a request that cannot be parsed gets a problem, and bodies stay encoded."""

    def __init__(self, app: web.Application, **settings: Any) -> None:
        super().__init__(
            app,
            max_line_size=FIELD_LIMIT,
            max_field_size=FIELD_LIMIT,
            auto_decompress=False,  # `parse_body` refuses encoded bodies
            **settings,
        )

    async def _make_server(self) -> web.Server:
        # aiohttp has no setting for the class of its protocol.
        made = await super()._make_server()
        return _Server(
            made.request_handler,
            request_factory=made.request_factory,
            app=self.app,
            **made._kwargs,
        )


class _Server(web.Server):
    def __init__(self, handler: Any, *, app: web.Application, **settings: Any) -> None:
        super().__init__(handler, **settings)
        self.app = app

    def __call__(self) -> RequestHandler:
        return _Protocol(self, loop=self._loop, **self._kwargs)


class _Protocol(RequestHandler):
    __slots__ = ()

    def handle_error(
        self,
        request: BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Respond with a problem; what aiohttp says about the error may repeat the request."""
        if request.writer.output_size > 0:
            raise ConnectionError("the response has begun") from exc
        service, instance = cast(_Server, self._manager).app[PROCESS]
        headers = make_process_headers(service, instance, request_id=tracing.make_id(16))
        set_request_id(headers["X-Request-Id"])
        response = _respond(status, exc, headers)
        response.force_close()
        return response


def _respond(status: int, error: BaseException | None, headers: dict[str, str]) -> web.Response:
    if status >= 500:
        log.error("unhandled error", exc_info=error)
        return problem_response(
            500, "internal_error", "Internal error; find it in the logs by its request id.", headers
        )
    log.info("request not parsed", reason=type(error).__name__)
    if isinstance(error, LineTooLong):
        limit = FIELD_LIMIT // 1024
        return problem_response(
            431, "headers_too_large", f"The address or a header field is longer than {limit} KiB.", headers
        )
    if isinstance(error, BadHttpMethod):
        headers["Allow"] = _METHODS
        return problem_response(405, "method_not_allowed", "This method is not known.", headers)
    return problem_response(400, "malformed_request", "The request is not valid HTTP.", headers)
