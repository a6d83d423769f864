"""ARCHITECTURE.md says what the import contract checks, and names every package."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "ARCHITECTURE.md").read_text()


def test_the_layers_in_the_document_are_those_that_are_checked() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    checked = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    after = TEXT.partition("Layers, top to bottom")[2].partition("The test command")[0]
    assert [line.strip() for line in after.splitlines() if line.startswith("    ")] == checked


def test_every_package_has_a_line() -> None:
    folder = ROOT / "src" / "lateen"
    packages = {path.parent.name for path in folder.glob("*/__init__.py")} | {"pytest_plugin"}
    assert set(re.findall(r"^\| `(\w+)` \|", TEXT, re.MULTILINE)) == packages - {"samples"}
