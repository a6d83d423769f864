"""Rules for Ingress. Source: Kubernetes' `validation.ValidateIngress`, and what Istio makes of an Ingress."""

from typing import Final

from lateen.api.ingress import Ingress, IngressBackend, IngressRule
from lateen.validation.field import Field
from lateen.validation.hosts import check_wildcard_domain
from lateen.validation.names import LABEL_HINT, is_dns_label

CLASS: Final = "istio"


def check_ingress(resource: Ingress, root: Field) -> None:
    """Report what no Ingress can say, and an Ingress that no gateway serves."""
    spec, field = resource.spec, root / "spec"
    default = spec.default_backend or spec.backend
    if default is not None:
        _check_backend(default, field / ("defaultBackend" if spec.default_backend else "backend"))
    if spec.default_backend and spec.backend:
        (field / "backend").error("backend and defaultBackend are both set", "keep defaultBackend", "Conflict")
    if not spec.rules and default is None:
        field.error("there are no rules and no default backend", "add one of them", "MissingField")
    for place, rule in enumerate(spec.rules):
        _check_rule(rule, field.at("rules", place))
    if resource.class_name != CLASS:
        message = f'its class is "{resource.class_name}"' if resource.class_name else "it has no class"
        hint = 'set "ingressClassName: istio", or the annotation "kubernetes.io/ingress.class: istio"'
        (field / "ingressClassName").warn(f"{message}, so no gateway serves it", hint, "NoEffect")


def _check_rule(rule: IngressRule, field: Field) -> None:
    if rule.host:
        check_wildcard_domain(rule.host, field / "host")
    if rule.http is None or not rule.http.paths:
        (field / "http").warn("no path is named, so nothing is routed", "add http.paths")
        return
    for place, path in enumerate(rule.http.paths):
        where = field.at("http", "paths", place)
        if path.path and not path.path.startswith("/"):
            (where / "path").error(f'"{path.path[:80]}" is no path', "start it with /")
        elif not path.path and path.path_type in ("Exact", "Prefix"):
            (where / "path").error("is required", 'add "path: /"', "MissingField")
        _check_backend(path.backend, where / "backend")


def _check_backend(backend: IngressBackend, field: Field) -> None:
    if backend.resource is not None:
        if backend.service is not None:
            (field / "resource").error("service and resource are both set", "keep service", "Conflict")
        return
    name, port = backend.target
    if not is_dns_label(name):
        field.error(f'"{name[:80]}" is no service' if name else "names no service", LABEL_HINT, "InvalidName")
    elif not port:
        field.error("names no port", "add the port's number or name", "MissingField")
    elif isinstance(port, int) and not 1 <= port <= 65535:
        field.error(f"{port} is not a port", "ports are numbers from 1 to 65535", "InvalidPort")
