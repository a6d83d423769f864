"""Options of the test run."""

import pytest

pytest_plugins = ("pytester",)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-golden", action="store_true", help="rewrite the golden files from what the code emits now"
    )
    parser.addoption(
        "--load-seconds", type=float, default=0.0, help="how long the load of the zero-failure test lasts at least"
    )
