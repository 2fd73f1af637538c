"""The Lua library: built from its files, loaded once per server, called with types.

``lua/lib/*.lua`` are helpers; each fills the one table ``L``, in alphabetical order of the files.
``lua/fn/<noun>_<verb>.lua`` is the body of one function of ``(keys, req, raw)``. All names carry the
hash of the whole, so an old and a new release live side by side on one server.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Generic, TypeVar, overload

import msgspec

from router.errors import RouterError, refusal
from router.store.link import Link
from router.store.replies import ReplyError

LUA = Path(__file__).parent / "lua"
HEADER = ("KEYS", "REQ", "REPLY", "REFUSE")

T = TypeVar("T")

_PRELUDE = """\
local L = {}
local function answer(reply)
  if type(reply) ~= 'table' or reply.err then return reply end
  if reply.raw ~= nil then return reply.raw end
  return cmsgpack.pack(reply)
end
"""
_OPEN = """\
do
local function body(keys, req, raw)
"""
_CLOSE = """\
end
redis.register_function{{function_name = '{name}', flags = {{{flags}}}, callback = function(keys, args)
  return answer(body(keys, cmsgpack.unpack(table.remove(args, 1)), args))
end}}
end
"""
_FLAGS = {"no-writes", "allow-oom", "allow-stale"}
_LINE = re.compile(r"@?user_function: ?(\d+)")
_NOT_FOUND = "Function not found"


class Source(msgspec.Struct, frozen=True):
    """The library as text. ``names`` maps a function to its name on the server.

    ``places`` gives for each line of the text its file and line there, or None for our own wrapping.
    """

    name: str
    text: str
    names: Mapping[str, str]
    places: tuple[tuple[str, int] | None, ...]

    def blame(self, message: str) -> str:
        """Name file and line where an error message names a line of the library."""
        return _LINE.sub(self._place, message)

    def _place(self, match: re.Match[str]) -> str:
        line = int(match[1])
        place = self.places[line - 1] if 0 < line <= len(self.places) else None
        return f"{place[0]}:{place[1]}" if place else f"library:{line}"


def build(folder: Path = LUA) -> Source:
    """Make the library of a folder's ``lib`` and ``fn`` files; RouterError where a header is amiss."""
    helpers = sorted((folder / "lib").glob("*.lua"))
    functions = sorted((folder / "fn").glob("*.lua"))
    digest = hashlib.sha256((_PRELUDE + _OPEN + _CLOSE).encode())
    for path in (*helpers, *functions):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    mark = digest.hexdigest()[:8]
    text = _Text(folder)
    text.ours(f"#!lua name=router_{mark}\n" + _PRELUDE)
    for path in helpers:
        text.ours("do\n")
        text.file(path)
        text.ours("end\n")
    for path in functions:
        flags = ", ".join(f"'{flag}'" for flag in _header(path))
        text.ours(_OPEN)
        text.file(path)
        text.ours(_CLOSE.format(name=f"{path.stem}_{mark}", flags=flags))
    names = {path.stem: f"{path.stem}_{mark}" for path in functions}
    return Source(f"router_{mark}", "".join(text.lines), names, tuple(text.places))


class _Text:
    """Lines of the library, and where each came from."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.lines: list[str] = []
        self.places: list[tuple[str, int] | None] = []

    def ours(self, text: str) -> None:
        """Add lines of our own."""
        lines = text.splitlines(keepends=True)
        self.lines += lines
        self.places += [None] * len(lines)

    def file(self, path: Path) -> None:
        """Add the lines of a file."""
        name = str(path.relative_to(self._folder.parent))
        for number, line in enumerate(path.read_text().splitlines(), 1):
            self.lines.append(line + "\n")
            self.places.append((name, number))


def _header(path: Path) -> list[str]:
    """Check the comment at the head of a function's file; give the flags it declares."""
    head: list[str] = []
    for line in path.read_text().splitlines():
        if not line.startswith("--"):
            break
        head.append(line[2:].strip())
    missing = [word for word in HEADER if not any(line.startswith(word + ":") for line in head)]
    if missing or not head[0].endswith("."):
        want = ", ".join(f"{word}:" for word in missing) or "a first sentence"
        raise RouterError(f"{path.name}: its header lacks {want}")
    flags = [word for line in head if line.startswith("FLAGS:") for word in line[6:].split()]
    if not _FLAGS.issuperset(flags):
        raise RouterError(f"{path.name}: unknown flag in {flags}")
    return flags


class Call(msgspec.Struct, Generic[T], frozen=True):
    """A function to run where ``anchor`` lives, with ``req`` by name and ``raw`` as it is; see `Library`."""

    name: str
    anchor: str
    req: msgspec.Struct
    reply: type[T]
    raw: tuple[bytes | str, ...] = ()


Command = tuple[str | bytes | int, ...]


