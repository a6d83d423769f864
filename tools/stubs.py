"""Generates type stubs for the Envoy messages in xds-protos, so that mypy catches misspelt fields.

Usage: python tools/stubs.py build/stubs
Only the messages that our sources import, and those they refer to, are generated.
"""

import ast
import importlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from google.protobuf.compiler import plugin_pb2

PROJECT = Path(__file__).parent.parent
TYPED_ELSEWHERE = "google/protobuf/"


def imported_modules() -> list[str]:
    """Every `…_pb2` module that a Python file of ours imports, sorted."""
    found: set[str] = set()
    for folder in ("src", "tests", "bench"):
        for file in (PROJECT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.ImportFrom) and node.module:
                    found.update(f"{node.module}.{alias.name}" for alias in node.names if alias.name.endswith("_pb2"))
                    if node.module.endswith("_pb2"):
                        found.add(node.module)
                elif isinstance(node, ast.Import):
                    found.update(alias.name for alias in node.names if alias.name.endswith("_pb2"))
    return sorted(found)


def with_dependencies(descriptors: list[Any]) -> list[Any]:
    """The file descriptors and all they depend on, dependencies first."""
    ordered: dict[str, Any] = {}

    def visit(file: Any) -> None:
        if file.name not in ordered:
            for dependency in file.dependencies:
                visit(dependency)
            ordered[file.name] = file

    for file in descriptors:
        visit(file)
    return list(ordered.values())


def main(target: Path) -> None:
    """Write the stubs below `target`."""
    modules = [importlib.import_module(name) for name in imported_modules()]
    files = with_dependencies([module.DESCRIPTOR for module in modules])
    request = plugin_pb2.CodeGeneratorRequest(parameter="quiet,readable_stubs")
    for file in files:
        file.CopyToProto(request.proto_file.add())
        if not file.name.startswith(TYPED_ELSEWHERE):
            request.file_to_generate.append(file.name)
    plugin = Path(sys.executable).parent / "protoc-gen-mypy"
    answer = subprocess.run([plugin], input=request.SerializeToString(), stdout=subprocess.PIPE, check=True)
    response = plugin_pb2.CodeGeneratorResponse.FromString(answer.stdout)
    if response.error:
        raise SystemExit(response.error)
    if any(not (target / generated.name).exists() for generated in response.file):
        # mypy remembers that a module was not there, and doesn't look again.
        shutil.rmtree(PROJECT / ".mypy_cache", ignore_errors=True)
    for generated in response.file:
        path = target / generated.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(generated.content)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
