"""What the tests of the workflow share: how much of the long ones is run."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-step",
        action="store_true",
        help="tests/workflow: kill, fill the disk and damage files at every step (30 minutes)",
    )


@pytest.fixture
def every_step(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--every-step", default=False))
