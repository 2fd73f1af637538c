"""A mapping: what becomes of the payloads of a source, said in settings and without code.

``[channels.<channel>.<provider>.<name>.map]`` is a table, or a list of tables of which the first whose
``when`` fits is taken. ``each`` of the account names the array whose entries are events of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache, partial

import msgspec
from msgspec import Struct

from channels import batch
from channels.fit import LINE, fit
from channels.mapping.fields import pointer, wrong
from channels.mapping.pointer import Document, Pointer
from channels.mapping.rule import Rule
from router.errors import TooLarge
from router.model.event import Event, fit_id
from router.ports import Account

_MAP, _EACH = "map", "each"
_MOST = 10_000  # events of one call, as many as /v1/events takes


class Tables(Struct, frozen=True):
    """The tables of an account. None fits: nothing became of the payload that matters here."""

    rules: Sequence[Rule]
    each: Pointer | None = None

    @classmethod
    def of(cls, account: Account) -> Tables | None:
        """Give the mapping of an account; None where it has none. ConfigInvalid names what is wrong in it."""
        said = {name: account.settings[name] for name in (_MAP, _EACH) if name in account.settings}
        if not said:
            return None
        return _read(msgspec.json.encode(said, order="sorted"), account.place)

    def events(self, payload: object, account: Account, name: str) -> list[Event]:
        """Read a payload; ``name`` is its id, and with a number behind it that of each entry of an array.

        What cannot be read is kept unread. Entries that name one id and are not the same event get their
        numbers for ids, so that none is lost.
        """
        found: dict[str, Event] = {}
        for own, document in self._documents(payload, name):
            read = partial(self._one, document, account, own)
            for event in batch.each([document.entry], read, account.source, account.provider):
                if found.setdefault(event.id, event) != event:
                    found[own] = msgspec.structs.replace(event, id=fit_id(own))
        return list(found.values())

    def _documents(self, payload: object, name: str) -> Iterator[tuple[str, Document]]:
        """Take a payload apart into what becomes one event each, and name it; TooLarge."""
        several = isinstance(payload, list)
        number = 0
        for part in payload if isinstance(payload, list) else [payload]:
            whole = Document(part)
            array = None if self.each is None else whole.at(self.each)
            several = several or isinstance(array, list)
            for document in [whole] if self.each is None or array is None else whole.each(self.each):
                if number == _MOST:
                    raise TooLarge(f"one call may have {_MOST} entries")
                yield f"{name}:{number}" if several else name, document
                number += 1

    def _one(self, document: Document, account: Account, name: str, entry: object) -> list[Event]:
        batch.record(entry)
        rule = next((rule for rule in self.rules if rule.fits(document)), None)
        if rule is None:
            return []
        known = {
            "id": name,
            "source": account.source,
            "channel": account.channel,
            "provider": account.provider,
            "provider_event_id": fit(name, LINE),
        }
        return [rule.event(document, known)]


@lru_cache(maxsize=256)
def _read(written: bytes, place: str) -> Tables:
    """Read what the settings say, once: it is asked for with every payload."""
    said = msgspec.json.decode(written)
    tables = said.get(_MAP)
    each = pointer(said[_EACH], f"{place}.{_EACH}") if _EACH in said else None
    if isinstance(tables, dict):
        return Tables([Rule.of(tables, f"{place}.{_MAP}", each)], each)
    if not isinstance(tables, list) or not tables:
        raise wrong(f"{place}.{_MAP}", "it is a table of fields, or a list of such tables")
    return Tables([Rule.of(table, f"{place}.{_MAP}[{n}]", each) for n, table in enumerate(tables)], each)
