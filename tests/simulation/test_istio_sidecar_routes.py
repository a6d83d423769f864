"""Which rule speaks for a host that a sidecar's workload calls: the situations of Istio's `TestSidecarRoutes`."""

import pytest
from tests.support.asked import asked, short
from tests.support.resources import service
from tests.support.routing import document, rule

SERVICES = (
    service("known", port=80) + service("other", port=80) + service("far", "away", port=80) + service("high", port=8080)
)
TARGETS = "".join(
    document(
        "ServiceEntry",
        name,
        f"{{hosts: [{name}.com], resolution: DNS, ports: [{{number: 80, name: http, protocol: HTTP}}, "
        "{number: 8080, name: http-high, protocol: HTTP}]}",
    )
    for name in ("old", "new", "wild", "exact")
)
OLD, NEW = 2019, 2021
ELSE = "PassthroughCluster"
KNOWN = "known.default.svc.cluster.local"


def to(host: str, target: str, namespace: str = "default", *, year: int = 2020, match: str = "") -> str:
    """A rule that sends requests for `host` to `target`."""
    spec = f"{{hosts: ['{host}'], http: [{{{match}route: [{{destination: {{host: {target}}}}}]}}]}}"
    name = f"{target}-{host}".replace("*", "any")
    return rule(name, spec, namespace, year=year)


WILD = to("*.cluster.local", "wild.com", year=OLD)
EXACT = to(KNOWN, "exact.com", year=NEW)

TABLE = {
    "of the service's namespace": (to(KNOWN, "old.com"), {"known": "old.com", "other": "other.default"}),
    "of any namespace": (to(KNOWN, "old.com", "third"), {"known": "old.com"}),
    "the oldest of one namespace": (
        to(KNOWN, "old.com", year=OLD) + to(KNOWN, "new.com", year=NEW),
        {"known": "old.com"},
    ),
    "the oldest of several namespaces": (
        to(KNOWN, "new.com", year=NEW) + to(KNOWN, "old.com", "third", year=OLD) + to(KNOWN, "exact.com", "here"),
        {"known": "old.com"},
    ),
    "for an unknown host": (
        to("nobody.example.com", "old.com"),
        {"nobody.example.com": "old.com", "nobody.example.com:8080": ELSE},
    ),
    "for a wildcard that no service has": (
        to("*.example.com", "old.com"),
        {"a.example.com": "old.com", "known": "known.default", "example.com": ELSE},
    ),
    "a wildcard and a younger full name": (WILD + EXACT, {"known": "exact.com", "other": "wild.com"}),
    "a full name and a younger wildcard": (
        WILD.replace("2019", "2022") + EXACT,
        {"known": "exact.com", "other": "wild.com"},
    ),
    "a wildcard of another namespace": (
        to("*.cluster.local", "wild.com", "third", year=OLD) + EXACT,
        {"known": "exact.com", "other": "wild.com"},
    ),
    "the longest wildcard": (
        WILD + to("*.away.svc.cluster.local", "new.com", year=NEW),
        {"far.away": "new.com", "known": "wild.com"},
    ),
    "an older wildcard and an unknown host": (
        to("*.tld", "wild.com", year=OLD) + to("example.tld", "exact.com", year=NEW),
        {"a.tld": "wild.com", "example.tld": "exact.com", "known": "known.default"},
    ),
    "a short name": (to("known", "old.com"), {KNOWN: "old.com", "known.default.svc": "old.com", "known": "old.com"}),
    "a short name of another namespace": (to("known", "old.com", "here"), {"known": "known.default"}),
    "for another port": (to("high", "old.com", match="match: [{port: 80}], "), {"high:8080": "high.default"}),
    "for two hosts, one of which is no service": (
        rule("two", "{hosts: [high, high.example.com], http: [{route: [{destination: {host: old.com}}]}]}"),
        {"high:8080": "old.com", "high.example.com:8080": "old.com"},
    ),
    "for other clients": (
        to(KNOWN, "old.com", match="match: [{sourceNamespace: elsewhere}], "),
        {"known": "known.default"},
    ),
}


def imports(*hosts: str) -> str:
    """A Sidecar for all workloads of the clients' namespace."""
    listed = ", ".join(f"'{host}'" for host in hosts)
    return document("Sidecar", "default", f"{{egress: [{{hosts: [{listed}]}}]}}")


ONLY = imports("default/" + KNOWN, "default/other.default.svc.cluster.local", "*/*.com")

WITH_SIDECAR = {
    "a wildcard of all that is imported": (
        to("*.cluster.local", "old.com") + imports("*/*.cluster.local", "*/*.com"),
        {"known": "old.com", "other": "old.com"},
    ),
    "a wildcard of the namespace, though only names are imported": (
        WILD + EXACT + ONLY,
        {"known": "exact.com", "other": "wild.com"},
    ),
    "a wildcard of a namespace that is not imported": (
        to("*.cluster.local", "wild.com", "third", year=OLD) + EXACT + ONLY,
        {"known": "exact.com", "other": "other.default"},
    ),
    "an unknown name under an imported wildcard": (
        to("nobody.svc.cluster.local", "old.com") + imports("*/*.cluster.local", "*/*.com"),
        {"nobody.svc.cluster.local": "old.com"},
    ),
    "a wildcard of which one name is imported": (
        to("*.example.org", "old.com") + imports("*/one.example.org", "*/other.default.svc.cluster.local", "*/*.com"),
        {"two.example.org": "old.com", "other": "other.default", "known": ELSE},
    ),
    "an unknown name alone": (
        to("nobody", "old.com") + imports("*/nobody.default.svc.cluster.local"),
        {"nobody": ELSE},
    ),
    "two names, one of which is imported": (
        rule("two", "{hosts: [known, other], http: [{route: [{destination: {host: old.com}}]}]}")
        + imports("*/" + KNOWN, "*/*.com"),
        {"known": "old.com", "other.default.svc.cluster.local": "old.com"},
    ),
}


@pytest.mark.parametrize("name", TABLE | WITH_SIDECAR)
def test_rule_in_force(name: str) -> None:
    rules, hosts = (TABLE | WITH_SIDECAR)[name]
    documents = SERVICES + TARGETS + rules
    found = {host: short(asked(documents, _url(host))).rpartition("|")[2] for host in hosts}
    assert found == hosts


def _url(host: str) -> str:
    """Connections go to an address that no service has; only the Host header tells whom they are for."""
    _, _, port = host.partition(":")
    return f"http://203.0.113.9:{port or 80}/ host={host}"


def test_ports_of_destinations_are_those_that_clients_dial() -> None:
    two = service("two", port=80).replace(", name: http}", ", name: http}, {port: 8080, name: http-high}")
    documents = SERVICES + TARGETS + two + to("two", "old.com")
    assert short(asked(documents, "http://two:80/")) == "outbound|80||old.com"
    assert short(asked(documents, "http://two:8080/")) == "outbound|8080||old.com"
