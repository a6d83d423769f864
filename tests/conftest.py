"""Options of the test run."""

import signal

import pytest
from hypothesis import settings
from tests.support.seed import EXPLORES

settings.register_profile("lateen", derandomize=not EXPLORES)
settings.load_profile("lateen")

# A shell's background jobs ignore it, and so would what they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

pytest_plugins = ("pytester",)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-golden", action="store_true", help="rewrite the golden files from what the code emits now"
    )
    parser.addoption(
        "--load-seconds", type=float, default=0.0, help="how long the load of the zero-failure test lasts at least"
    )
