"""Where a test's documents come from: files, folders, and YAML in the test itself."""

from collections.abc import Sequence
from pathlib import Path

from lateen.api.codec import Document, parse_documents
from lateen.api.problem import Problem
from lateen.cli.documents import read_documents

TEXT = "<text>"

Source = str | Path


def read_sources(sources: Sequence[Source], folders: Sequence[Path]) -> tuple[list[Document], list[Problem]]:
    """The documents of all sources, in order, and what could not be read.

    A string with a line end is YAML; others name a file or folder, relative to the first of `folders` that has it.
    Raises FileNotFoundError.
    """
    documents: list[Document] = []
    problems: list[Problem] = []
    for source in sources:
        if isinstance(source, str) and "\n" in source:
            found, wrong = parse_documents(source, TEXT)
        else:
            found, wrong = read_documents([str(_located(Path(source), folders))], recursive=True)
        documents += found
        problems += wrong
    return documents, problems


def _located(path: Path, folders: Sequence[Path]) -> Path:
    for folder in folders:
        if (folder / path).exists():
            return folder / path
    tried = ", ".join(str(folder) for folder in folders)
    raise FileNotFoundError(f"there is no file or folder {path} in {tried}; YAML in a string has line ends")
