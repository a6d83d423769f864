"""Mesh-wide settings from the ConfigMap that Istio keeps them in."""

from collections.abc import Callable
from typing import Any

import msgspec

from lateen.api.codec import from_yaml
from lateen.api.config_map import ConfigMap
from lateen.api.connection_pool import TcpKeepalive
from lateen.api.duration import decode_duration, parse_duration
from lateen.api.load_balancer import LocalityLoadBalancerSetting, ZoneAwareLoadBalancerSetting
from lateen.api.meta import Message
from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.api.virtual_service import HTTPRetry
from lateen.model.settings import DefaultTrafficPolicy, MeshSettings, OutboundMode

SETTINGS_MAP = ("istio-system", "istio")
"""(namespace, name) of the ConfigMap, whose key `mesh` holds Istio's MeshConfig as YAML."""


def mesh_settings(source: ConfigMap | None) -> tuple[MeshSettings, tuple[Problem, ...]]:
    """The settings, and what is wrong with them; a wrong field leaves its default in force, broken YAML all of them."""
    text = source.data.get("mesh", "") if source else ""
    if source is None or not text.strip():
        return MeshSettings(), ()
    try:
        document = from_yaml(text)
    except ValueError as failure:
        return MeshSettings(), (_problem(source.ref, "data.mesh", "InvalidYAML", str(failure)),)
    return _read(document, source.ref)


def _problem(ref: ResourceRef, path: str, code: str, message: str, *, warning: bool = False) -> Problem:
    severity = Severity.WARNING if warning else Severity.ERROR
    hint = "remove it" if warning else "correct it; until then the default is in force"
    return Problem(ref, path, code, severity, message, hint)


def _text(value: Any) -> str:  # Any: the user's YAML, checked here
    if not isinstance(value, str):
        raise TypeError("must be a text")
    return value


def _flag(value: Any) -> bool:  # Any: the user's YAML, checked here
    if not isinstance(value, bool):
        raise TypeError("must be true or false")
    return value


def _milliseconds(value: Any) -> int:  # Any: the user's YAML, checked here
    return parse_duration(_text(value)).milliseconds


def _names(value: Any) -> tuple[str, ...]:  # Any: the user's YAML, checked here
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise TypeError("must be a list of texts")
    return tuple(value)


def _is_json(value: Any) -> bool:  # Any: the user's YAML, checked here
    if value not in {"TEXT", "JSON"}:
        raise ValueError("must be TEXT or JSON")
    return bool(value == "JSON")


def _is_upgraded(value: Any) -> bool:  # Any: the user's YAML, checked here
    if value not in {"DO_NOT_UPGRADE", "UPGRADE"}:
        raise ValueError("must be DO_NOT_UPGRADE or UPGRADE")
    return bool(value == "UPGRADE")


def _mode(value: Any) -> OutboundMode:  # Any: the user's YAML, checked here
    try:
        return OutboundMode(value)
    except ValueError:
        raise ValueError("must be ALLOW_ANY or REGISTRY_ONLY") from None


def _message(struct: type[Message]) -> Callable[[Any], Any]:  # Any: the user's YAML, checked here
    """How to read a field that holds one of the API's own messages."""

    def read(value: Any) -> Message:
        try:
            return msgspec.convert(value, struct, dec_hook=decode_duration)
        except msgspec.ValidationError as failure:
            raise ValueError(str(failure)) from None

    return read


_FIELDS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "rootNamespace": ("root_namespace", _text),
    "trustDomain": ("trust_domain", _text),
    "outboundTrafficPolicy.mode": ("outbound_mode", _mode),
    "accessLogFile": ("access_log_file", _text),
    "accessLogFormat": ("access_log_format", _text),
    "accessLogEncoding": ("access_log_json", _is_json),
    "connectTimeout": ("connect_timeout_ms", _milliseconds),
    "protocolDetectionTimeout": ("protocol_detection_timeout_ms", _milliseconds),
    "localityLbSetting": ("locality_lb", _message(LocalityLoadBalancerSetting)),
    "defaultTrafficPolicy": ("default_policy", _message(DefaultTrafficPolicy)),
    "h2UpgradePolicy": ("h2_upgrade", _is_upgraded),
    "tcpKeepalive": ("tcp_keepalive", _message(TcpKeepalive)),
    "zoneAwareLbSetting": ("zone_aware_lb", _message(ZoneAwareLoadBalancerSetting)),
    "defaultServiceExportTo": ("default_service_export_to", _names),
    "defaultVirtualServiceExportTo": ("default_virtual_service_export_to", _names),
    "defaultDestinationRuleExportTo": ("default_destination_rule_export_to", _names),
    "dnsRefreshRate": ("dns_refresh_ms", _milliseconds),
    "defaultHttpRetryPolicy": ("retries", _message(HTTPRetry)),
    "inboundHttp": ("inbound_http", _flag),
}
"""MeshConfig's field, ours, and how to read it. `inboundHttp` is Lateen's own addition."""

_WITHOUT_MEANING = frozenset({"defaultConfig", "defaultProviders", "enablePrometheusMerge", "extensionProviders"})
"""Fields of Istio's stock ConfigMap that would only make noise if each mesh were warned about them."""


def _read(document: dict[str, Any], ref: ResourceRef) -> tuple[MeshSettings, tuple[Problem, ...]]:
    flat = dict(_flatten(document))
    found: dict[str, Any] = {}
    problems = []
    for path, value in flat.items():
        if path not in _FIELDS:
            if path.split(".")[0] not in _WITHOUT_MEANING:
                message = "has no effect here"
                problems.append(_problem(ref, f"data.mesh.{path}", "NoEffect", message, warning=True))
            continue
        name, read = _FIELDS[path]
        try:
            found[name] = read(value)
        except (TypeError, ValueError) as failure:
            problems.append(_problem(ref, f"data.mesh.{path}", "InvalidField", str(failure)))
    return MeshSettings(**found), tuple(problems)


def _flatten(document: dict[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    pairs: list[tuple[str, Any]] = []
    for key, value in document.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict) and path not in _FIELDS and path not in _WITHOUT_MEANING:
            pairs += _flatten(value, f"{path}.")
        else:
            pairs.append((path, value))
    return pairs
