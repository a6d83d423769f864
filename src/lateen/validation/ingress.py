"""Rules for Ingress. Source: Kubernetes' `validation.ValidateIngress`, and what Istio makes of an Ingress."""

from lateen.api.ingress import CLASS, CLASS_ANNOTATION, Ingress, IngressBackend, IngressRule
from lateen.api.ingress_class import CONTROLLER, IngressClass
from lateen.validation.field import Field
from lateen.validation.hosts import check_wildcard_domain
from lateen.validation.names import LABEL_HINT, is_dns_label, is_dns_subdomain


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
    for place, tls in enumerate(spec.tls):
        for number, host in enumerate(tls.hosts):
            _check_host(host, field.at("tls", place, "hosts", number))
    _check_class(resource, field / "ingressClassName")


def _check_class(resource: Ingress, field: Field) -> None:
    annotation, named = resource.metadata.annotations.get(CLASS_ANNOTATION), resource.spec.ingress_class_name
    if annotation and named:
        field.error(f"the annotation {CLASS_ANNOTATION} is set, too", "keep one of them", "Conflict")
    elif annotation != CLASS and not named:
        message = f'its class is "{annotation}"' if annotation else "it has no class"
        hint = f'set "ingressClassName: {CLASS}", or the annotation "{CLASS_ANNOTATION}: {CLASS}"'
        field.warn(f"{message}, so no gateway serves it", hint, "NoEffect")


def check_ingress_class(resource: IngressClass, root: Field) -> None:
    """Report a controller that none can be."""
    domain, slash, path = resource.spec.controller.partition("/")
    if not (is_dns_subdomain(domain) and slash and path):
        where = root.at("spec", "controller")
        where.error(f'"{resource.spec.controller[:80]}" is no controller', f"write {CONTROLLER}", "InvalidName")


def _check_rule(rule: IngressRule, field: Field) -> None:
    if rule.host:
        _check_host(rule.host, field / "host")
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


def _check_host(host: str, field: Field) -> None:
    if host != host.lower():
        field.error(f'"{host[:80]}" has upper-case letters', "write it in lower case", "InvalidHost")
    else:
        check_wildcard_domain(host, field)


def _check_backend(backend: IngressBackend, field: Field) -> None:
    name, port = backend.target
    if backend.resource is not None:
        if name or backend.service is not None:
            (field / "resource").error("service and resource are both set", "keep service", "Conflict")
        return
    if not is_dns_label(name):
        field.error(f'"{name[:80]}" is no service' if name else "names no service", LABEL_HINT, "InvalidName")
    elif not port:
        field.error("names no port", "add the port's number or name", "MissingField")
    elif isinstance(port, int) and not 1 <= port <= 65535:
        field.error(f"{port} is not a port", "ports are numbers from 1 to 65535", "InvalidPort")
