"""Documents in elder versions of a kind, in the words of today's."""

from collections.abc import Callable
from typing import Final

from lateen.api.meta import JsonObject


def with_elder_defaults(body: JsonObject) -> JsonObject:
    """A Deployment or Ingress of a `v1beta1` version as today's version says the same.

    Other documents come back as they are, malformed ones too.
    """
    today = _TODAY.get(str(body.get("kind")))
    spec = body.get("spec")
    if today is None or not isinstance(spec, dict) or not str(body.get("apiVersion")).endswith("/v1beta1"):
        return body
    found = today(spec)
    return body if found is spec else {**body, "spec": found}


def _deployment(spec: JsonObject) -> JsonObject:
    """An absent selector meant the template's labels."""
    labels = _labels(spec)
    if spec.get("selector") or not isinstance(labels, dict):
        return spec
    return {**spec, "selector": {"matchLabels": labels}}


def _labels(spec: JsonObject) -> object:
    found: object = spec
    for key in ("template", "metadata", "labels"):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _ingress(spec: JsonObject) -> JsonObject:
    """Backends had flat names; a path's type could be left out."""
    rules = spec.get("rules")
    today = {key: value for key, value in spec.items() if key != "backend"}
    if "backend" in spec:
        today.setdefault("defaultBackend", _backend(spec["backend"]))
    if isinstance(rules, list):
        today["rules"] = [_rule(rule) for rule in rules]
    return today


def _rule(rule: object) -> object:
    http = rule.get("http") if isinstance(rule, dict) else None
    paths = http.get("paths") if isinstance(http, dict) else None
    if not (isinstance(rule, dict) and isinstance(http, dict) and isinstance(paths, list)):
        return rule
    return {**rule, "http": {**http, "paths": [_path(path) for path in paths]}}


def _path(path: object) -> object:
    if not isinstance(path, dict) or "backend" not in path:
        return path
    return {"pathType": "ImplementationSpecific", **path, "backend": _backend(path["backend"])}


def _backend(backend: object) -> object:
    if not isinstance(backend, dict) or "serviceName" not in backend:
        return backend
    port = backend.get("servicePort")
    is_number = isinstance(port, int) or (isinstance(port, str) and port.isdigit())
    named = {} if port is None else {"port": {"number": int(str(port))} if is_number else {"name": port}}
    rest = {key: value for key, value in backend.items() if key not in ("serviceName", "servicePort")}
    return {**rest, "service": {"name": backend["serviceName"], **named}}


_TODAY: Final[dict[str, Callable[[JsonObject], JsonObject]]] = {"Deployment": _deployment, "Ingress": _ingress}
