"""Where a polling is: pure."""

from __future__ import annotations

from channels.email.imap_box import Folder, Listed
from channels.email.imap_place import DAY_S, MOST_OWED, Place

NOW_S = 1_775_000_000


def test_a_place_is_a_text() -> None:
    """It comes back as it was, with all that is owed within what a place may be long."""
    place = Place(7, 4_294_967_295, NOW_S, 4_294_967_295, NOW_S, tuple(range(4_294_967_200, 4_294_967_295)))
    assert Place.read(place.written) == place
    assert len(place.written) < 4096
    assert Place.read('{"validity":7}') == Place(7)


def test_mails_are_passed_one_by_one() -> None:
    """The newest time stays the newest, whatever arrives in what order."""
    place = Place(7).past(Listed(3, NOW_S)).past(Listed(4, NOW_S - 10))
    assert (place.uid, place.newest_s) == (4, NOW_S)
    assert place.beyond(9).uid == 9
    assert place.beyond(2).uid == 4


def test_what_is_owed_is_told_until_it_is_settled() -> None:
    """A mail that waits does not hold up the place; too many do."""
    place = Place(7).owing(3).owing(5).past(Listed(6, NOW_S))
    assert (place.uid, place.owed, place.full) == (6, (3, 5), False)
    assert place.settled(3).owed == (5,)
    for uid in range(MOST_OWED):
        place = place.owing(100 + uid)
    assert place.full


def test_a_new_numbering_knows_what_surely_was_taken() -> None:
    """Mails of the last week, and what is newer than the newest taken, are looked at again."""
    place = Place(7, 50, NOW_S - DAY_S, owed=(3,)).renumbered(Folder(8, 51), NOW_S)
    assert (place.validity, place.uid, place.owed) == (8, 0, ())
    assert [place.knows(Listed(9, NOW_S - days * DAY_S)) for days in (0, 6, 8, 400)] == [
        False,
        False,
        True,
        True,
    ]
    assert not place.knows(Listed(51, NOW_S - 400 * DAY_S))  # moved into the folder since
    away = Place(7, 50, NOW_S - 30 * DAY_S).renumbered(Folder(8, 51), NOW_S)
    assert not away.knows(Listed(9, NOW_S - 8 * DAY_S))  # came while nobody looked
    assert away.knows(Listed(9, NOW_S - 32 * DAY_S))
