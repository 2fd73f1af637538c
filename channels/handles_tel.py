"""What a telephone provider puts where a number belongs: a number, a name, or nothing.

Numbers stay as written, a leading ``+`` included; their normal form is made by the policy of handles.
"""

from __future__ import annotations

import re

from router.model.handle import Handle

_GROUPING = re.compile(r"[\s().-]")
_TEL = re.compile(r"\+?[0-9]{7,15}", re.ASCII)  # E.164: at most 15 digits
_SHORTCODE = re.compile(r"\+?([0-9]{3,6})", re.ASCII)
_BSUID = re.compile(r"[A-Z]{2}\.[A-Za-z0-9]{1,128}", re.ASCII)  # a WhatsApp user without a number
_ALNUM = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9 &_+.-]{1,11}", re.ASCII)  # 3GPP TS 23.040: 11 characters
_ZEROS = re.compile(r"\+?0+", re.ASCII)

# Words, and the numbers that spell them on a keypad, which carriers send when the caller is withheld:
# 266696687 anonymous, 86282452253 unavailable, 7378742833 restricted, 2562533 blocked, 8656696 unknown.
_NOBODY = frozenset({
    "anonymous", "restricted", "unknown", "unavailable", "unavailabl", "private", "blocked", "withheld",
    "null", "none", "undefined", "nobody",
    "266696687", "86282452253", "7378742833", "2562533", "8656696",
    "1266696687", "17378742833", "12562533", "18656696",
})  # fmt: skip


def read(value: str | None) -> Handle | None:
    """Tell whose address it is: tel, shortcode, alnum, wa-bsuid; None where it is nobody's.

    >>> str(read("+14155550100")), str(read("384387")), read("anonymous")
    ('tel:+14155550100', 'shortcode:384387', None)
    """
    written = (value or "").strip()
    bare = _GROUPING.sub("", written)
    if bare.removeprefix("+").lower() in _NOBODY or _ZEROS.fullmatch(bare):
        return None
    if _TEL.fullmatch(bare):
        return Handle("tel", bare)
    if short := _SHORTCODE.fullmatch(bare):
        return Handle("shortcode", short[1])
    if _BSUID.fullmatch(written):
        return Handle("wa-bsuid", written)
    return Handle("alnum", written) if _ALNUM.fullmatch(written) else None
