"""Pages of the documentation that are made by running their commands show what these print now."""

from pathlib import Path

from tools.transcript import rewritten

DOCS = Path(__file__).parents[2] / "docs"


def test_explain() -> None:
    page = (DOCS / "explain.md").read_text()
    assert rewritten(page) == page, "python tools/transcript.py docs/explain.md"