class Library:
    """Calls the functions. Loads them by itself where a server does not have them (yet)."""

    def __init__(self, link: Link, source: Source) -> None:
        self._link = link
        self._source = source
        self._encoder = msgspec.msgpack.Encoder()
        self._decoders: dict[Any, msgspec.msgpack.Decoder[Any]] = {}
        self._repairing = asyncio.Lock()

    async def load(self) -> None:
        """Put the library on every primary; does nothing where it is."""
        try:
            await self._link.everywhere("FUNCTION", "LOAD", self._source.text)
        except ReplyError as problem:
            if "already exists" not in problem.detail:
                raise RouterError(self._source.blame(problem.detail)) from problem

    @overload
    async def call(self, name: str, anchor: str, req: msgspec.Struct, *raw: bytes | str) -> Any: ...
    @overload
    async def call(
        self, name: str, anchor: str, req: msgspec.Struct, *raw: bytes | str, reply: type[T]
    ) -> T: ...
    async def call(
        self, name: str, anchor: str, req: msgspec.Struct, *raw: bytes | str, reply: type[Any] | None = None
    ) -> Any:
        """Run a function where ``anchor`` lives, with ``req`` by name and ``raw`` as it is.

        A table it returns comes back as ``reply``; without ``reply`` the raw reply is given. Its
        ``CODE detail`` is raised as the refusal of errors.py; a mistake in Lua as RouterError that
        names file and line.
        """
        command = self._command(name, anchor, req, raw)
        try:
            answer = await self._link.call(*command, key=anchor)
        except ReplyError as problem:
            answer = await self._after(problem, command, anchor)
        return answer if reply is None else self._decode(name, answer, reply)

    async def each(self, calls: Sequence[Call[T]]) -> list[T | RouterError]:
        """Run many functions at once; what each answers, or the error that ``call`` would have raised."""
        commands = [(one.anchor, self._command(one.name, one.anchor, one.req, one.raw)) for one in calls]
        answers = await self._link.each(commands)
        found: list[T | RouterError] = []
        for one, (_, command), answer in zip(calls, commands, answers, strict=True):
            outcome = await self._settled(one, command, answer)
            found.append(outcome)
        return found

    async def _settled(self, one: Call[T], command: Command, answer: Any) -> T | RouterError:
        try:
            if isinstance(answer, ReplyError):
                answer = await self._after(answer, command, one.anchor)
            elif isinstance(answer, RouterError):
                return answer
            return self._decode(one.name, answer, one.reply)
        except RouterError as problem:
            return problem

    def _command(self, name: str, anchor: str, req: msgspec.Struct, raw: Sequence[bytes | str]) -> Command:
        return ("FCALL", self._source.names[name], 1, anchor, self._encoder.encode(req), *raw)

    async def _after(self, problem: ReplyError, command: Command, anchor: str) -> Any:
        """Say what an error means, unless the library is only missing there."""
        if problem.detail.endswith(_NOT_FOUND):
            return await self._repair(command, anchor)
        raise self._refusal(problem) from problem

    async def prune(self) -> list[str]:
        """Delete all other releases' libraries everywhere; their names. For when no old process runs."""
        found = await self._link.everywhere("FUNCTION", "LIST", "LIBRARYNAME", "router_*")
        names = {
            dict(zip(row[::2], row[1::2], strict=True))[b"library_name"].decode()
            for rows in found
            for row in rows
        }
        old = sorted(names - {self._source.name})
        for name in old:
            await self._link.everywhere("FUNCTION", "DELETE", name)
        return old

    async def _repair(self, command: Command, anchor: str) -> Any:
        """Load the library where it is missing and repeat the call, which has not run."""
        async with self._repairing:
            try:
                await self._link.call("FUNCTION", "LOAD", self._source.text, key=anchor)
            except ReplyError as problem:
                if "already exists" not in problem.detail:
                    raise RouterError(self._source.blame(problem.detail)) from problem
        try:
            return await self._link.call(*command, key=anchor)
        except ReplyError as problem:
            raise self._refusal(problem) from problem

    def _refusal(self, problem: ReplyError) -> RouterError:
        if _LINE.search(problem.detail):
            return RouterError(self._source.blame(problem.detail))
        if problem.reason == "ERR":
            return RouterError(problem.detail)
        return refusal(problem.detail)

    def _decode(self, name: str, answer: Any, shape: type[T]) -> T:
        decoder = self._decoders.get(shape)
        if decoder is None:
            decoder = self._decoders[shape] = msgspec.msgpack.Decoder(shape)
        try:
            return decoder.decode(answer)  # type: ignore[no-any-return]
        except (msgspec.DecodeError, UnicodeDecodeError, TypeError) as problem:
            raise RouterError(f"{name} answered what {shape} does not fit: {problem}") from problem
