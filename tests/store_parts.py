"""The parts of the store that rest on partitions, one fixture each, for every test that asks."""

from __future__ import annotations

import pytest

from router.store.library import Library
from router.store.link import Link
from router.store.marks import Marks
from router.store.reading import Reading
from router.store.registers import Registers
from router.store.rows import Rows
from router.store.sendings import Sendings
from router.store.system import System
from router.store.timelines import Timelines
from router.store.views import Views
from router.store.workspace import Workspace


@pytest.fixture
def place(workspace: str) -> Workspace:
    """Give a workspace of this test alone."""
    return Workspace(workspace, b"k" * 32)


@pytest.fixture
def timelines(link: Link, library: Library, place: Workspace) -> Timelines:
    """Give its timelines."""
    return Timelines(link, library, place)


@pytest.fixture
def sendings(link: Link, library: Library, place: Workspace) -> Sendings:
    """Give what it has to send."""
    return Sendings(link, library, place)


@pytest.fixture
def reading(link: Link, library: Library, place: Workspace) -> Reading:
    """Give what reads them."""
    return Reading(link, library, place)


@pytest.fixture
def registers(link: Link, place: Workspace) -> Registers:
    """Give its records of handles and conversations."""
    return Registers(link, place)


@pytest.fixture
def marks(link: Link, library: Library, place: Workspace) -> Marks:
    """Give the marks of its partitions."""
    return Marks(link, library, place)


@pytest.fixture
def views(link: Link, library: Library, place: Workspace) -> Views:
    """Give its views."""
    return Views(link, library, place)


@pytest.fixture
def rows(link: Link, library: Library, place: Workspace) -> Rows:
    """Give its report rows."""
    return Rows(link, library, place)


@pytest.fixture
def system(link: Link, library: Library) -> System:
    """Give the system slot, which all tests share."""
    return System(link, library)
