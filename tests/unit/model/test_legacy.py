"""Legacy resources as today's: what Istio's own converter makes of them, and what it leaves out."""

import msgspec
import pytest
from tests.support.resources import resources, service

from lateen.api.meta import JsonObject, Resource
from lateen.api.schema import encode, normalized
from lateen.api.service import Service
from lateen.model.legacy.convert import by_name, convert
from lateen.model.legacy.host import subset_name
from lateen.model.legacy.outcome import Converted
from lateen.validation.validate import validate

HEAD = "---\napiVersion: config.istio.io/v1alpha2\nkind: {kind}\nmetadata: {{name: {name}}}\nspec: {spec}\n"


def legacy(spec: str, kind: str = "RouteRule", name: str = "it") -> str:
    return HEAD.format(kind=kind, name=name, spec=spec)


def converted(text: str) -> Converted:
    found = resources(text)
    return convert(found, by_name(each for each in found if isinstance(each, Service)))


def spec(resource: Resource) -> JsonObject:
    document: JsonObject = normalized(msgspec.json.decode(msgspec.json.encode(encode(resource))))
    assert [str(problem) for problem in validate(document) if problem.severity == "Error"] == []
    body: JsonObject = document["spec"]
    return body


def route(text: str) -> JsonObject:
    """The first HTTP route of the only VirtualService."""
    (rule,) = converted(legacy(f"{{destination: {{name: a}}, {text}}}")).virtual_services
    first: JsonObject = spec(rule)["http"][0]
    return {key: value for key, value in first.items() if key != "name"}


ALONE = [{"destination": {"host": "a"}}]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("precedence: 1", {"route": ALONE}),
        (
            "route: [{labels: {version: v2}}]",
            {"route": [{"destination": {"host": "a", "subset": "version-v2"}, "weight": 100}]},
        ),
        (
            "route: [{weight: 75}, {destination: {name: b, namespace: c}, weight: 25}]",
            {"route": [{**ALONE[0], "weight": 75}, {"destination": {"host": "b.c.svc.cluster.local"}, "weight": 25}]},
        ),
        ("redirect: {uri: /x, authority: b}", {"redirect": {"uri": "/x", "authority": "b"}}),
        ("rewrite: {uri: /x}", {"route": ALONE, "rewrite": {"uri": "/x"}}),
        ("httpReqTimeout: {simpleTimeout: {timeout: 10s}}", {"route": ALONE, "timeout": "10s"}),
        (
            "httpReqRetries: {simpleRetry: {attempts: 3, perTryTimeout: 2s}}",
            {
                "route": ALONE,
                "retries": {"attempts": 3, "perTryTimeout": "2s", "retryOn": "5xx,connect-failure,refused-stream"},
            },
        ),
        ("httpReqRetries: {simpleRetry: {perTryTimeout: 2s}}", {"route": ALONE, "retries": {}}),
        (
            "httpFault: {abort: {percent: 12.5, httpStatus: 503}, delay: {fixedDelay: 1s}}",
            {"route": ALONE, "fault": {"abort": {"httpStatus": 503, "percentage": {"value": 12.5}}}},
        ),
        ("httpFault: {delay: {fixedDelay: 1s}}", {"route": ALONE}),
        (
            "mirror: {name: a, labels: {version: v2}}",
            {"route": ALONE, "mirror": {"host": "a", "subset": "version-v2"}},
        ),
        (
            "corsPolicy: {allowOrigin: ['*', b.com], maxAge: 1h}",
            {"route": ALONE, "corsPolicy": {"allowOrigins": [{"regex": ".*"}, {"exact": "b.com"}], "maxAge": "3600s"}},
        ),
        ("appendHeaders: {x: z}", {"route": ALONE, "headers": {"request": {"add": {"x": "z"}}}}),
        (
            "match: {request: {headers: {uri: {prefix: /x}, method: {exact: GET}, cookie: {regex: a.*}, "
            "z: {exact: ''}}}}",
            {
                "route": ALONE,
                "match": [
                    {
                        "uri": {"prefix": "/x"},
                        "method": {"exact": "GET"},
                        "headers": {"cookie": {"regex": "a.*"}, "z": {}},
                    }
                ],
            },
        ),
    ],
)
def test_what_a_rule_becomes(rule: str, expected: JsonObject) -> None:
    assert route(rule) == expected


def test_rules_of_one_host_are_one_service_in_order_of_precedence() -> None:
    text = legacy("{destination: {name: a}, match: {request: {headers: {x: {exact: low}}}}}", name="low")
    text += legacy(
        "{destination: {name: a, namespace: default}, precedence: 2, match: {request: {headers: {x: {exact: b}}}}}",
        name="b",
    )
    text += legacy(
        "{destination: {service: a.default.svc.cluster.local}, precedence: 2, "
        "match: {request: {headers: {x: {exact: a}}}}}",
        name="a",
    )
    (found,) = converted(text).virtual_services
    assert [each.get("name") for each in spec(found)["http"]] == ["a", "b", "low", None]
    assert spec(found)["http"][-1] == {"route": ALONE}


