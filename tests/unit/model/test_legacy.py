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
