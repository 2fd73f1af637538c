"""Problems: how a refusal looks outside (RFC 9457, application/problem+json)."""

from __future__ import annotations

from http import HTTPStatus

import msgspec
from aiohttp import web
from msgspec import UNSET, Struct, UnsetType

from router.errors import (
    Busy,
    Invalid,
    MethodNotAllowed,
    NotFound,
    RouterError,
    TooLarge,
    TooMany,
    Unauthenticated,
)

MEDIA = "application/problem+json"
_DETAIL_MAX = 400
"""Characters: a message may quote the caller's own field, which may be a megabyte long."""

_CLOSING = frozenset({400, 408, 413})
"""What is left of the body after these is not worth waiting for."""

_encode = msgspec.json.Encoder().encode


class FieldError(Struct, frozen=True):
    """What is wrong with one field; ``pointer`` is a JSON Pointer (RFC 6901), ``""`` the whole."""

    pointer: str
    detail: str


class Problem(Struct, frozen=True, kw_only=True):
    """Why a call was refused. ``code`` is stable, ``type`` is its page."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FieldError] | UnsetType = UNSET


def of(error: RouterError, status: int | None = None) -> Problem:
    """Describe an error; the words of one that is our own mistake stay inside.

    ``status``: what is answered where a provider wants another than the error's own.
    """
    answered = status or error.status
    ours = error.status == HTTPStatus.INTERNAL_SERVER_ERROR
    detail = title(type(error)) if ours else _plain(error.detail)
    problem = Problem(
        type=f"/problems/{error.code}",
        title=title(type(error)),
        status=answered,
        detail=detail,
        code=error.code,
    )
    if error.field is None:
        return problem
    return msgspec.structs.replace(problem, errors=[FieldError(pointer(error.field), detail)])


def response(error: RouterError, status: int | None = None) -> web.Response:
    """Answer with the problem of an error and the headers that go with it."""
    problem = of(error, status)
    answer = web.Response(
        body=_encode(problem),
        status=problem.status,
        headers={"Content-Type": MEDIA, "X-Content-Type-Options": "nosniff"},
    )
    if isinstance(error, Busy | TooMany):
        answer.headers["Retry-After"] = "1"
    elif isinstance(error, Unauthenticated):
        answer.headers["WWW-Authenticate"] = 'Bearer realm="router"'
    elif isinstance(error, TooLarge) or problem.status in _CLOSING:
        answer.force_close()
    return answer


def foreign(error: web.HTTPException) -> web.StreamResponse:
    """Answer for a refusal that aiohttp raised: no such address, no such method, a broken request."""
    status = error.status
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        answer = response(MethodNotAllowed())
        answer.headers["Allow"] = error.headers.get("Allow", "")
        return answer
    if status == HTTPStatus.NOT_FOUND:
        return response(NotFound("there is nothing at this address"))
    if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return response(TooLarge())
    return response(Invalid(error.reason), status)


def title(kind: type[RouterError]) -> str:
    """Give the title of a kind of error, its code words in plain quotes."""
    return kind.title().replace("``", "`")


def pointer(field: str) -> str:
    """Turn a field's name into a JSON Pointer; a pointer stays what it is."""
    return field if not field or field.startswith("/") else f"/{field.replace('.', '/')}"


def _plain(detail: str) -> str:
    """Cut a text to what a reader needs, and to what can be encoded."""
    cut = detail if len(detail) <= _DETAIL_MAX else f"{detail[:_DETAIL_MAX]}…"
    return cut.encode("utf-8", "backslashreplace").decode("utf-8")