@pytest.mark.parametrize(
    ("services", "labels", "warnings"),
    [
        ("", {"app": "b", "v": "1"}, ["spec.match.source"]),
        (service("b").replace("app: b", "run: b"), {"run": "b", "v": "1"}, []),
    ],
)
def test_a_client_is_told_by_the_labels_that_its_service_selects(
    services: str, labels: dict[str, str], warnings: list[str]
) -> None:
    found = converted(legacy("{destination: {name: a}, match: {source: {name: b, labels: {v: '1'}}}}") + services)
    match = spec(found.virtual_services[0])["http"][0]["match"]
    assert match == [{"sourceLabels": labels, "sourceNamespace": "default"}]
    assert [problem.path for problem in found.problems] == warnings


@pytest.mark.parametrize(
    ("labels", "name"),
    [
        ({}, ""),
        ({"version": "v2"}, "version-v2"),
        ({"version": "v1", "app": "a"}, "app-a-version-v1"),
        ({"version": "1.5"}, "version-1-5"),
    ],
)
def test_names_of_subsets(labels: dict[str, str], name: str) -> None:
    assert subset_name(labels) == name


def test_names_of_subsets_that_need_other_letters_stay_apart() -> None:
    names = {subset_name({"version": version}) for version in ("a_b", "a-b", "A-b", "a/b", "x" * 60, "x" * 61)}
    assert len(names) == 6
    assert all(len(name) <= 63 and name == name.lower() for name in names)


def test_policies_become_one_destination_rule() -> None:
    breaker = "{simpleCb: {maxConnections: 1, httpConsecutiveErrors: 3, sleepWindow: 3m, httpDetectionInterval: 1s}}"
    text = legacy("{destination: {name: a}, loadBalancing: {name: RANDOM}}", "DestinationPolicy", "all")
    text += legacy(
        f"{{destination: {{name: a, labels: {{version: v1}}}}, circuitBreaker: {breaker}}}", "DestinationPolicy", "one"
    )
    found = converted(text)
    (rule,) = found.destination_rules
    assert spec(rule) == {
        "host": "a",
        "trafficPolicy": {"loadBalancer": {"simple": "RANDOM"}},
        "subsets": [
            {
                "name": "version-v1",
                "labels": {"version": "v1"},
                "trafficPolicy": {
                    "connectionPool": {"tcp": {"maxConnections": 1}, "http": {}},
                    "outlierDetection": {"consecutive5xxErrors": 3, "interval": "1s", "baseEjectionTime": "180s"},
                },
            }
        ],
    }
    assert [(str(problem.resource), problem.code) for problem in found.problems] == [
        ("DestinationPolicy default/all", "BehaviorChanged")
    ]


@pytest.mark.parametrize(
    ("destination", "protocol", "expected"),
    [
        (
            "*.google.com",
            "http",
            {"hosts": ["*.google.com"], "ports": [{"number": 80, "protocol": "HTTP", "name": "http-80"}]},
        ),
        (
            "10.0.0.0/8",
            "TCP",
            {
                "hosts": ["it.default.svc.cluster.local"],
                "addresses": ["10.0.0.0/8"],
                "ports": [{"number": 80, "protocol": "TCP", "name": "tcp-80"}],
            },
        ),
        (
            "10.0.0.1",
            "HTTP",
            {
                "hosts": ["it.default.svc.cluster.local"],
                "addresses": ["10.0.0.1"],
                "ports": [{"number": 80, "protocol": "HTTP", "name": "http-80"}],
            },
        ),
    ],
)
def test_what_an_egress_rule_becomes(destination: str, protocol: str, expected: JsonObject) -> None:
    text = f"{{destination: {{service: '{destination}'}}, ports: [{{port: 80, protocol: {protocol}}}]}}"
    (entry,) = converted(legacy(text, "EgressRule")).service_entries
    assert spec(entry) == expected


def test_an_egress_rule_for_everything_has_no_counterpart() -> None:
    found = converted(legacy("{destination: {service: '*'}, ports: [{port: 80, protocol: http}]}", "EgressRule"))
    assert found.service_entries == ()
    assert [problem.code for problem in found.problems] == ["NoEffect"]


INGRESS = """---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {{name: {name}, namespace: {namespace}, creationTimestamp: '{year}-01-01T00:00:00Z'}}
spec: {{ingressClassName: istio, {spec}}}
"""


