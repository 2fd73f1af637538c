"""Dead letters: what cannot be read, or not be kept, is set aside with its body, so that it is not lost.

A flood of junk is let go beyond what one source may leave in a minute, and counted all the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence

import structlog
from msgspec import Struct
from msgspec.structs import replace
from prometheus_client import CollectorRegistry, Counter

from router.errors import RouterError, Unread
from router.model.event import Event
from router.model.letter import DeadLetter, DeadLetterPage, Fault, Letter
from router.ports import Account, Request, Result
from router.redact import hidden_in
from router.store import dead_letters as store
from router.store.raws import Raws

LETTERS_A_MINUTE = 60
"""How many letters one source may leave in a minute, those that come again among them."""

BYTES_A_DAY = 256 * 1024 * 1024
"""How much one source may leave in a day: a week of it is under 2 GiB."""

_NEEDED = frozenset({"content-type", "webhook-id", "svix-id", "x-slack-retry-num"})
_CLOUDEVENT = "ce-"
_HEADER, _URL, _DETAIL = 1024, 8192, 1024  # characters

_UNREAD = 100
"""So many events of one body are told by their ids."""

_log = structlog.get_logger()


class _Spent(Struct):
    """What a source left in the minute and on the day that are named, counted from 1970."""

    minute: int = 0
    letters: int = 0
    day: int = 0
    size: int = 0


class DeadLetters:
    """Sets aside what cannot be taken. ``now`` in unix seconds."""

    def __init__(
        self, letters: store.DeadLetters, raws: Raws, registry: CollectorRegistry, now: Callable[[], float]
    ) -> None:
        self._letters, self._raws, self._now = letters, raws, now
        self._spent: dict[str, _Spent] = {}
        self._total = Counter(
            "router_dead_letters",
            "What could not be taken: kept as new, come again, let go (too many), mended (read after all)",
            ["source", "fate"],
            registry=registry,
        )

    async def keep(
        self,
        account: Account,
        body: bytes,
        problem: RouterError,
        *,
        request: Request | None = None,
        unread: Sequence[str] = (),
    ) -> bool:
        """Set aside what came for an account; False where it is let go, because it is too much.

        ``request``: how a provider called; None where a listener heard it. ``unread``: the ids of events that
        are kept without what they say. Busy when it cannot be kept now.
        """
        if not self._may(account.source, len(body)):
            self._total.labels(account.source, "let_go").inc()
            return False
        raw = await self._raws.keep(body)
        letter = replace(_letter(account, raw, problem, request), unread=list(unread)[:_UNREAD])
        name = _name(letter)
        kept = await self._letters.put(name, letter)
        self._total.labels(account.source, "again" if kept.count > 1 else "kept").inc()
        if kept.count == 1:
            _log.warning("dead_letter", id=name, source=account.source, code=problem.code)
        return True

    async def review(
        self,
        account: Account,
        body: bytes,
        events: Sequence[Event],
        results: Sequence[Result | RouterError],
        *,
        request: Request | None = None,
    ) -> None:
        """Set a body aside of which an event was refused, or a part could not be read."""
        problem = fault_of(events, results)
        if problem is not None:
            unread = [event.id for event in events if "unparsed" in event.flags]
            await self.keep(account, body, problem, request=request, unread=unread)

    async def page(self, cursor: str | None, limit: int, /) -> DeadLetterPage:
        """Give letters, the newest first."""
        return await self._letters.page(cursor, limit)

    async def one(self, letter: str, /) -> DeadLetter:
        """Give a letter; NotFound."""
        return await self._letters.one(letter)

    async def body(self, letter: DeadLetter, /) -> bytes:
        """Give the body of a letter; NotFound where it is gone."""
        return await self._raws.read(letter.raw)

    async def mend(self, letter: DeadLetter, /) -> bool:
        """Remove a letter that was read after all; False where it came once more meanwhile."""
        gone = await self._letters.drop(letter)
        self._total.labels(letter.source, "mended").inc()
        return gone

    def _may(self, source: str, size: int) -> bool:
        """Say whether a source may leave another letter now, and count it."""
        now = int(self._now())
        minute, day = now // 60, now // 86_400
        spent = self._spent.setdefault(source, _Spent())
        if spent.minute != minute:
            spent.minute, spent.letters = minute, 0
        if spent.day != day:
            spent.day, spent.size = day, 0
        spent.letters += 1
        if spent.letters > LETTERS_A_MINUTE or spent.size + size > BYTES_A_DAY:
            if spent.letters == LETTERS_A_MINUTE + 1:
                _log.warning("dead_letters_let_go", source=source)
            return False
        spent.size += size
        return True


def fault_of(events: Sequence[Event], results: Sequence[Result | RouterError]) -> RouterError | None:
    """Say what of a body is not kept as it should be; None: nothing."""
    for event, result in zip(events, results, strict=True):
        if isinstance(result, RouterError):
            return type(result)(f"event {event.id} is refused: {result.detail}", field=result.field)
    for event in events:
        if "unparsed" in event.flags:
            why = event.attrs.get("refused") or "its text cannot be read, or not in time"
            return Unread(f"event {event.id} is kept without what it says: {why}")
    return None


def _letter(account: Account, raw: str, problem: RouterError, request: Request | None) -> Letter:
    return Letter(
        source=account.source,
        channel=account.channel,
        provider=account.provider,
        account=account.name,
        method=request.method if request else None,
        url=_text(hidden_in(request.url), _URL) if request else None,
        headers=_headers(request.headers) if request else {},
        raw=raw,
        problem=Fault(problem.code, _text(problem.detail, _DETAIL)),
    )


def _headers(given: Mapping[str, str]) -> dict[str, str]:
    """Give the headers that reading needs; nothing else, for any other may prove who calls."""
    needed = {name: value for name, value in given.items() if name in _NEEDED or name.startswith(_CLOUDEVENT)}
    return {name: _text(value, _HEADER) for name, value in list(needed.items())[:32]}


def _text(found: str, limit: int) -> str:
    """Cut a text, and see that it can be encoded."""
    return found[:limit].encode("utf-8", "backslashreplace").decode("utf-8")


def _name(letter: Letter) -> str:
    """Name a letter by what came: the same from the same source is the same letter."""
    source = hashlib.sha256(f"{letter.channel}/{letter.source}".encode()).hexdigest()
    what = hashlib.sha256(f"{letter.method} {letter.url} {letter.raw}".encode()).hexdigest()
    return f"ltr_{source[:8]}-{what[:32]}"
