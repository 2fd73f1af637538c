"""The pages made from tables: /docs from the table of calls, /problems from the tree of errors. No script."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from html import escape
from typing import Any

from router.api import openapi
from router.api.problems import title
from router.errors import BY_CODE, NotFound

_STYLE = """
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code,pre{font:14px/1.5 ui-monospace,monospace}
h2 code,h3 code{font-size:1rem;font-weight:600;overflow-wrap:anywhere}
h2,h3{margin:0 0 .5rem}
p{margin:0 0 .5rem}
article{border-top:1px solid #8888;padding:1rem 0}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem 1rem .25rem 0;overflow-wrap:anywhere}
article table,nav table{table-layout:fixed}
article td:first-child{width:22%}
article td:nth-child(3){width:20%}
nav td:first-child{width:48%}
th{font-weight:600}
nav{margin:1rem 0 2rem}
nav table{font-size:.9375rem}
"""

STYLE_HASH = "'sha256-" + base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode() + "'"
"""What a Content-Security-Policy has to name for the style of these pages."""


@lru_cache(maxsize=1)
def reference() -> bytes:
    """Give the reference of the API as one HTML page."""
    found = openapi.tree()
    operations = [
        (method.upper(), path, operation)
        for path, operations in found["paths"].items()
        for method, operation in operations.items()
    ]
    contents = "".join(_named(*operation) for operation in operations)
    shapes = [_shape(name, schema) for name, schema in sorted(found["components"]["schemas"].items())]
    return page(
        "Router API",
        "<p>Send an API key as <code>Authorization: Bearer …</code>. Refusals are "
        '<a href="/problems/">problems</a> with a stable code. The same as a document: '
        '<a href="/openapi.json">openapi.json</a>.</p>',
        f"<nav><table>{contents}</table></nav>",
        *(_call(*operation) for operation in operations),
        "<h2>Shapes</h2>",
        *shapes,
    )


def problem(code: str) -> bytes:
    """Give the page of an error code; NotFound when there is none."""
    found = BY_CODE.get(code)
    if found is None:
        raise NotFound("there is no such problem")
    words = "</p><p>".join(_prose(part) for part in (found.__doc__ or "").split("\n\n"))
    return page(f"{code} ({found.status})", f"<p>{words}</p>", '<p><a href="/problems/">All problems</a></p>')


@lru_cache(maxsize=1)
def every_problem() -> bytes:
    """Give the page that lists every error code."""
    rows = "".join(
        f'<tr><td><a href="/problems/{escape(code)}"><code>{escape(code)}</code></a></td>'
        f"<td>{error.status}</td><td>{escape(title(error))}</td></tr>"
        for code, error in sorted(BY_CODE.items())
    )
    head = "<tr><th>Code</th><th>Status</th><th>Meaning</th></tr>"
    return page("Problems", f"<table>{head}{rows}</table>")


def page(name: str, *parts: str) -> bytes:
    """Put a page together; the parts are HTML already."""
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(name)}</title>'
        '<meta name="viewport" content="width=device-width"><style>'
        f"{_STYLE}</style></head><body><main><h1>{escape(name)}</h1>\n{body}\n</main></body></html>\n"
    ).encode()


def _named(method: str, path: str, operation: dict[str, Any]) -> str:
    """Name a call in the contents."""
    link = f'<a href="#{escape(operation["operationId"])}">{method} {escape(path)}</a>'
    return f"<tr><td>{link}</td><td>{escape(operation['summary'])}</td></tr>"


def _call(method: str, path: str, operation: dict[str, Any]) -> str:
    roles = ", ".join(operation["x-roles"]) or "no key"
    rows = [
        _row(parameter["name"], parameter["schema"], parameter["required"], f"in the {parameter['in']}")
        for parameter in operation.get("parameters", ())
    ]
    table = f"<table>{''.join(rows)}</table>" if rows else ""
    takes = ", ".join(
        f"<code>{escape(media)}</code> {_kind(content['schema'])}"
        for media, content in operation.get("requestBody", {}).get("content", {}).items()
    )
    status, answer = next(iter(operation["responses"].items()))
    gives = ", ".join(_kind(content["schema"]) for content in answer.get("content", {}).values())
    return (
        f'<article id="{escape(operation["operationId"])}"><h2><code>{method} {escape(path)}</code></h2>'
        f"<p>{escape(operation['summary'])}</p>"
        f"<p>For: {escape(roles)}. {f'Takes: {takes}. ' if takes else ''}Answers: {status} {gives}</p>"
        f"{table}</article>"
    )


def _shape(name: str, schema: dict[str, Any]) -> str:
    required = schema.get("required", ())
    rows = "".join(_row(field, kind, field in required, "") for field, kind in _fields(schema))
    about = _prose(schema.get("description", ""))
    return (
        f'<article id="{escape(name)}"><h3>{escape(name)}</h3><p>{about}</p><table>{rows}</table></article>'
    )


def _fields(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return list(schema.get("properties", {}).items())


def _row(name: str, schema: dict[str, Any], required: bool, where: str) -> str:
    need = "required" if required else f"default {schema['default']!r}" if schema.get("default") else ""
    words = ", ".join(word for word in (where, need) if word)
    return f"<tr><td><code>{escape(name)}</code></td><td>{_kind(schema)}</td><td>{escape(words)}</td></tr>"


def _prose(text: str) -> str:
    """Write the words of a docstring, what stands in double backticks as code."""
    parts = escape(" ".join(text.split())).split("``")
    return "".join(f"<code>{part}</code>" if index % 2 else part for index, part in enumerate(parts))


def _kind(schema: dict[str, Any]) -> str:
    """Write a JSON Schema in a few words; named shapes are links."""
    if "$ref" in schema:
        name = escape(schema["$ref"].rsplit("/", 1)[-1])
        return f'<a href="#{name}">{name}</a>'
    if "anyOf" in schema:
        return " or ".join(_kind(one) for one in schema["anyOf"])
    if "enum" in schema:
        return " ".join(f"<code>{escape(str(value))}</code>" for value in schema["enum"])
    if schema.get("type") == "array":
        return f"list of {_kind(schema.get('items', {}))}"
    bounds = [f"{words} {schema[key]}" for key, words in _BOUNDS.items() if key in schema]
    return escape(" ".join([schema.get("format") or schema.get("type") or "anything", *bounds]))


_BOUNDS = {
    "minimum": "from",
    "exclusiveMinimum": "more than",
    "maximum": "to",
    "maxLength": "of at most",
    "pattern": "like",
}
