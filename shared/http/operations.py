"""A feature's route table: its operations, who may call them, and their responses.

A handler is `async def (request, <path parameters>, body: Model, query: Model, caller: Identity)`, each
argument but the first only if it needs it. They are parsed and checked here, before the handler runs, by the
same models that the OpenAPI document is built from:

- a path parameter is named as in the path (`tile_id: int`);
- `body` is a JSON body, `query` the query string; annotated `Model | None` where the body may be left out;
- `caller` is the verified identity; annotated `Identity | None` where guests are welcome.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, get_args, get_type_hints

from aiohttp import web
from pydantic import BaseModel, ValidationError

from shared.errors import Invalid, NotFound, NotJson
from shared.http.access import Access, admit, identify
from shared.http.bodies import DEFAULT_BOUNDS, BodyBounds, read_json
from shared.http.models import BIGINT_MAX, Body, Query
from shared.http.problems import to_invalid
from shared.identity import Scope

Endpoint = Callable[..., Awaitable[web.StreamResponse]]

BodyT = TypeVar("BodyT", bound=Body)
QueryT = TypeVar("QueryT", bound=Query)

RATE_LIMITED = "429 rate_limited"
"""Refusal of the gateway, where it is a problem: on paths on which no service uses 429 (gateway/dynamic)."""

_PATH_PARAMETER = re.compile(r"{(\w+)(?::[^{}]*)?}")


@dataclass(frozen=True)
class RawResponse:
    """A successful response other than a JSON model: its media type ("image/png") and its description."""

    media_type: str
    description: str


@dataclass(frozen=True)
class Operation:
    """One row of a route table.

    `answers` maps each successful status to its model, None for no body. `refusals` lists codes such as
    `"409 username_taken"` beyond those of every operation. `headers` describes the optional request headers
    that the endpoint reads, for the document. `body_bounds` is how large its body may be. `scope` is what a
    limited token needs, by default to read for a GET, to moderate for what takes a role, and otherwise what
    tokens of bots never have.
    """

    method: str
    path: str
    endpoint: Endpoint
    answers: Mapping[int, type[BaseModel] | RawResponse | None]
    access: Access = Access.GUEST
    refusals: Sequence[str] = field(default_factory=tuple)
    headers: Mapping[str, str] = field(default_factory=dict)
    body_bounds: BodyBounds = DEFAULT_BOUNDS
    scope: Scope | None = None

    @property
    def needed_scope(self) -> Scope:
        """Scope that a limited token needs."""
        if self.scope is not None:
            return self.scope
        if self.method == "GET":
            return Scope.READ
        return Scope.MODERATE if self.access in {Access.MODERATOR, Access.ADMIN} else Scope.ACCOUNT

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """Annotations of the endpoint's arguments, by name."""
        hints = get_type_hints(self.endpoint)
        return {name: hints[name] for name in list(inspect.signature(self.endpoint).parameters)[1:]}

    @property
    def body(self) -> type[Body] | None:
        """Model of the JSON body, if the operation takes one."""
        hint = self.parameters.get("body")
        return get_args(hint)[0] if self.body_is_optional else hint

    @property
    def body_is_optional(self) -> bool:
        """Whether the body may be omitted."""
        return type(None) in get_args(self.parameters.get("body"))

    @property
    def query(self) -> type[Query] | None:
        """Model of the query string, if the operation reads one."""
        return self.parameters.get("query")

    @property
    def path_parameters(self) -> dict[str, type]:
        """Type of each parameter in the path."""
        return {name: self.parameters[name] for name in _PATH_PARAMETER.findall(self.path)}

    def path_below(self, prefix: str) -> str:
        """Return the path as served; a well-known one (RFC 8615) is at the root, without the prefix."""
        return self.path if self.path.startswith("/.well-known/") else prefix + self.path

    @cached_property
    def handler(self) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """The endpoint as aiohttp calls it: admits the caller, parses the arguments, calls."""
        endpoint, access, scope = self.endpoint, self.access, self.needed_scope
        body, bounds = self.body, self.body_bounds
        query, path = self.query, tuple(self.path_parameters.items())
        wants_caller, may_be_empty = "caller" in self.parameters, self.body_is_optional

        async def handle(request: web.Request) -> web.StreamResponse:
            caller = identify(request)
            admit(access, scope, caller)
            arguments: dict[str, Any] = {name: _path_value(request, name, kind) for name, kind in path}
            if query is not None:
                arguments["query"] = parse_query(request, query)
            if body is not None:
                is_left_out = may_be_empty and not request.can_read_body
                arguments["body"] = None if is_left_out else await parse_body(request, body, bounds)
            if wants_caller:
                arguments["caller"] = caller
            return await endpoint(request, **arguments)

        return handle


def serve(app: web.Application, prefix: str, operations: Sequence[Operation]) -> None:
    """Add the rows of a route table to the app below `prefix`."""
    for operation in operations:
        app.router.add_route(operation.method, operation.path_below(prefix), operation.handler)


async def parse_body(request: web.Request, model: type[BodyT], bounds: BodyBounds) -> BodyT:
    """Read and check a JSON body.

    Raises NotJson if the body is not declared as JSON, or is encoded, TooLarge, and Invalid with
    each invalid field.
    """
    if request.content_type != "application/json":
        raise NotJson("not_json", "send the body as application/json")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise NotJson("content_encoding", "send the body without Content-Encoding")
    try:
        return model.model_validate_json(await read_json(request, bounds))
    except ValidationError as error:
        raise to_invalid(error, "body") from None


def parse_query(request: web.Request, model: type[QueryT]) -> QueryT:
    """Check the query string; raises Invalid with each invalid parameter, and for one that is given twice."""
    given = request.query
    for name in given:
        if name in model.model_fields and len(given.getall(name)) > 1:
            raise Invalid.field("query", name, msg="must be given once")
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        raise to_invalid(error, "query") from None


def respond(view: BaseModel, *, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """Make a JSON response from a model."""
    return web.Response(
        body=view.__pydantic_serializer__.to_json(view),
        status=status,
        headers=headers,
        content_type="application/json",
        charset="utf-8",
    )


def respond_empty() -> web.Response:
    """Make a response without a body, 204."""
    return web.Response(status=204)


def _path_value(request: web.Request, name: str, kind: type) -> int | str:
    text = request.match_info[name]
    if kind is not int:
        # PostgreSQL's text cannot hold NUL, so no such name exists.
        if "\x00" in text:
            raise NotFound("not_found", f"No such {name}.")
        return text
    # An id beyond the range of ids is unknown like any other: 404.
    if not text.isascii() or not text.isdigit() or len(text) > 19 or int(text) > BIGINT_MAX:
        raise NotFound("not_found", f"No such {name.removesuffix('_id')}.")
    return int(text)
