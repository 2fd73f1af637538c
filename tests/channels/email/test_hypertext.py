"""HTML to text: what a person would read."""

from __future__ import annotations

import pytest

from channels.email.hypertext import to_text


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>a  b\n c</p><p>d</p>", "a b c\n\nd"),
        ("<div>a</div><div>b<br></div><div><br></div><div>c</div>", "a\nb\n\nc"),
        ("a<br>b<br><br>c", "a\nb\n\nc"),
        ("<ol><li>x<li><p>y</p></ol><ul><li>z</ul>", "1. x\n2. y\n\n* z"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a  b\nc"),
        ("<pre>  a\n\n  b</pre>", "  a\n\n  b"),
        ("a<blockquote>b<blockquote>c</blockquote></blockquote>d", "a\n\n> b\n>\n> > c\n\nd"),
        ("x<script>y</script><style>z</style><title>t</title><!-- c -->", "x"),
        ('x<div style="Display : none">y<div>z</div></div>w', "x\nw"),
        ("&lt;b&gt; &amp; &eacute;&nbsp;&#8364;", "<b> & é €"),
        ('<?xml version="1.0" encoding="latin1"?><html><body>é</body></html>', "é"),
        ('<head><meta charset="iso-8859-1"></head><p>é', "é"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=utf-16"><p>é', "é"),
        ("<a href=javascript:alert(1) onclick=x>link</a><img src=x onerror=y>", "link"),
        ("<p>unclosed <b>bold <i>both</p> after", "unclosed bold both\n\nafter"),
        ("", ""),
        ("   ", ""),
        ("<!-- only -->", ""),
        ("a < b", "a < b"),
    ],
)
def test_html_becomes_text(html: str, text: str) -> None:
    """Blocks are lines, paragraphs have a blank line between, and what is not shown is not told."""
    assert to_text(html) == text


@pytest.mark.parametrize("depth", [300, 50_000])
def test_depth_loses_nothing(depth: int) -> None:
    """However deep a text lies, it is found."""
    assert to_text("<div>" * depth + "deep" + "</div>" * depth + "<p>after") == "deep\n\nafter"


def test_no_mail_is_longer_as_text_than_the_limit() -> None:
    """Neither wide cells nor padding make more of it than was there."""
    wide = "<table>" + "<tr><td>a<td>b" * 1000 + "<tr><td>" + "x" * 200_000 + "</table>"
    assert len(to_text(wide)) < len(wide)
    assert len(to_text('<p style="padding-left:9999999px">a</p>' * 100)) < 1000
