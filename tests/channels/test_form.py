"""Forms: both kinds, as strict senders and sloppy ones write them, byte by byte."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from channels.form import Form, is_form, read_form
from router.errors import Malformed
from router.ports import Request

MULTIPART = 'multipart/form-data; boundary="b1"'
URLENCODED = "application/x-www-form-urlencoded; charset=utf-8"


def form(body: bytes, media: str = MULTIPART) -> Form:
    """Read a body as a form."""
    return read_form(Request("POST", "https://a.example/", {"content-type": media}, body))


def part(name: bytes, value: bytes, *more: bytes) -> bytes:
    """Write one part of a multipart form."""
    head = b'Content-Disposition: form-data; name="' + name + b'"'
    return b"--b1\r\n" + b"\r\n".join((head, *more)) + b"\r\n\r\n" + value + b"\r\n"


def test_fields_keep_their_bytes_and_their_order() -> None:
    """Nothing is decoded before its charset is known; a name may come twice."""
    read = form(part(b"a", b"\xe9") + part(b"a", b"two") + part(b"b", b"") + b"--b1--\r\n")
    assert [(field.name, field.content) for field in read.fields] == [
        ("a", b"\xe9"),
        ("a", b"two"),
        ("b", b""),
    ]
    assert read.text("a", "iso-8859-1") == "é"
    assert read.last("a") == "two"
    assert read.text("b") == ""
    assert (read.text("c"), read.last("c"), read.field("c")) == (None, "", None)


def test_a_file_has_its_name_and_type() -> None:
    """RFC 7578 files, and names in UTF-8 or as RFC 2231 writes them."""
    plain = form(
        b'--b1\r\nContent-Disposition: form-data; name=f; filename="M\xc3\xa4rz.pdf"\r\n'
        b"Content-Type: application/pdf\r\n\r\n\x00\xff\r\n\r\n--b1--"
    ).fields[0]
    assert (plain.filename, plain.mime, plain.content) == ("März.pdf", "application/pdf", b"\x00\xff\r\n")
    coded = form(
        b"--b1\r\nContent-Disposition: form-data; name=f; filename*=utf-8''M%C3%A4rz.pdf\r\n\r\nx\r\n--b1--"
    )
    assert coded.fields[0].filename == "März.pdf"


@pytest.mark.parametrize("end", [b"--b1--\r\n", b"--b1--", b""])
@pytest.mark.parametrize("line", [b"\n", b"\r\n"])
def test_line_feeds_alone_and_a_missing_end_are_as_good(line: bytes, end: bytes) -> None:
    """A form that was saved, cut or sent by a small program is read all the same."""
    whole = (part(b"a", b"1") + part(b"b", b"2") + end).replace(b"\r\n", line)
    read = form(whole)
    assert (read.text("a"), (read.text("b") or "").strip()) == ("1", "2")


def test_lines_that_look_like_boundaries_stay_in_the_value() -> None:
    """A mail inside a field has boundaries of its own, one of which may begin with the form's."""
    inner = b"--b1x\r\n--b2\r\n-- b1"
    assert form(part(b"a", inner) + b"--b1--").fields[0].content == inner


def test_urlencoded_fields_keep_blank_values_and_odd_bytes() -> None:
    """A plus is a blank, bytes that are no UTF-8 wait for their charset."""
    read = form(b"a=1+2&b=&a=%E9&%C3%A4=%F0%9F%98%80&bare", URLENCODED)
    assert [field.name for field in read.fields] == ["a", "b", "a", "ä", "bare"]
    assert (read.text("a"), read.last("a"), read.text("ä")) == ("1 2", "é", "😀")


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("multipart/form-data", b"--b1\r\n\r\n"),
        ('multipart/form-data; boundary="other"', part(b"a", b"1")),
        ("multipart/mixed; boundary=b1", part(b"a", b"1")),
        (MULTIPART, b""),
        (MULTIPART, part(b"a", b"1") * 1001),
        (URLENCODED, b"a=1&" * 1001),
    ],
)
def test_what_is_no_form_is_malformed(media: str, body: bytes) -> None:
    """No boundary, another one, another type, or more fields than any provider sends."""
    with pytest.raises(Malformed):
        form(body, media)


def test_parts_that_are_no_fields_are_left_out() -> None:
    """A part without a name, or of another disposition, says nothing."""
    nameless = b"--b1\r\nContent-Disposition: form-data\r\n\r\nx\r\n"
    inline = b"--b1\r\nContent-Disposition: inline; name=a\r\n\r\ny\r\n"
    assert form(nameless + inline + b"--b1--").fields == ()


def test_a_form_tells_by_its_type() -> None:
    """Whatever its case and parameters."""
    headers = {"content-type": "Multipart/Form-Data ; boundary=x"}
    assert is_form(Request("POST", "/", headers, b""))
    assert not is_form(Request("POST", "/", {"content-type": "application/json"}, b"a=1"))
    assert not is_form(Request("POST", "/", {}, b"a=1"))


@pytest.mark.parametrize(
    "body", [b"--b1\r\n" * 300_000, b"--b1" * 500_000, part(b"a", b"\n--b" * 500_000), b"\n--b1x" * 300_000]
)
def test_a_form_made_of_boundaries_costs_little(body: bytes) -> None:
    """Two megabytes that look like boundaries are refused or read in a fraction of a second."""
    begun = time.process_time()
    with suppress(Malformed):
        form(body)
    assert time.process_time() - begun < 2
