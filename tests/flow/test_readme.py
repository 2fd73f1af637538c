"""The README's tour does what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import tour
from service import Service


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    """Start the router as the README says: an empty directory, its own engine."""
    made = Service(tmp_path)
    made.start()
    yield made
    assert made.stop() == 0


def test_every_command_prints_what_the_page_says(service: Service) -> None:
    """Ids and times apart, the output is the one that is printed there."""
    steps = tour.steps()
    assert len(steps) > 8
    printed = tour.run(service.addresses["http"], service.key)
    for step, found in zip(steps, printed, strict=True):
        assert tour.plain(found) == tour.plain(step.printed), step.command
