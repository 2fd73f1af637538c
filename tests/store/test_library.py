"""The library mechanism: built from files, loads itself, speaks in types, blames the right line."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from textwrap import dedent
from uuid import uuid4

import msgspec
import pytest

from router.errors import NotHeld, RouterError
from router.store.library import LUA, Library, Source, build
from router.store.link import Link

HEADER = "-- Does one thing.\n-- KEYS: anchor\n-- REQ: n\n-- REPLY: any\n-- REFUSE: none\n"
ANCHOR = "{library}"


class Req(msgspec.Struct):
    """What the sample functions are asked."""

    n: int
    name: str | None = None


class Twice(msgspec.Struct):
    """What ``num_double`` answers."""

    twice: int
    of: list[int] = []


class Folder:
    """A folder of Lua files, written by a test."""

    def __init__(self, path: Path) -> None:
        self.path = path / "lua"
        for room in ("lib", "fn"):
            (self.path / room).mkdir(parents=True)

    def helper(self, name: str, text: str) -> None:
        """Write a helper's file."""
        (self.path / "lib" / f"{name}.lua").write_text(dedent(text))

    def function(self, name: str, body: str, header: str = HEADER) -> None:
        """Write a function's file; its body begins on line 6."""
        (self.path / "fn" / f"{name}.lua").write_text(header + dedent(body))

    async def loaded(self, link: Link) -> Library:
        """Build and load; content of its own keeps this library apart from all others."""
        self.helper("zz_mark", f"-- {uuid4()}\n")
        library = Library(link, build(self.path))
        await library.load()
        return library


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Give an empty folder for Lua files."""
    return Folder(tmp_path)


async def test_a_call_speaks_in_types(link: Link, folder: Folder) -> None:
    """A Struct goes in by name and a Struct comes out; helpers are found in L."""
    folder.helper("num", "function L.twice(n)\n  return n * 2\nend\n")
    folder.function("num_double", "return {twice = L.twice(req.n), of = {req.n}}\n")
    library = await folder.loaded(link)
    assert await library.call("num_double", ANCHOR, Req(n=21), reply=Twice) == Twice(twice=42, of=[21])


async def test_absent_fields_are_nil(link: Link, folder: Folder) -> None:
    """None in a Struct is nil in Lua; a nil reply is None."""
    folder.function("num_name", "return req.name\n")
    library = await folder.loaded(link)
    assert await library.call("num_name", ANCHOR, Req(n=1)) is None
    assert await library.call("num_name", ANCHOR, Req(n=1, name="é")) == "é".encode()


async def test_bytes_travel_raw(link: Link, folder: Folder) -> None:
    """Further arguments arrive untouched as ``raw``; a raw reply is not packed."""
    folder.function("num_echo", "return {raw = {keys[1], req.n, #raw, raw[1], raw[2]}}\n")
    library = await folder.loaded(link)
    blob = bytes(range(256))
    answer = await library.call("num_echo", ANCHOR, Req(n=7), blob, "text")
    assert answer == [ANCHOR.encode(), 7, 2, blob, b"text"]


async def test_a_refusal_is_raised_as_its_error(link: Link, folder: Folder) -> None:
    """``CODE detail`` becomes the class of errors.py with its detail."""
    folder.function("num_refuse", "return redis.error_reply('NOT_HELD by ada')\n")
    library = await folder.loaded(link)
    with pytest.raises(NotHeld, match="by ada"):
        await library.call("num_refuse", ANCHOR, Req(n=1), reply=Twice)


@pytest.mark.parametrize(
    ("body", "place", "words"),
    [
        ("\nlocal none = nil\nreturn none.field\n", "lua/fn/num_bad.lua:8", "attempt to index"),
        (
            "redis.call('SET', keys[1], 1)\nreturn redis.call('LPUSH', keys[1], 1)\n",
            "lua/fn/num_bad.lua:7",
            "WRONGTYPE",
        ),
        ("return L.broken(req.n)\n", "lua/lib/num.lua:3", "arithmetic"),
        ("return missing_global(1)\n", "lua/fn/num_bad.lua:6", "missing_global"),
    ],
)
async def test_a_mistake_names_file_and_line(
    link: Link, folder: Folder, body: str, place: str, words: str
) -> None:
    """A Lua error is raised with the file and line of its source, not of the library's text."""
    folder.helper("num", "-- a helper\nfunction L.broken(n)\n  return n + nil\nend\n")
    folder.function("aaa_first", "return 1\n")
    folder.function("num_bad", body)
    library = await folder.loaded(link)
    with pytest.raises(RouterError, match=words) as caught:
        await library.call("num_bad", ANCHOR, Req(n=1))
    assert place in caught.value.detail
    assert "user_function" not in caught.value.detail


async def test_a_mistake_in_grammar_names_file_and_line(link: Link, folder: Folder) -> None:
    """What does not compile is blamed on its file when the library is loaded."""
    folder.function("num_bad", "local x = \nreturn x x\n")
    with pytest.raises(RouterError, match=r"lua/fn/num_bad\.lua:7"):
        await folder.loaded(link)


async def test_a_reply_of_the_wrong_shape_names_the_function(link: Link, folder: Folder) -> None:
    """An answer that does not fit its type says which function gave it and why."""
    folder.function("num_double", "return {twice = 'two'}\n")
    library = await folder.loaded(link)
    with pytest.raises(RouterError, match=r"num_double.*twice"):
        await library.call("num_double", ANCHOR, Req(n=1), reply=Twice)


