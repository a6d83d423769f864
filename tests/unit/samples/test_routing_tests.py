"""The sample project's own tests and the documentation's examples, run as users run them."""

import subprocess
import sys
from pathlib import Path

from tests.support.doc_examples import SAMPLE, example, make_project


def run(*command: str, folder: Path = SAMPLE) -> str:
    done = subprocess.run([sys.executable, "-m", *command], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_its_tests_of_rules_pass() -> None:
    assert "8 passed" in run("pytest", "-q", "-p", "no:cacheprovider", "test_rules.py")


def test_its_cases_pass() -> None:
    assert "6 passed, 0 failed" in run("lateen", "test", "-f", "mesh", "cases.yaml")


def test_the_documentations_example_passes(tmp_path: Path) -> None:
    make_project(tmp_path, test_it_py=example("python", "mesh_config"), cases_yaml=example("yaml", "cases:"))
    assert "1 passed" in run("pytest", "-q", folder=tmp_path)
    assert "2 passed, 0 failed" in run("lateen", "test", "-f", "mesh", "cases.yaml", folder=tmp_path)
