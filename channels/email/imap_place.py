"""Where the polling of a mailbox is, and what that means for a mail: pure."""

from __future__ import annotations

from typing import Self

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from channels.email.imap_box import Folder, Listed

DAY_S = 86_400
SURE_S = 7 * DAY_S
"""What arrived so long ago need not be known any more as taken; the store knows for eight days."""
MOST_OWED = 100


class Place(Struct, frozen=True, omit_defaults=True):
    """All mails up to ``uid`` are taken, but for those that are ``owed``. Times in unix seconds.

    ``newest_s``: when the newest mail that was taken arrived. After the folder was numbered anew its mails
    come again, up to the UID ``again``; of these the ones that arrived before ``before_s`` surely were taken.
    """

    validity: int
    uid: int = 0
    newest_s: int = 0
    again: int = 0
    before_s: int = 0
    owed: tuple[int, ...] = ()

    @classmethod
    def read(cls, text: str) -> Self:
        """Read what ``written`` wrote."""
        return msgspec.json.decode(text, type=cls)

    @property
    def written(self) -> str:
        """The place as a text."""
        return msgspec.json.encode(self).decode()

    def renumbered(self, folder: Folder, now_s: int) -> Self:
        """Begin again in a folder that numbers its mails anew.

        What came within a week comes again and is known by its id; older mails would be taken for new ones.
        Clocks and the order of arrival are trusted to a day.
        """
        return replace(
            self,
            validity=folder.validity,
            uid=0,
            again=folder.next_uid - 1,
            before_s=min(self.newest_s - DAY_S, now_s - SURE_S),
            owed=(),
        )

    def knows(self, mail: Listed) -> bool:
        """Say whether a mail surely was taken, under another number."""
        return mail.uid <= self.again and mail.at_s < self.before_s

    def past(self, mail: Listed) -> Self:
        """Give the place after a mail."""
        return replace(self, uid=mail.uid, newest_s=max(self.newest_s, mail.at_s))

    def beyond(self, uid: int) -> Self:
        """Give the place after the last UID of a list that was gone through."""
        return replace(self, uid=max(self.uid, uid))

    def owing(self, uid: int) -> Self:
        """Give the place after a mail that could not be taken now and is tried again."""
        return replace(self, uid=max(self.uid, uid), owed=(*self.owed, uid))

    def settled(self, uid: int) -> Self:
        """Give the place after an owed mail was taken, or is gone."""
        return replace(self, owed=tuple(one for one in self.owed if one != uid))

    @property
    def full(self) -> bool:
        """Whether so much is owed that it cannot be the mails: nothing more is taken before that is over."""
        return len(self.owed) >= MOST_OWED
