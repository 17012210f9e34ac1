"""The OpenAPI 3.1 document, built from the route tables and models that serve and validate."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from aiohttp import web
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.http.access import Access
from shared.http.models import InvalidProblem, Problem, Query, SecondFactorProblem, SuspendedProblem
from shared.http.operations import RATE_LIMITED, Operation, RawResponse
from shared.http.server import API_PREFIX
from shared.identity import Scope

VERSION = "1.0.0"
"""Version of the contract, not of the software."""

_REFERENCE = "#/components/schemas/{model}"

_SPECIAL_PROBLEMS: Mapping[str, type[Problem]] = {
    "account_suspended": SuspendedProblem,
    "second_factor_required": SecondFactorProblem,
}
"""Codes whose problem has more than others."""


def describe(
    title: str, version: str, prefix: str, features: Mapping[str, Sequence[Operation]]
) -> dict[str, Any]:
    """Describe the operations of each feature; the feature's name becomes the tag."""
    operations = [operation for group in features.values() for operation in group]
    _, definitions = models_json_schema(
        sorted(_models(operations), key=lambda pair: pair[0].__name__), ref_template=_REFERENCE
    )
    schemas = dict(definitions["$defs"])
    for operation in operations:
        if operation.query is not None:
            schemas |= _query_schema(operation.query).get("$defs", {})
    paths: dict[str, dict[str, Any]] = {}
    for tag, group in features.items():
        for operation in group:
            path = re.sub(r"{(\w+):[^{}]*}", r"{\1}", operation.path_below(prefix))
            paths.setdefault(path, {})[operation.method.lower()] = _operation(tag, operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "tags": [{"name": tag} for tag in features],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }


def serve_openapi(app: web.Application, service: str, features: Mapping[str, Sequence[Operation]]) -> None:
    """Serve the service's own document at `/openapi.json`, which the gateway does not route.

    It is made at the first request: that takes longer than everything else at a start.
    """

    @functools.cache
    def document() -> dict[str, Any]:
        return describe(f"Tessera {service}", VERSION, API_PREFIX, features)

    async def openapi(_: web.Request) -> web.Response:
        return web.json_response(document())

    app.router.add_get("/openapi.json", openapi)


