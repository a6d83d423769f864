"""Values and messages as YAML that people can read and compare."""

import json
from collections.abc import Iterable, Mapping
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
    shown: dict[str, dict[str, Any]] = {}
    for kind in KINDS:
        for name in sorted(by_kind[kind]):
            hosts = [hosts for pattern in show if (hosts := _host_pattern(pattern, f"{kind}/{name}")) is not None]
            if hosts:
                shown.setdefault(kind, {})[name] = _with_hosts(write(by_kind[kind][name]), hosts)
    return shown


def _host_pattern(pattern: str, name: str) -> str | None:
    """Which virtual hosts a pattern shows of a resource: those after its `#`, by default all; None where it is not."""
    resource, _, hosts = pattern.partition("#")
    return (hosts or "*") if fnmatchcase(name, resource) else None


def _with_hosts(value: dict[str, Any], patterns: list[str]) -> dict[str, Any]:
    if "virtual_hosts" not in value:
        return value
    kept = [host for host in value["virtual_hosts"] if any(fnmatchcase(host["name"], each) for each in patterns)]
    return {**value, "virtual_hosts": kept}


def _message(message: Any) -> Any:
    return json.loads(json_format.MessageToJson(message, preserving_proto_field_name=True, sort_keys=True))


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
