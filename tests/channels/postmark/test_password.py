"""Postmark's password, which comes as basic authentication because nothing is signed."""

from __future__ import annotations

import base64

import pytest

from channels.email.postmark import Postmark
from router.errors import Unverified
from router.ports import Account, Request

PASSWORD = "s3cr:et"


def call(credentials: str, scheme: str = "Basic ") -> Request:
    """Give a request with these credentials."""
    header = scheme + base64.b64encode(credentials.encode()).decode()
    return Request("POST", "https://a.example/", {"authorization": header}, b"{}")


def verify(request: Request, secret: str | None = PASSWORD, **settings: str) -> None:
    """Verify for an account with this password."""
    Postmark().verify(request, Account("email", "postmark", "main", secret=secret, settings=settings), 0.0)


def test_the_password_counts_and_the_user_where_it_is_set() -> None:
    """A password may have colons, a user may not."""
    verify(call("hook:s3cr:et"))
    verify(call(":s3cr:et"), user="")
    verify(call("hook:s3cr:et", "bAsIc  "), user="hook")
    verify(call("hööк:pä"), secret="pä", user="hööк")


@pytest.mark.parametrize(
    "request_",
    [
        call("hook:wrong"), call("s3cr:et"), call("hook:s3cr:et "), call("hook"), call(""),
        call("hook:s3cr:et", "Bearer "), call("hook:s3cr:et", ""),
        Request("POST", "/", {}, b"{}"), Request("POST", "/", {"authorization": ""}, b"{}"),
        Request("POST", "/", {"authorization": "Basic \u00e9"}, b"{}"),
        Request("POST", "/", {"authorization": "Basic \ud800"}, b"{}"),
        Request("POST", "/", {"authorization": "Basic ===="}, b"{}"),
        Request("POST", "/", {"authorization": "Basic"}, b"{}"),
    ],
)  # fmt: skip
def test_anything_else_is_refused(request_: Request) -> None:
    """Never by another exception."""
    with pytest.raises(Unverified):
        verify(request_)


def test_another_user_or_an_empty_password_is_refused() -> None:
    """An account without a password lets nobody in by none."""
    with pytest.raises(Unverified):
        verify(call("else:s3cr:et"), user="hook")
    for secret in ("", None):
        with pytest.raises(Unverified):
            verify(call("hook:"), secret=secret)
