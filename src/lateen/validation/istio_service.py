"""References to services in Istio's first API. Rules: `ValidateIstioService` in Istio 0.5."""

from lateen.api.istio_service import IstioService
from lateen.validation.field import Field
from lateen.validation.hosts import HOST_HINT, is_fqdn
from lateen.validation.names import LABEL_HINT, check_labels, is_cidr, is_dns_label, is_ip


def check_istio_service(service: IstioService | None, field: Field, *, required: bool = False) -> None:
    """Report a reference that names no service, or two."""
    if service is None:
        if required:
            field.error("is required", 'add "destination: {name: ...}"', "MissingField")
        return
    if service.name and service.service:
        field.error("name and service are both set", "keep one of them", "Conflict")
    elif service.service:
        check_outside_service(service.service, field / "service")
        for key, value in (("namespace", service.namespace), ("domain", service.domain)):
            if value:
                (field / key).error(f"service and {key} are both set", "service is a whole name already", "Conflict")
    elif not service.name:
        field.error("names no service", "set name, or service", "MissingField")
    elif not is_dns_label(service.name):
        (field / "name").error(f'"{service.name[:80]}" is no service\'s name', LABEL_HINT, "InvalidName")
    if service.namespace and not is_dns_label(service.namespace):
        (field / "namespace").error(f'"{service.namespace[:80]}" is no namespace', LABEL_HINT, "InvalidName")
    if service.domain and not is_fqdn(service.domain):
        (field / "domain").error(f'"{service.domain[:80]}" is no domain', "write cluster.local", "InvalidHost")
    check_labels(service.labels, field / "labels")


def check_outside_service(text: str, field: Field) -> None:
    """Report what is neither a domain, with `*` as its first label or alone, nor an address or a range of them."""
    if text.count("/") == 1:
        if not is_cidr(text):
            field.error(f'"{text[:80]}" is no range of addresses', "write it as 10.1.0.0/16", "InvalidHost")
    elif text != "*" and not is_ip(text) and not is_fqdn(_without_wildcard(text)):
        field.error(f'"{text[:80]}" is no host name', HOST_HINT, "InvalidHost")


def _without_wildcard(text: str) -> str:
    if not text.startswith("*"):
        return text
    return text[2:] if text[1:2] in (".", "-") else text[1:]
