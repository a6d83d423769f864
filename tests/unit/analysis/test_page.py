"""The page on analyzers says what the code does."""

from pathlib import Path

from tools.analyzers import rewritten

PAGE = Path(__file__).parents[3] / "docs" / "analyze.md"


def test_the_tables_are_those_of_the_code() -> None:
    text = PAGE.read_text()
    assert rewritten(text) == text, "run: python tools/analyzers.py"
