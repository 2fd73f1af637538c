"""The normal form of handles: one address, one spelling; and what is never an address.

Nothing is guessed. A number without its country, an address without a domain, an id without its scope
stay what they are under the type ``unverified``, ``TYPE/value``: the same spelling is the same handle,
but it never equals a verified one, so a guess cannot join two people.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from router.model.event import fit_id
from router.model.handle import Handle, Party

VERSION = 1
"""Of these rules; a workspace keeps the one it was created under until it is migrated."""

UNVERIFIED = "unverified"
_SCOPED = frozenset({"psid", "slack", "teams", "external", "thread", "event"})
_NEVER = frozenset({
    "", "-", "?", "anonymous", "withheld", "unknown", "null", "none", "nil", "undefined", "n/a",
    "<unknown>", "<none>", "anonymous.invalid",
})  # fmt: skip
_NEVER_TEL = frozenset({
    "private", "restricted", "unavailable", "blocked", "asserted", "no number",
    # words a provider spells on a telephone's keys: anonymous, restricted, blocked, unknown, unavailable
    "266696687", "7378742833", "2562533", "8656696", "86282452253",
})  # fmt: skip
_SCHEME = re.compile(r"^(?:(?:tel|mailto|sips?):\s*)+", re.IGNORECASE)
_ZEROS = re.compile(r"\+?[0.-]+")
_TEL_MARKS = re.compile(r"[\s().\u2010-\u2015/-]+")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII)
_SHORTCODE = re.compile(r"[0-9*#]{3,8}")
_ALNUM = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 &_+-]{1,11}")
_ADDRESS = re.compile(r"<([^<>]*)>\s*$")
_VALUE_MAX = 512


def normalise(party: Party) -> Handle | None:
    """Give the handle a party means, in its normal form; None when it names nobody.

    The normal form of a normal form is itself.
    """
    return normal_form(party.type, party.value)


@lru_cache(maxsize=10_000)
def normal_form(kind: str, value: str) -> Handle | None:
    """Give the normal form of ``kind:value``; see ``normalise``."""
    value = _clean(value)
    if _is_nobody(value):
        return None
    handle = _RULES.get(kind, _as_given)(kind, value)
    if handle is None or len(handle.value) <= _VALUE_MAX:
        return handle
    return Handle(handle.type, fit_id(handle.value))


def _clean(value: str) -> str:
    """Strip what cannot be seen: control and format characters, and blanks at the ends (NFC)."""
    if value.isascii() and value.isprintable():
        return value.strip()
    composed = unicodedata.normalize("NFC", value)
    return "".join(char for char in composed if unicodedata.category(char) not in {"Cc", "Cf"}).strip()


def _is_nobody(value: str) -> bool:
    """Tell whether a value, or the id behind its scope, is one that stands for nobody."""
    own = value.rpartition("/")[2].strip().lower()
    return own in _NEVER or value.lower() in _NEVER or _ZEROS.fullmatch(own) is not None


def _unverified(kind: str, value: str) -> Handle:
    return Handle(UNVERIFIED, f"{kind}/{value}")


def _as_given(kind: str, value: str) -> Handle:
    """Keep an id as it is; one that is only unique within a scope must name it."""
    scope, _, own = value.partition("/")
    return Handle(kind, value) if kind not in _SCOPED or (scope and own) else _unverified(kind, value)


def _tel(kind: str, value: str) -> Handle | None:
    """Read a number as E.164 (ITU-T); short codes and senders made of letters are types of their own."""
    value = _SCHEME.sub("", value)
    bare = _TEL_MARKS.sub("", value)
    if bare.lstrip("+") in _NEVER_TEL or value.lower() in _NEVER_TEL or _ZEROS.fullmatch(bare):
        return None
    if bare.startswith("+"):
        number = _e164(value, bare)
        return Handle(kind, number) if number else _unverified(kind, bare)
    if _SHORTCODE.fullmatch(bare):
        return Handle("shortcode", bare)
    if _ALNUM.fullmatch(value):
        return Handle("alnum", value)
    return _unverified(kind, bare) if bare else None


def _e164(value: str, bare: str) -> str | None:
    """Give ``+`` and 7 to 15 digits (ITU-T E.164); None when it cannot be a number at all.

    A number that no country's plan has is still itself: plans change before we hear of it. An extension
    stays (RFC 3966): behind one number there may be many people.
    """
    try:
        number = phonenumbers.parse(value, None)
    except phonenumbers.NumberParseException:
        return bare if _E164.fullmatch(bare) else None
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if not _E164.fullmatch(plain):
        return None
    return f"{plain};ext={number.extension}" if number.extension else plain


def _mailto(kind: str, value: str) -> Handle | None:
    """Take the address alone, never a name before it; compare without regard to case."""
    if match := _ADDRESS.search(value):
        value = match[1].strip()
    value = _SCHEME.sub("", value)
    local, _, domain = value.rpartition("@")
    if not value:
        return None
    if not local or not domain or re.search(r"\s", domain):
        return _unverified(kind, value)
    return Handle(kind, f"{local.lower()}@{_domain(domain)}")


def _sip(kind: str, value: str) -> Handle | None:
    """Take user and host; the host disregards case (RFC 3261 §19.1.4)."""
    value = _SCHEME.sub("", value)
    user, _, host = value.rpartition("@")
    if not user:
        return None if _is_nobody(host) else Handle(kind, host)
    return (
        None
        if _is_nobody(user) or host.lower() == "anonymous.invalid"
        else Handle(kind, f"{user}@{_domain(host)}")
    )


def _domain(domain: str) -> str:
    """Give a domain in lower case and in its own script: ``xn--`` and what it stands for are one.

    Not by IDNA 2003, which would make one of faß.example and fass.example, two different domains.
    """
    return ".".join(_label(label) for label in domain.rstrip(".").lower().split("."))


def _label(label: str) -> str:
    if not label.startswith("xn--"):
        return unicodedata.normalize("NFC", label)
    try:
        return unicodedata.normalize("NFC", label[4:].encode("ascii").decode("punycode")).lower()
    except UnicodeError:
        return label


_RULES = {"tel": _tel, "mailto": _mailto, "sip-user": _sip}
