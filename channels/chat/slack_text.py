"""The text of a Slack message as people read it: Slack writes names and links in angle brackets.

Described at docs.slack.dev/messaging/formatting-message-text.
"""

from __future__ import annotations

import re

_BRACKETS = re.compile(r"<([^<>]*)>")
_SCHEME = re.compile(r"^(?:https?://|mailto:|tel:)")


def plain(text: str) -> str:
    """Give the text without escapes.

    >>> plain("&lt;&amp;&gt; <@U1|ada> <#C1|help> <!here> <https://a.example/|our page>")
    '<&> @ada #help @here our page (https://a.example/)'
    """
    shown = _BRACKETS.sub(_shown, text)
    return shown.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _shown(found: re.Match[str]) -> str:
    target, _, label = found[1].partition("|")
    if target.startswith(("@", "#")):
        return target[0] + (label or target[1:]).removeprefix(target[0])
    if target.startswith("!"):
        return label or "@" + target[1:].partition("^")[0]
    bare = _SCHEME.sub("", target)
    if target.startswith(("mailto:", "tel:")):
        return label or bare
    if label in {"", target, bare, bare.removesuffix("/")}:
        return label or target
    return f"{label} ({target})"
