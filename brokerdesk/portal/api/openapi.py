"""The OpenAPI 3.1 document of the desk's API, made from `wire.endpoints` and the models; nothing is written twice."""

from __future__ import annotations

from functools import cache
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import to_json

import brokerdesk
from brokerdesk.wire.endpoints import ENDPOINTS, Endpoint, Parameter
from brokerdesk.wire.problems import MEDIA_TYPE, PROBLEMS, Problem

_REF = "#/components/schemas/{model}"
_ALWAYS = ("rate_limited", "upgrade_required", "internal")
_GUARDED = ("token_expired", "token_invalid", "device_revoked", "scope")
_WITH_BODY = ("malformed", "too_large", "media_type", "envelope", "timeout")


@cache
def document() -> bytes:
    """The document as JSON; made once, because it does not depend on the portal."""
    return to_json(describe())


def describe() -> dict[str, Any]:
    """The document as a value."""
    schemas: dict[str, Any] = {}
    paths: dict[str, Any] = {}
    for endpoint in ENDPOINTS:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint, schemas)
    _schema(Problem, schemas, mode="serialization")
    return {
        "openapi": "3.1.0",
        "info": {"title": "BrokerDesk portal", "version": brokerdesk.__version__, "summary": "Sync of desks"},
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "securitySchemes": {"device": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(endpoint: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "x-needs": endpoint.needs,
        "responses": _responses(endpoint, schemas),
    }
    if endpoint.needs != "nobody":
        found["security"] = [{"device": []}]
    if endpoint.parameters:
        found["parameters"] = [_parameter(p) for p in endpoint.parameters]
    if endpoint.request is not None:
        content = {"application/json": {"schema": _schema(endpoint.request, schemas, mode="validation")}}
        found["requestBody"] = {"required": True, "content": content}
    return found


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name, "in": parameter.place, "required": parameter.required, "schema": parameter.schema
    }  # fmt: skip


def _responses(endpoint: Endpoint, schemas: dict[str, Any]) -> dict[str, Any]:
    answers: dict[str, Any] = {str(endpoint.status): {"description": "Done"}}
    if endpoint.answer is not None:
        schema = _schema(endpoint.answer, schemas, mode="serialization")
        answers[str(endpoint.status)]["content"] = {"application/json": {"schema": schema}}
    by_status: dict[int, list[str]] = {}
    for code in problem_codes(endpoint):
        by_status.setdefault(PROBLEMS[code].status, []).append(code)
    for status, codes in sorted(by_status.items()):
        content = {MEDIA_TYPE: {"schema": {"$ref": _REF.format(model="Problem")}}}
        answers[str(status)] = {"description": ", ".join(sorted(codes)), "content": content}
    return answers


def problem_codes(endpoint: Endpoint) -> set[str]:
    """Every problem code that a route may answer."""
    codes = {*_ALWAYS, *endpoint.problems, "envelope"}
    codes |= set(_GUARDED) if endpoint.needs != "nobody" else set()
    codes |= set(_WITH_BODY) if endpoint.request is not None else set()
    codes |= {"not_found"} if "{" in endpoint.path or endpoint.name == "pairing_code" else set()
    return codes | ({"busy"} if endpoint.method != "GET" else set())


def _schema(model: Any, schemas: dict[str, Any], *, mode: Any) -> dict[str, Any]:
    """Put the schema of a model and of everything below it into `schemas`; answer a reference to it."""
    if isinstance(model, TypeAdapter):
        found = model.json_schema(ref_template=_REF, mode=mode, schema_generator=GenerateJsonSchema)
        name = str(found.get("title"))
    else:
        assert issubclass(model, BaseModel)
        found = model.model_json_schema(ref_template=_REF, mode=mode)
        name = model.__name__
    schemas.update(found.pop("$defs", {}))
    schemas[name] = found
    return {"$ref": _REF.format(model=name)}
