"""Values and messages as YAML that people can read and compare."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from fnmatch import fnmatchcase
from typing import Any

import msgspec
import yaml
from google.protobuf import json_format

from lateen.api.problem import Problem
from lateen.ir.config import Layer, ProxyConfig
from lateen.translate.resources import Resources

KINDS = ("listeners", "routes", "clusters", "endpoints")


def ir_yaml(config: ProxyConfig, show: Iterable[str]) -> str:
    """The shown IR values; what equals its default is left out."""
    by_kind = {kind: _merged(config.layers, kind) for kind in KINDS}
    return _yaml(_shown(by_kind, show, msgspec.to_builtins))


def xds_yaml(resources: Resources, show: Iterable[str]) -> str:
    """The shown Envoy messages, with the names of Envoy's own documentation."""
    by_kind = {field.name: getattr(resources, field.name) for field in fields(resources)}
    return _yaml(_shown(by_kind, show, _message))


def status_yaml(problems: Iterable[Problem]) -> str:
    return _yaml([_problem(problem) for problem in problems])


def _merged(layers: Iterable[Layer], kind: str) -> dict[str, object]:
    return {name: value for layer in layers for name, value in getattr(layer, kind).items()}


def _shown(by_kind: Mapping[str, Mapping[str, Any]], show: Iterable[str], write: Any) -> dict[str, dict[str, Any]]:
    """Any: the values are IR or messages, `write` turns either into what YAML can hold."""
    return {
        kind: {name: write(by_kind[kind][name]) for name in names}
        for kind in KINDS
        if (names := list(_chosen(kind, by_kind[kind], tuple(show))))
    }


def _chosen(kind: str, names: Iterable[str], show: tuple[str, ...]) -> Iterator[str]:
    return (name for name in sorted(names) if any(fnmatchcase(f"{kind}/{name}", pattern) for pattern in show))


def _message(message: Any) -> Any:
    return json_format.MessageToDict(message, preserving_proto_field_name=True)


def _problem(problem: Problem) -> dict[str, str]:
    parts = {
        "at": str(problem.origin),
        "resource": str(problem.resource or ""),
        "path": problem.path,
        "code": problem.code,
        "severity": str(problem.severity),
        "message": problem.message,
        "hint": problem.hint,
    }
    return {name: value for name, value in parts.items() if value}


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


def _yaml(value: Any) -> str:
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=150)
    return text
