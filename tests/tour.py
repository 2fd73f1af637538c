"""The tour of the README: its commands, run one after another, and what they must print.

``python tests/tour.py URL`` prints the tour with what a fresh router on that URL says now.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from msgspec import Struct

README = Path(__file__).parents[1] / "README.md"
_BLOCK = re.compile(r"```console\n(.*?)```", re.DOTALL)
_CHANGING = (
    (re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z"), "TIME"),
    (re.compile(r"\b(evt|cus|cnv|itm|off|lnk|key)_[a-z0-9]+"), r"\1_ID"),
    (re.compile(r'("oldest_s":)[0-9.]+'), r"\1N"),
)


class Step(Struct, frozen=True):
    """A command and what the page says it prints."""

    command: str
    printed: str


def steps() -> list[Step]:
    """Read the tour: a line with ``$`` is a command, indented ones go on with it, the rest it prints."""
    found: list[Step] = []
    for block in _BLOCK.findall(README.read_text()):
        for part in re.split(r"(?m)^\$ ", block)[1:]:
            lines = part.split("\n")
            length = next(i for i, line in enumerate(lines[1:], 1) if not line.startswith("  "))
            found.append(Step("\n".join(lines[:length]), "\n".join(lines[length:]).strip()))
    return found


def run(url: str, key: str) -> list[str]:
    """Run the commands in one shell against a router; give what each printed."""
    mark = "---8<---"
    script = f"\nprintf '\\n{mark}\\n'\n".join(step.command for step in steps())
    script = script.replace("http://127.0.0.1:8080", url).replace("let-me-in", key)
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=60, check=True)
    return [printed.strip() for printed in done.stdout.split(mark)]


def plain(text: str) -> str:
    """Take out what differs from run to run: ids, times, ages."""
    for pattern, name in _CHANGING:
        text = pattern.sub(name, text)
    return text


if __name__ == "__main__":
    for step, printed in zip(steps(), run(sys.argv[1], sys.argv[2]), strict=True):
        sys.stdout.write(f"$ {step.command}\n{printed}\n\n")
