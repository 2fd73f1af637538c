"""The house rules that a machine can hold: sizes, names, who imports what, what the locks say."""

from __future__ import annotations

import ast
import re
import statistics
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OURS = ("router", "channels")
LOCKS = sorted((ROOT / "requirements").glob("*.lock"))


def python(*folders: str) -> list[Path]:
    """List the Python files of some folders."""
    return sorted(file for folder in folders for file in (ROOT / folder).rglob("*.py"))


def lines(file: Path) -> int:
    """Count the lines of a file."""
    return len(file.read_text("utf-8").splitlines())


def imports(file: Path) -> Iterator[str]:
    """Name the modules a file imports."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def lua(kind: str) -> list[Path]:
    """List the Lua files of one kind, lib or fn."""
    return sorted((ROOT / "router" / "store" / "lua" / kind).glob("*.lua"))


# -- sizes and names -------------------------------------------------------------------------------


def test_no_python_file_is_too_long_to_read() -> None:
    """Over 300 lines a file is split by noun."""
    assert [(str(file), lines(file)) for file in python(*OURS, "tests", "bench") if lines(file) > 300] == []


def test_an_adapter_is_read_on_a_few_pages() -> None:
    """What the registry names has at most 150 lines; what is more lies beside it, by noun."""
    named = {ROOT / f"{name.replace('.', '/')}.py" for name in imports(ROOT / "channels" / "registry.py")}
    adapters = [file for file in sorted(named) if ROOT / "channels" in file.parents]
    assert len(adapters) > 20
    assert [(str(file), lines(file)) for file in adapters if lines(file) > 150] == []


def test_most_python_files_are_short() -> None:
    """Half of our files have 120 lines or fewer."""
    sizes = [lines(file) for file in python(*OURS) if file.name != "__init__.py"]
    assert statistics.median(sizes) <= 120


def test_no_file_is_a_drawer() -> None:
    """A file is called by what is in it."""
    drawers = {"utils", "util", "helpers", "helper", "common", "misc", "base"}
    assert [file for file in python(*OURS, "tests", "bench") if file.stem in drawers] == []


def test_a_lua_function_fits_on_a_page() -> None:
    """A transition has at most 80 lines."""
    assert [(file.name, lines(file)) for file in lua("fn") if lines(file) > 80] == []
    assert lua("fn"), "there are Lua functions to look at"


@pytest.mark.parametrize("file", lua("fn"), ids=lambda file: file.stem)
def test_a_lua_function_says_what_it_promises(file: Path) -> None:
    """Its name is noun_verb; its header names keys, request, reply and refusals before any code."""
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", file.stem)
    header = (re.match(r"(?:--[^\n]*\n)*", file.read_text("utf-8")) or [""])[0]
    assert [word for word in ("KEYS", "REQ", "REPLY", "REFUSE") if word not in header] == []


def test_lua_refuses_and_never_raises() -> None:
    """An error that Lua raises leaves earlier writes standing; ``server.`` is not known everywhere."""
    for file in (*lua("fn"), *lua("lib")):
        code = re.sub(r"--[^\n]*", "", file.read_text("utf-8"))
        assert not re.search(r"(?<![\w.])error\s*\(|\bserver\.", code), file.name


# -- who imports what ------------------------------------------------------------------------------


def test_only_the_store_imports_redis() -> None:
    """All of Redis lies in one place."""
    store = ROOT / "router" / "store"
    found = [f for f in python(*OURS) if store not in f.parents and {"redis", "hiredis"} & roots(f)]
    assert found == []


def test_only_settings_reads_the_environment() -> None:
    """What can be set is written down in one place."""
    settings = ROOT / "router" / "settings"
    reads = re.compile(r"os\.(environ|getenv)|from os import .*(environ|getenv)")
    found = [f for f in python(*OURS) if settings not in f.parents and reads.search(f.read_text("utf-8"))]
    assert found == []


def test_thinking_has_no_clock_and_no_world() -> None:
    """Policy and model take time as an argument and touch nothing."""
    world = {"time", "asyncio", "aiohttp", "redis", "socket", "random", "secrets", "os", "subprocess", "uuid"}
    files = python("router/policy", "router/model")
    assert [(file.name, world & roots(file)) for file in files if world & roots(file)] == []
    clocks = re.compile(r"\b(datetime|date)\.(now|utcnow|today)\(")
    assert [file.name for file in files if clocks.search(file.read_text("utf-8"))] == []


def test_json_is_read_and_written_by_msgspec() -> None:
    """One codec, the fast one."""
    assert [file for file in python(*OURS) if "json" in roots(file)] == []


def roots(file: Path) -> set[str]:
    """Name the top packages a file imports."""
    return {name.partition(".")[0] for name in imports(file)}


# -- locks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_packages_and_hashes_only(lock: Path) -> None:
    """No address, no index: whoever installs decides where from. Every package has its hashes."""
    text = lock.read_text("utf-8")
    assert not re.search(r"https?://|index|find-links", text)
    pins = re.findall(r"^([a-z0-9][a-z0-9._-]*)==\S+.*?\\\n(?=    --hash=sha256:)", text, re.MULTILINE)
    assert len(pins) == len(re.findall(r"^[a-z0-9]", text, re.MULTILINE))
    assert pins


def test_tests_run_on_what_runs() -> None:
    """The lock of the tests has the same versions as that of the program."""
    runtime, dev = (pins(ROOT / "requirements" / f"{name}.lock") for name in ("runtime", "dev"))
    assert runtime.items() <= dev.items()


def test_the_lock_is_made_from_what_the_package_says() -> None:
    """requirements/runtime.in and pyproject.toml name the same packages with the same bounds."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    stated = set(project["project"]["dependencies"])
    compiled = set((ROOT / "requirements" / "runtime.in").read_text("utf-8").split())
    assert stated == compiled
    assert set(project["build-system"]["requires"]) == set(
        (ROOT / "requirements" / "build.in").read_text("utf-8").split()
    )


def pins(lock: Path) -> dict[str, str]:
    """Read the versions of a lock."""
    return dict(re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^\s;\\]+)", lock.read_text("utf-8"), re.MULTILINE))
