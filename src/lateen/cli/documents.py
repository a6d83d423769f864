"""Documents from `-f`: files, folders, standard input, and URLs on this machine."""

import sys
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import click

from lateen.api.codec import Document, parse_documents
from lateen.api.problem import Problem

SUFFIXES = (".yaml", ".yml", ".json")
LOOPBACK = ("localhost", "127.0.0.1", "::1")
URL_TIMEOUT_SECONDS = 10


def read_documents(sources: Sequence[str], *, recursive: bool = False) -> tuple[list[Document], list[Problem]]:
    """Every document of every source, in order, and what could not be read. Raises click.UsageError for bad names."""
    documents: list[Document] = []
    problems: list[Problem] = []
    for source in sources:
        for name, text in _texts(source, recursive):
            found, wrong = parse_documents(text, name)
            documents += found
            problems += wrong
    return documents, problems


def _texts(source: str, recursive: bool) -> list[tuple[str, str]]:
    if source == "-":
        return [("<stdin>", sys.stdin.read())]
    if source.startswith(("http://", "https://")):
        return [(source, _fetch(source))]
    path = Path(source)
    if path.is_dir():
        files = path.rglob("*") if recursive else path.glob("*")
        chosen = [file for file in sorted(files) if file.suffix in SUFFIXES and file.is_file()]
        return [(str(file), read_text(file)) for file in chosen]
    return [(str(path), read_text(path))]


def read_text(path: Path) -> str:
    """A file's text. Raises click.UsageError where there is none."""
    try:
        return path.read_text()
    except OSError as error:
        raise click.UsageError(f"{path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise click.UsageError(f"{path}: is no text (UTF-8): is it YAML or JSON?") from None


def _fetch(url: str) -> str:
    if urlsplit(url).hostname not in LOOPBACK:
        raise click.UsageError(f"{url}: only URLs on this machine are read; download it and give the file")
    try:
        with urllib.request.urlopen(url, timeout=URL_TIMEOUT_SECONDS) as answer:  # noqa: S310 - http(s), loopback
            return str(answer.read().decode())
    except (OSError, UnicodeDecodeError) as error:
        raise click.UsageError(f"{url}: {error}") from None