def ingress(*paths: str, host: str = "h.example.com", name: str = "i", namespace: str = "ns", year: int = 2020) -> str:
    listed = ", ".join(f"{{{path}, backend: {{service: {{name: s, port: {{number: 80}}}}}}}}" for path in paths)
    rules = f"rules: [{{host: {host}, http: {{paths: [{listed}]}}}}]"
    return INGRESS.format(name=name, namespace=namespace, year=year, spec=rules)


def matches(text: str) -> list[list[JsonObject]]:
    """The path conditions of each route of the only VirtualService."""
    (rule,) = converted(text).virtual_services
    return [[match["uri"] for match in each.get("match", [])] for each in spec(rule)["http"]]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("path: /a", [{"exact": "/a"}]),
        ("path: /a.*", [{"prefix": "/a"}]),
        ("path: /a/.*", [{"prefix": "/a/"}]),
        ("path: /a/*", [{"exact": "/a"}, {"prefix": "/a/"}]),
        ("path: /a*, pathType: ImplementationSpecific", [{"exact": "/a*"}]),
        ("path: /a, pathType: Exact", [{"exact": "/a"}]),
        ("path: /a/*, pathType: Exact", [{"exact": "/a/*"}]),
        ("path: /a/, pathType: Prefix", [{"exact": "/a"}, {"prefix": "/a/"}]),
        ("path: /, pathType: Prefix", [{"prefix": "/"}]),
        ("path: /*", []),
        ("pathType: ImplementationSpecific", []),
    ],
)
def test_the_paths_of_an_ingress(path: str, expected: list[JsonObject]) -> None:
    assert matches(ingress(path)) == [expected]


def test_the_longest_path_comes_first_and_an_exact_one_before_a_prefix() -> None:
    paths = ("path: /", "path: /b/.*", "path: /b, pathType: Prefix", "path: /b, pathType: Exact", "path: /b/c")
    first = [each[0] if each else {} for each in matches(ingress("path: /*", *paths))]
    assert [next(iter(each.values()), "") for each in first] == ["/b/c", "/b/", "/b", "/b", "/", ""]
    assert first[2:4] == [{"exact": "/b"}, {"exact": "/b"}]


def test_ingresses_of_one_host_share_a_rule_and_the_oldest_names_it() -> None:
    young = ingress("path: /a/b", name="young", namespace="other", year=2021)
    found = converted(young + ingress("path: /a.*", name="old"))
    (rule,) = found.virtual_services
    assert (rule.metadata.namespace, rule.metadata.name) == ("ns", "h-example-com-old-istio-autogenerated-k8s-ingress")
    assert spec(rule)["gateways"] == [
        "istio-system/old-istio-autogenerated-k8s-ingress-ns",
        "istio-system/young-istio-autogenerated-k8s-ingress-other",
    ]
    hosts = [each["route"][0]["destination"]["host"] for each in spec(rule)["http"]]
    assert hosts == ["s.other.svc.cluster.local", "s"]


def test_the_ports_of_an_ingress() -> None:
    tls = "tls: [{secretName: one}, {hosts: [a.com]}, {hosts: [b.com], secretName: two}], defaultBackend: %s"
    text = INGRESS.format(name="i", namespace="ns", year=2020, spec=tls % "{service: {name: s, port: {number: 80}}}")
    found = converted(text)
    (opened,) = found.gateways
    assert (opened.metadata.namespace, opened.metadata.name) == ("istio-system", "i-istio-autogenerated-k8s-ingress-ns")
    assert [(each["port"]["name"], each["hosts"]) for each in spec(opened)["servers"]] == [
        ("https-443-ingress-i-ns-0", ["*"]),
        ("https-443-ingress-i-ns-2", ["b.com"]),
        ("http-80-ingress-i-ns", ["*"]),
    ]
    assert [(problem.path, problem.code) for problem in found.problems] == [("spec.tls[1].secretName", "MissingField")]


def test_a_gateways_name_is_a_label_whatever_the_ingress_is_called() -> None:
    names = {converted(ingress("path: /", name=name)).gateways[0].metadata.name for name in ("a.b", "a-b", "x" * 80)}
    assert len(names) == 3
    assert all(len(name) <= 63 and "." not in name for name in names)


@pytest.mark.parametrize(
    ("controller", "count"), [("", 0), ("example.com/other", 0), ("istio.io/ingress-controller", 1)]
)
def test_an_ingress_class_tells_whose_its_ingresses_are(controller: str, count: int) -> None:
    head = "apiVersion: networking.k8s.io/v1\nkind: IngressClass\nmetadata: {name: mine}\n"
    known = f"{head}spec: {{controller: {controller}}}\n" if controller else ""
    found = converted(known + ingress("path: /").replace("ClassName: istio", "ClassName: mine"))
    assert len(found.virtual_services) == count
    assert [(problem.path, problem.code) for problem in found.problems] == [("spec.ingressClassName", "NoEffect")] * (
        1 - count
    )
