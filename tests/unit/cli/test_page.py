"""The pages speak of verbs and options that exist, and of all verbs."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from lateen.cli.root import VERBS, root

ROOT = Path(__file__).parents[3]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def commands(page: Path) -> Iterator[str]:
    """The commands after a prompt, with the lines they go on in."""
    text = page.read_text().replace("\\\n", " ")
    for line in re.findall(r"^\s*\$ lateen (.*)$", text, re.MULTILINE):
        words = re.split(r"(?: [|#>&] | && | > )", f"{line} ")[0]
        if "…" not in words:
            yield words


def parse(words: list[str]) -> None:
    """Raises click.UsageError for what no verb understands; runs nothing."""
    command: click.Command = root
    context = click.Context(root, info_name="lateen")
    while isinstance(command, click.Group) and words:
        name, found, rest = command.resolve_command(context, words)
        assert found is not None
        if isinstance(found, click.Group) and not rest:
            return
        command, words = found, rest
        context = click.Context(command, parent=context, info_name=name)
    command.make_context(context.info_name, list(words), parent=context.parent)


def misunderstood(words: list[str]) -> str:
    """Why words are no command, "" when they are one."""
    try:
        parse(words)
    except click.UsageError as error:
        return error.format_message()
    return ""


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_pages_are_understood(page: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for line in commands(page):
        message = misunderstood(shlex.split(line))
        # Files that the page speaks of are not here.
        assert not message or "does not exist" in message, f"{page.name}: lateen {line}: {message}"


def test_the_search_finds_commands_and_the_check_finds_mistakes() -> None:
    assert len(list(commands(ROOT / "docs" / "cli.md"))) > 30
    assert misunderstood(["get", "pods"]) == ""
    assert "--wat" in misunderstood(["get", "pods", "--wat"])


def test_every_verb_has_its_place_in_the_page_of_the_command_line() -> None:
    text = (ROOT / "docs" / "cli.md").read_text()
    assert [verb for verb in VERBS if f"**{verb}**" not in text] == []
