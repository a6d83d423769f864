"""The samples this project ships are without fault, and every field in them means something."""

from pathlib import Path

import pytest
from tests.unit.validation.found import problems_in

FILES = sorted(Path(__file__).parents[3].joinpath("samples").rglob("*.yaml"))
SAMPLES = [file for file in FILES if file.name != "cases.yaml"]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_samples_have_no_problems(sample: Path) -> None:
    assert [str(problem) for problem in problems_in(sample.read_text())] == []


def test_there_are_samples() -> None:
    assert SAMPLES
