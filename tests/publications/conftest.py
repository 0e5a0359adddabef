"""The publications of the tiny project, for every test of this room."""

from __future__ import annotations

import pytest
import released_tree

from project_copy import Project


@pytest.fixture(scope="session", autouse=True)
def _publications(released: Project) -> None:
    released_tree.use(released.root)
