"""Envoy accepts every golden case, and does with its calls what the simulator says."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.support.golden.calls import asked
from tests.support.golden.case import cases, load, name_of, tell
from tests.support.golden.stage import Play, stage
from tests.support.static_bootstrap import validate

from lateen.simulation.simulate import simulate
from lateen.translate.resources import translate_proxy

pytestmark = pytest.mark.root

CALLS = 200
"""At least so many calls have the golden cases."""

CLIENTS = 8


@pytest.mark.parametrize("folder", cases(), ids=name_of)
def test_envoy_accepts_it_without_a_warning(folder: Path, tmp_path: Path) -> None:
    assert validate(translate_proxy(tell(load(folder)).config), tmp_path) == ""


def plays() -> Iterator[Play]:
    """The calls of all cases that something listens for."""
    for folder in cases():
        for number, (resources, call) in enumerate(asked(load(folder))):
            outcome = simulate(resources, call)
            if outcome.listener:
                yield Play(f"{name_of(folder)}[{number}]", resources, call, outcome)


def test_every_golden_call(tmp_path: Path) -> None:
    all_plays = list(plays())
    with stage(all_plays, tmp_path) as envoy, ThreadPoolExecutor(CLIENTS) as clients:
        found = dict(zip(all_plays, clients.map(envoy.disagreements, all_plays), strict=True))
    wrong = [f"{play.label}: {text}" for play, texts in found.items() for text in texts]
    assert not wrong, "\n".join(wrong)
    assert len(all_plays) >= CALLS
