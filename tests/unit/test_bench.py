"""Every bench runs and gives its ratios. How large they are is no matter of a test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest

ROOT = Path(__file__).parents[2]
TINY = [
    "--pairs", "1", "--seconds", "0.2", "--warm-s", "0.1", "--customers", "20", "--connections", "4",
    "--items", "20", "--rounds", "1",
]  # fmt: skip


def bench(name: str) -> list[dict[str, Any]]:
    """Run a bench with tiny counts; give its rows."""
    command = [sys.executable, "-m", "bench", name, "--json", *TINY]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return [msgspec.json.decode(line) for line in done.stdout.splitlines()]


@pytest.mark.parametrize("name", ["s1", "s2", "s4", "s5"])
def test_a_bench_gives_its_ratios(name: str) -> None:
    """Each row of a goal has what was measured, its limit and their ratio."""
    rows = [row for row in bench(name) if row["name"]]
    assert name.upper() in {row["name"] for row in rows}
    for row in rows:
        assert row["ours"] > 0
        assert row["limit"] > 0
        assert row["ratio"] > 0
        assert row["goal"]["ratio"] > 0


def test_the_table_is_for_people() -> None:
    """Without --json the same rows are a table that names what was measured and its goal."""
    command = [sys.executable, "-m", "bench", "s5", *TINY]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    assert "a transition at one crew" in done.stdout
    assert "≤ 1.50" in done.stdout


def test_an_unknown_bench_is_refused() -> None:
    """A name that is none is answered with those that are."""
    command = [sys.executable, "-m", "bench", "s99"]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    assert done.returncode == 2
    assert "'s5'" in done.stderr
