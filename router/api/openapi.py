"""The OpenAPI 3.1 document, made from the table and the types it names."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from importlib.metadata import version
from typing import Any

import msgspec

from router.api import problems
from router.api.bodies import Refused
from router.api.problems import Problem
from router.api.route import Route
from router.api.routes import TABLE
from router.errors import Invalid, NotFound, RouterError, Unauthenticated
from router.ports import Result

_REF = "#/components/schemas/{name}"
_PATTERNS = {"id": r"^[A-Za-z0-9._:@+/=-]{1,128}$"}


@lru_cache(maxsize=1)
def document() -> bytes:
    """Give the document as JSON; needs no running service."""
    return msgspec.json.format(msgspec.json.encode(tree()), indent=1)


def tree() -> dict[str, Any]:
    """Give the document as plain values."""
    kinds = [kind for route in TABLE for kind in (route.takes, route.gives) if kind is not None]
    schemas, components = _schemas([*kinds, Result, Refused, Problem])
    known = dict(zip([id(kind) for kind in kinds], schemas, strict=False))
    paths: dict[str, dict[str, Any]] = {}
    for route in TABLE:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, known)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Router",
            "version": version("omnichannel-router"),
            "description": "One customer, one thread, every channel. Errors are RFC 9457 problems.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer", "description": "An API key."}},
        },
    }


def parameters(route: Route) -> Iterator[dict[str, Any]]:
    """Give the parameters in a call's path and query."""
    for part in route.path.split("/"):
        if part.startswith("{"):
            name = part.strip("{}")
            schema = {"type": "string", "pattern": _PATTERNS["id"]}
            yield {"name": name, "in": "path", "required": True, "schema": schema}
    (_,), components = _schemas([route.query])
    shape = components[route.query.__name__]
    for name, schema in shape["properties"].items():
        required = name in shape.get("required", ())
        yield {"name": name, "in": "query", "required": required, "schema": schema}


def _schemas(kinds: list[Any]) -> tuple[tuple[dict[str, Any], ...], dict[str, Any]]:
    return msgspec.json.schema_components(kinds, schema_hook=_refused, ref_template=_REF)


def _refused(kind: object) -> dict[str, Any]:
    """Give the schema of a setting that is known by name only: no value fits it yet."""
    if kind is object:
        return {"description": "Not available in this release; leave it out.", "not": {}}
    raise NotImplementedError


def _operation(route: Route, known: dict[int, Any]) -> dict[str, Any]:
    roles = sorted({*route.roles, "admin"}) if route.roles is not None else []
    operation: dict[str, Any] = {
        "operationId": f"{route.method.lower()}_{route.path.strip('/')}".translate(_NAME),
        "summary": route.summary,
        "security": [{"key": []}] if roles else [],
        "x-roles": roles,
        "responses": _responses(route, known),
    }
    if found := list(parameters(route)):
        operation["parameters"] = found
    if route.takes is not None:
        schema = known[id(route.takes)]
        content = {media: {"schema": schema if media == "application/json" else {}} for media in route.media}
        operation["requestBody"] = {"content": content}
    return operation


def _responses(route: Route, known: dict[int, Any]) -> dict[str, Any]:
    """Give what a call answers: its success, and the refusals that every such call can have."""
    success: dict[str, Any] = {"description": route.summary}
    if route.gives is not None or route.answers != "application/json":
        success["content"] = {route.answers: {"schema": known.get(id(route.gives), {})}}
    refusals: list[type[RouterError]] = [Invalid] if route.takes is not None else []
    refusals += [Unauthenticated] if route.roles is not None else []
    refusals += [NotFound] if "{" in route.path else []
    return {
        str(route.status): success,
        **{str(refusal.status): _problem(problems.title(refusal)) for refusal in refusals},
        "default": _problem("Why the call was refused; `code` is stable."),
    }


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": _REF.format(name="Problem")}
    return {"description": description, "content": {problems.MEDIA: {"schema": schema}}}


_NAME = str.maketrans("/{}.", "____")