async def test_a_missing_library_is_loaded_by_the_call(link: Link, folder: Folder, workspace: str) -> None:
    """After FUNCTION FLUSH a hundred calls at once all succeed, each having run once."""
    key = f"{{{workspace}}}n"
    folder.function("num_count", "return redis.call('INCRBY', keys[1], req.n)\n")
    library = await folder.loaded(link)
    await link.everywhere("FUNCTION", "FLUSH")
    answers = await asyncio.gather(*(library.call("num_count", key, Req(n=1)) for _ in range(100)))
    assert sorted(answers) == list(range(1, 101))


async def test_two_releases_live_side_by_side(link: Link, folder: Folder, tmp_path: Path) -> None:
    """Functions of the same name and other content answer each as their own release; prune keeps one."""
    folder.function("num_version", "return 1\n")
    old = await folder.loaded(link)
    newer = Folder(tmp_path / "newer")
    newer.function("num_version", "return 2\n")
    new = await newer.loaded(link)
    assert [await release.call("num_version", ANCHOR, Req(n=0)) for release in (old, new)] == [1, 2]
    removed = await new.prune()
    assert build(folder.path).name in removed
    assert build(newer.path).name not in removed
    assert await old.call("num_version", ANCHOR, Req(n=0)) == 1  # loads itself again


async def test_flags_are_declared_in_the_header(own_link: Link, folder: Folder) -> None:
    """A function that only reads still answers when the memory is full, if it says so."""
    folder.function("num_read", "return redis.call('EXISTS', keys[1])\n", HEADER + "-- FLAGS: no-writes\n")
    folder.function("num_write", "redis.call('SET', keys[1], 1)\n")
    library = await folder.loaded(own_link)
    await own_link.call("CONFIG", "SET", "maxmemory", 1, key=ANCHOR)
    assert await library.call("num_read", ANCHOR, Req(n=1)) == 0
    with pytest.raises(RouterError, match="memory is full"):
        await library.call("num_write", ANCHOR, Req(n=1))


async def test_size_has_no_limit_of_lua(link: Link, folder: Folder) -> None:
    """Three hundred functions over three hundred helpers load: no 200 locals, no 60 upvalues."""
    for number in range(300):
        folder.helper(f"help_{number}", f"local own = {number}\nfunction L.f{number}()\n  return own\nend\n")
        folder.function(f"num_f{number}", f"return L.f{number}()\n")
    library = await folder.loaded(link)
    assert await library.call("num_f299", ANCHOR, Req(n=0)) == 299


def test_the_name_is_the_content(folder: Folder) -> None:
    """The same files give the same names; one byte more gives others."""
    folder.function("num_one", "return 1\n")
    first = build(folder.path)
    assert build(folder.path) == first
    assert re.fullmatch(r"router_[0-9a-f]{8}", first.name)
    assert first.names["num_one"].removeprefix("num_one") == first.name.removeprefix("router")
    folder.helper("more", "-- more\n")
    assert build(folder.path).name != first.name


@pytest.mark.parametrize("missing", ["KEYS", "REQ", "REPLY", "REFUSE"])
def test_a_header_that_lacks_a_line_is_refused(folder: Folder, missing: str) -> None:
    """Each function says what it takes, gives and refuses."""
    folder.function("num_one", "return 1\n", HEADER.replace(f"-- {missing}:", "--"))
    with pytest.raises(RouterError, match=rf"num_one\.lua.*{missing}"):
        build(folder.path)


@pytest.mark.parametrize("header", ["", HEADER.replace("thing.", "thing")])
def test_a_header_without_a_sentence_is_refused(folder: Folder, header: str) -> None:
    """The first line says in one sentence what the function does."""
    folder.function("num_one", "return 1\n", header)
    with pytest.raises(RouterError, match="header lacks"):
        build(folder.path)


def test_an_unknown_flag_is_refused(folder: Folder) -> None:
    """A flag that the server does not know would only be found when it is loaded."""
    folder.function("num_one", "return 1\n", HEADER + "-- FLAGS: no-reads\n")
    with pytest.raises(RouterError, match="no-reads"):
        build(folder.path)


async def test_loading_twice_changes_nothing(library: Library) -> None:
    """The router's own library loads, and is left as it is the second time."""
    await library.load()


def test_our_functions_are_short(source: Source) -> None:
    """Every function of the router is at most 80 lines long; the headers are checked by the build."""
    paths = sorted((LUA / "fn").glob("*.lua"))
    assert {path.stem for path in paths} == set(source.names)
    assert {path.name: _length(path) for path in paths if _length(path) > 80} == {}


def _length(path: Path) -> int:
    return len(path.read_text().splitlines())


def long_helpers(text: str, most: int) -> list[str]:
    """Name the functions of a helper's file with more than ``most`` lines; each ends at column 0."""
    found = re.finditer(r"^(?:local )?function (\S+?)\(.*?^end", text, re.MULTILINE | re.DOTALL)
    return [match[1] for match in found if len(match[0].splitlines()) > most]


def test_our_helpers_are_short() -> None:
    """Every helper is at most 25 lines long."""
    paths = sorted((LUA / "lib").glob("*.lua"))
    found = {path.name: names for path in paths if (names := long_helpers(path.read_text(), 25))}
    assert found == {}


def test_a_long_helper_is_found() -> None:
    """The measure itself sees a function that is too long, and only that one."""
    text = "function L.a()\n" + "  x()\n" * 24 + "end\nlocal function b()\n" + "  x()\n" * 3 + "end\n"
    assert long_helpers(text, 25) == ["L.a"]
