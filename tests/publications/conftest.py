"""The publications of the tiny project, for the tests of this room that read them."""

from pathlib import Path

import pytest
import released_tree
from pytest import FixtureRequest

from project_copy import Project


@pytest.fixture(scope="session", autouse=True)
def _publications(request: FixtureRequest) -> None:
    def made() -> Path:
        project: Project = request.getfixturevalue("released")
        return project.root

    released_tree.use(made)
