"""The sample project's own tests, run as its users run them."""

import subprocess
import sys
from pathlib import Path

SAMPLE = Path(__file__).parents[3] / "samples" / "routing-tests"


def run(*command: str) -> str:
    done = subprocess.run([sys.executable, "-m", *command], cwd=SAMPLE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_tests_of_rules_pass() -> None:
    assert "8 passed" in run("pytest", "-q", "-p", "no:cacheprovider", "test_rules.py")


def test_its_cases_pass() -> None:
    assert "6 passed, 0 failed" in run("lateen", "test", "-f", "mesh", "cases.yaml")
