"""Every case: exactly what the proxy is told, whether it holds together, and where calls go.

`make golden` rewrites the files; read the difference before you commit it.
"""

from functools import cache
from pathlib import Path

import pytest
from tests.support.golden.calls import CALLS, wrong_calls
from tests.support.golden.case import GOLDEN, INPUT, Told, cases, load, name_of, tell
from tests.support.golden.render import ir_yaml, status_yaml, xds_yaml
from tests.support.validators import problems

from lateen.simulation.known import unknown_fields
from lateen.translate.resources import Resources, translate_proxy

WRITTEN = ("ir.yaml", "status.yaml", "xds.yaml")
OUTPUT_LINES = 120


@pytest.fixture(params=cases(), ids=name_of)
def folder(request: pytest.FixtureRequest) -> Path:
    assert isinstance(request.param, Path)
    return request.param


@cache
def outputs(folder: Path) -> tuple[Told, Resources, dict[str, str]]:
    case = load(folder)
    told = tell(case)
    resources = translate_proxy(told.config)
    texts = (ir_yaml(told.config, case.show), status_yaml(told.problems), xds_yaml(resources, case.show))
    return told, resources, dict(zip(WRITTEN, texts, strict=True))


def test_output(folder: Path, request: pytest.FixtureRequest) -> None:
    texts = outputs(folder)[2]
    if request.config.getoption("--rewrite-golden"):
        for name, text in texts.items():
            (folder / name).write_text(text)
    for name, text in texts.items():
        assert text.count("\n") <= OUTPUT_LINES, f"{name}: let the case show less"
        file = folder / name
        assert (file.read_text() if file.exists() else "") == text, f"{name}: see `make golden`"


def test_structure(folder: Path) -> None:
    assert list(problems(outputs(folder)[1])) == []


def test_calls(folder: Path) -> None:
    assert wrong_calls(load(folder)) == []


def test_every_case_is_called() -> None:
    """But for mistakes, and for what no address leads to."""
    uncalled = {name_of(folder) for folder in cases() if not (folder / CALLS).exists()}
    assert {name for name in uncalled if not name.startswith("problems/")} == {"gateway/socket"}


def test_the_simulator_knows_every_field(folder: Path) -> None:
    resources = outputs(folder)[1]
    messages = [*resources.listeners.values(), *resources.routes.values(), *resources.clusters.values()]
    assert sorted({field for message in messages for field in unknown_fields(message)}) == []


def test_no_file_without_a_case(request: pytest.FixtureRequest) -> None:
    """What a case left behind when it was removed or renamed."""
    stale = [file for name in (*WRITTEN, CALLS) for file in GOLDEN.glob(f"*/*/{name}")]
    stale = [file for file in stale if not (file.parent / INPUT).exists()]
    if request.config.getoption("--rewrite-golden"):
        for file in stale:
            file.unlink()
        stale = []
    assert stale == []
