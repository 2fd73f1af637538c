"""The sort of a file as events name it: image, audio and video by their MIME type, all else is a file."""

from __future__ import annotations

_KINDS = frozenset({"image", "audio", "video"})


def kind_of(mime: str | None) -> str:
    """Give the sort of a file; of an unknown type it is a file.

    >>> kind_of("image/png"), kind_of("application/pdf"), kind_of(None)
    ('image', 'file', 'file')
    """
    major = (mime or "").partition("/")[0]
    return major if major in _KINDS else "file"
