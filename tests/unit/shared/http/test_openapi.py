"""The API document is complete, current and unambiguous."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import pytest

from deploy.commands import openapi
from shared.http.openapi import merge


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi.document()


def operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_the_published_document_matches_the_route_tables(document: dict[str, Any]) -> None:
    published = json.loads(openapi.FILE.read_text())
    assert published == json.loads(json.dumps(document)), "run: make openapi"


def test_every_operation_has_a_name_of_its_own_and_a_summary(document: dict[str, Any]) -> None:
    names = Counter(operation["operationId"] for operation in operations(document))
    assert [name for name, count in names.items() if count > 1] == []
    assert all(operation["summary"] for operation in operations(document))


def test_every_reference_resolves(document: dict[str, Any]) -> None:
    text = json.dumps(document)
    referred = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert referred <= document["components"]["schemas"].keys()


def test_every_path_parameter_is_described(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            described = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
            assert described == set(re.findall(r"{(\w+)}", path))


def test_every_operation_describes_the_errors_that_any_request_can_get(document: dict[str, Any]) -> None:
    """A token is verified wherever one is sent, and the gateway can fail or limit any request."""
    for operation in operations(document):
        assert {"401", "429", "502", "503", "504"} <= operation["responses"].keys(), operation["operationId"]
        limited = operation["responses"]["429"]
        assert "text/plain" in limited["content"] or limited["description"] == "`rate_limited`"


def test_one_name_for_two_schemas_is_refused() -> None:
    def part(schema: dict[str, str]) -> dict[str, Any]:
        return {"tags": [], "paths": {}, "components": {"schemas": {"View": schema}, "securitySchemes": {}}}

    merge("t", "1", [part({"type": "object"}), part({"type": "object"})])
    with pytest.raises(ValueError, match="View"):
        merge("t", "1", [part({"type": "object"}), part({"type": "string"})])