def merge(title: str, version: str, documents: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Merge the services' documents into one.

    Raises ValueError if two services describe the same path, or different schemas have one name.
    """
    merged: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "tags": [],
        "paths": {},
        "components": {"schemas": {}, "securitySchemes": {}},
    }
    for document in documents:
        merged["tags"].extend(document["tags"])
        _merge_into(merged["paths"], document["paths"], may_repeat=False)
        for kind in ("schemas", "securitySchemes"):
            _merge_into(merged["components"][kind], document["components"][kind], may_repeat=True)
    return merged


def _merge_into(target: dict[str, Any], source: Mapping[str, Any], *, may_repeat: bool) -> None:
    for name, value in source.items():
        if name in target and not (may_repeat and target[name] == value):
            raise ValueError(f"two services describe {name!r} differently")
        target[name] = value


def _models(operations: Iterable[Operation]) -> set[tuple[type[BaseModel], Any]]:
    models: set[tuple[type[BaseModel], Any]] = {
        (problem, "serialization")
        for problem in (Problem, InvalidProblem, SuspendedProblem, SecondFactorProblem)
    }
    for operation in operations:
        if operation.body is not None:
            models.add((operation.body, "validation"))
        models.update(
            (answer, "serialization") for answer in operation.answers.values() if isinstance(answer, type)
        )
    return models


def _operation(tag: str, operation: Operation) -> dict[str, Any]:
    summary, _, description = (inspect.getdoc(operation.endpoint) or "").partition("\n")
    described: dict[str, Any] = {
        "operationId": operation.endpoint.__name__,
        "tags": [tag],
        "summary": summary.rstrip("."),
        "parameters": _parameters(operation),
        "responses": _responses(operation),
    }
    if description.strip():
        described["description"] = description.strip()
    if operation.body is not None:
        described["requestBody"] = {
            "description": operation.body_bounds.description,
            "required": not operation.body_is_optional,
            "content": {"application/json": _schema(operation.body)},
        }
    if operation.access is not Access.GUEST:
        described["security"] = [{"bearer": []}]
    elif "caller" in operation.parameters:
        described["security"] = [{}, {"bearer": []}]
    return described


def _parameters(operation: Operation) -> list[dict[str, Any]]:
    described: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 0} if kind is int else {"type": "string"},
        }
        for name, kind in operation.path_parameters.items()
    ]
    described += [
        {"name": name, "in": "header", "description": meaning, "schema": {"type": "string"}}
        for name, meaning in operation.headers.items()
    ]
    if operation.query is not None:
        schema = _query_schema(operation.query)
        described += [
            {"name": name, "in": "query", "required": name in schema.get("required", []), "schema": value}
            for name, value in schema["properties"].items()
        ]
    return described


def _responses(operation: Operation) -> dict[str, Any]:
    responses: dict[str, Any] = {}
    for status, answer in operation.answers.items():
        response: dict[str, Any] = {"description": HTTPStatus(status).phrase}
        if isinstance(answer, RawResponse):
            response["description"] = answer.description
            response["content"] = {answer.media_type: {}}
        elif answer is not None:
            response["content"] = {"application/json": _schema(answer)}
        responses[str(status)] = response
    for status, codes in _refusals(operation).items():
        responses[str(status)] = {
            "description": ", ".join(f"`{code}`" for code in sorted(codes)),
            "content": {"application/problem+json": _problem_schema(codes)},
        }
    if RATE_LIMITED not in operation.refusals:
        limit = "the gateway's limit of requests from one network, in plain text"
        limited = responses.setdefault("429", {"description": "", "content": {}})
        limited["description"] = " or ".join(filter(None, (limited["description"], limit)))
        limited["content"]["text/plain"] = {}
    return dict(sorted(responses.items()))


def _problem_schema(codes: set[str]) -> dict[str, Any]:
    if "invalid" in codes:
        return _schema(InvalidProblem)
    special = [model for code, model in _SPECIAL_PROBLEMS.items() if code in codes]
    models: list[type[Problem]] = special if len(special) == len(codes) else [*special, Problem]
    if len(models) == 1:
        return _schema(models[0])
    return {"schema": {"anyOf": [_schema(model)["schema"] for model in models]}}


def _refusals(operation: Operation) -> dict[int, set[str]]:
    """Return the refusal codes of an operation by status: its own, and those implied by its arguments.

    A token that is sent is verified, also where none is needed. 502 and 504 are always the gateway's.
    """
    found: dict[int, set[str]] = {
        401: {"token_invalid", "token_expired", "token_revoked"},
        502: {"gateway_no_response"},
        503: {"postgres_unavailable", "auth_unavailable", "gateway_no_server"},
        504: {"gateway_timeout"},
    }
    if operation.path_parameters:
        found[404] = {"not_found"}
    if operation.body is not None:
        found |= {413: {"body_too_large"}, 415: {"not_json", "content_encoding"}}
    if operation.body is not None or operation.query is not None:
        found[422] = {"invalid"}
    if operation.access is not Access.GUEST:
        found[401].add("not_authenticated")
    if operation.access in {Access.MODERATOR, Access.ADMIN}:
        found[403] = {"not_allowed"}
    if operation.needed_scope is not Scope.READ and "caller" in operation.parameters:
        found.setdefault(403, set()).add("insufficient_scope")
    for refusal in operation.refusals:
        status, code = refusal.split()
        found.setdefault(int(status), set()).add(code)
    return found


def _query_schema(query: type[Query]) -> dict[str, Any]:
    return query.model_json_schema(ref_template=_REFERENCE)


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    return {"schema": {"$ref": _REFERENCE.format(model=_schema_name(model))}}


def _schema_name(model: type[BaseModel]) -> str:
    # pydantic writes Page[Tile] as Page_Tile_ in references.
    return re.sub(r"[^A-Za-z0-9._-]", "_", model.__name__)
