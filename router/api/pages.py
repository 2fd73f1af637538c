"""What is served to people: the pages of router/web, the reference, the problems. All of it is open."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable

from aiohttp import web
from msgspec import Struct

from router.api import docs, openapi
from router.api.auth import Caller
from router.api.route import Route
from router.api.world import World
from router.errors import NotFound

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
"""Our own scripts and styles, from files, and nothing else."""

_READING = f"default-src 'none'; style-src {docs.STYLE_HASH}; frame-ancestors 'none'; base-uri 'none'"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
_FRONT = "wallboard.html"
_CHAT, _EMBED = "chat.html", "chat/embed.js"


class File(Struct, frozen=True):
    """A file of the package, ready to be sent."""

    body: bytes
    kind: str
    tag: str


def _found(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, File]]:
    """Walk a folder; only files of the types we serve."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _found(entry, f"{prefix}{entry.name}/")
            continue
        kind = _TYPES.get(entry.name[entry.name.rfind(".") :])
        if kind is not None:
            body = entry.read_bytes()
            yield prefix + entry.name, File(body, kind, f'"{hashlib.sha256(body).hexdigest()[:32]}"')


_FILES = dict(_found(files("router") / "web"))
"""Every file by its name under /web/. What is not in here cannot be asked for."""


async def front(world: World, _: Caller, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's shape
    """Give the wallboard."""
    return _sent(request, _FRONT)


async def chat(world: World, _: Caller, request: web.Request) -> web.Response:
    """Give the chat; the sites of its account may show it in a frame, nobody else."""
    sites = "'none'"
    name = request.query.get("account")
    if name is not None:
        sites = " ".join(("'self'", *world.lobby.origins(world.lobby.account(name))))
    return _sent(request, _CHAT, POLICY.replace("frame-ancestors 'none'", f"frame-ancestors {sites}"))


async def embed(world: World, _: Caller, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's shape
    """Give the script that puts the chat on a site."""
    return _sent(request, _EMBED)


async def asset(world: World, _: Caller, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's shape
    """Give a file of the pages."""
    return _sent(request, request.match_info["name"])


async def reference(world: World, _: Caller, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's shape
    """Give the reference of the API."""
    return _page(docs.reference())


async def problem(world: World, _: Caller, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's shape
    """Give the page of an error code."""
    return _page(docs.problem(request.match_info["code"]))


async def every_problem(world: World, _: Caller, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's shape
    """Give the list of error codes."""
    return _page(docs.every_problem())


async def document(world: World, _: Caller, request: web.Request) -> web.Response:  # noqa: ARG001 - a handler's shape
    """Give the OpenAPI document."""
    headers = {"Content-Type": "application/json", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=openapi.document(), headers=headers)


TABLE: tuple[Route, ...] = (
    Route("GET", "/", front, None, "The wallboard."),
    Route("GET", "/chat", chat, None, "The web chat, to try and to embed."),
    Route("GET", "/chat/embed.js", embed, None, "The script that puts the chat on a site."),
    Route("GET", "/web/{name:.+}", asset, None, "A file of the pages."),
    Route("GET", "/docs", reference, None, "The reference of the API."),
    Route("GET", "/openapi.json", document, None, "The OpenAPI document."),
    Route("GET", "/problems/", every_problem, None, "All error codes."),
    Route("GET", "/problems/{code}", problem, None, "What an error code means."),
)
"""The pages. They are no part of the API, so the document does not name them."""


def _sent(request: web.Request, name: str, policy: str = POLICY) -> web.Response:
    found = _FILES.get(name)
    if found is None:
        raise NotFound("there is no such file")
    headers = {
        "Content-Type": found.kind,
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-cache",
        "ETag": found.tag,
    }
    if request.headers.get("If-None-Match") == found.tag:
        return web.Response(status=304, headers=headers)
    return web.Response(body=found.body, headers=headers)


def _page(body: bytes) -> web.Response:
    headers = {
        "Content-Type": _TYPES[".html"],
        "Content-Security-Policy": _READING,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
    }
    return web.Response(body=body, headers=headers)
