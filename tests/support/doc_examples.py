"""The examples of a page of the documentation."""

import re
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "testing.md"
SAMPLE = Path(__file__).parents[2] / "samples" / "routing-tests"


def example(language: str, having: str) -> str:
    """The page's one block of that language that holds a text."""
    blocks = re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (found,) = [block for block in blocks if having in block]
    return str(found)


def make_project(folder: Path, **files: str) -> None:
    """The examples' folder: the sample's documents, and files by their names without dots."""
    (folder / "mesh").symlink_to(SAMPLE / "mesh")
    (folder / "pytest.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    for name, text in files.items():
        (folder / name.replace("_yaml", ".yaml").replace("_py", ".py")).write_text(text)
