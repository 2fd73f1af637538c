"""The customers of the demo: the same number is always the same person."""

from __future__ import annotations

from msgspec import Struct

MOST = 5000
"""So many people there are; then the first ones come back. It bounds what a long demo keeps."""

VIPS = 25
"""Every so manieth person is one we know by name and answer first."""

_GERMANS = 9
_FIRST = (
    "Alma", "Ben", "Carla", "David", "Elif", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kofi", "Lena",
    "Mateo", "Nora", "Omar", "Priya", "Quinn", "Rosa", "Sami", "Tara", "Umar", "Vera", "Wim", "Xenia",
    "Yara", "Zoe", "Aiko", "Bruno", "Chidi", "Dana", "Emil", "Freya", "Goran", "Hana", "Ivo", "Jana",
    "Karim", "Luz", "Mina", "Nils", "Olga",
)  # fmt: skip
_LAST = (
    "Abel", "Brandt", "Costa", "Diaz", "Evans", "Fischer", "Garcia", "Haddad", "Ito", "Jensen", "Keller",
    "Lopez", "Marsh", "Novak", "Okafor", "Patel", "Quist", "Rossi", "Silva", "Tanaka", "Ueda", "Vogel",
    "Weiss", "Xu", "Young", "Zhang", "Adler", "Berg", "Cruz", "Dumas", "Egger", "Ferri", "Gray", "Holm",
    "Ivanov", "Jung", "Kaya",
)  # fmt: skip
_AREAS = (
    "201", "202", "205", "206", "207", "208", "209", "210", "212", "213", "214", "215", "216", "217", "218",
    "219", "224", "225", "228", "229", "231", "234", "239", "240", "248", "251", "252", "253", "254", "256",
    "260", "262", "267", "269", "270", "276", "281", "301", "302", "303", "304", "305", "307", "308", "309",
    "310", "312", "313", "314", "315",
)  # fmt: skip


class Person(Struct, frozen=True):
    """Somebody with a telephone, a mailbox and a browser. ``tel`` is one of the numbers kept for fiction."""

    number: int
    name: str
    tel: str
    mail: str
    visitor: str
    vip: bool
    language: str


def person(number: int) -> Person:
    """Give the person of a number, 0 or more."""
    number %= MOST
    first, last = _FIRST[number % len(_FIRST)], _LAST[number % len(_LAST)]
    area, line = _AREAS[number // 100], 100 + number % 100
    return Person(
        number=number,
        name=f"{first} {last}",
        tel=f"+1{area}5550{line}",
        mail=f"{first}.{last}.{number}@example.com".lower(),
        visitor=f"shop-{number:04d}",
        vip=number % VIPS == VIPS - 1,
        language="de" if number % _GERMANS == _GERMANS - 1 else "en",
    )
