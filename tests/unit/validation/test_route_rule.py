import pytest
from tests.unit.validation.found import effectless, in_legacy

TO = "destination: {name: a}"


@pytest.mark.parametrize(
    "spec",
    [
        TO,
        "destination: {service: '*.wikipedia.org'}, httpReqTimeout: {simpleTimeout: {timeout: 10s}}",
        "destination: {name: a, namespace: b, domain: cluster.local}, precedence: -1",
        f"{TO}, route: [{{labels: {{version: v1}}}}]",
        f"{TO}, route: [{{labels: {{version: v1}}, weight: 75}}, {{destination: {{name: b}}, weight: 25}}]",
        f"{TO}, route: [{{weight: 100}}, {{labels: {{version: v2}}, weight: 0}}], mirror: {{name: a}}",
        f"{TO}, match: {{source: {{name: b, labels: {{version: v1}}}}, request: {{headers: {{uri: {{prefix: /}}, "
        "cookie: {regex: '^(.*?;)?(user=jason)(;.*)?$'}, x: {exact: ''}}}}",
        f"{TO}, redirect: {{uri: /x}}",
        f"{TO}, rewrite: {{authority: b}}, httpFault: {{delay: {{percent: 0.5, fixedDelay: 5s}}}}",
        f"{TO}, httpFault: {{abort: {{percent: 100, httpStatus: 503}}}}",
        f"{TO}, httpReqRetries: {{simpleRetry: {{attempts: 3, perTryTimeout: 2s}}}}, websocketUpgrade: true",
        f"{TO}, corsPolicy: {{allowOrigin: ['*'], allowMethods: [GET], maxAge: 24h}}",
        f"{TO}, appendHeaders: {{x-a: 'b'}}",
    ],
)
def test_what_istio_accepted(spec: str) -> None:
    assert in_legacy("RouteRule", spec) == []


@pytest.mark.parametrize(
    ("spec", "path", "code"),
    [
        ("precedence: 1", "destination", "MissingField"),
        ("destination: {}", "destination", "MissingField"),
        ("destination: {name: a, service: b.com}", "destination", "Conflict"),
        ("destination: {service: b.com, namespace: c}", "destination.namespace", "Conflict"),
        ("destination: {service: 10.0.0.0/99}", "destination.service", "InvalidHost"),
        ("destination: {name: A.b}", "destination.name", "InvalidName"),
        ("destination: {name: a, labels: {version: v1}}", "destination.labels", "Unsupported"),
        (f"{TO}, route: [{{weight: 50}}, {{weight: 49}}]", "route", "InvalidValue"),
        (f"{TO}, route: [{{weight: 50}}]", "route", "InvalidValue"),
        (f"{TO}, route: [{{weight: 101}}, {{weight: -1}}]", "route[0].weight", "InvalidValue"),
        (f"{TO}, match: {{udp: {{}}}}", "match.udp", "Unsupported"),
        (
            f"{TO}, match: {{request: {{headers: {{uri: {{prefix: ''}}}}}}}}",
            "match.request.headers.uri",
            "InvalidValue",
        ),
        (f"{TO}, match: {{request: {{headers: {{X: {{exact: a}}}}}}}}", "match.request.headers.X", "InvalidHeader"),
        (f"{TO}, match: {{request: {{headers: {{x: {{}}}}}}}}", "match.request.headers.x", "MissingField"),
        (
            f"{TO}, match: {{request: {{headers: {{x: {{regex: '(?!a)'}}}}}}}}",
            "match.request.headers.x.regex",
            "InvalidRegex",
        ),
        (f"{TO}, redirect: {{uri: /x}}, route: [{{weight: 100}}]", "route", "Conflict"),
        (f"{TO}, redirect: {{uri: /x}}, websocketUpgrade: true", "websocketUpgrade", "Conflict"),
        (f"{TO}, redirect: {{}}", "redirect", "MissingField"),
        (f"{TO}, rewrite: {{}}", "rewrite", "MissingField"),
        (f"{TO}, httpReqTimeout: {{simpleTimeout: {{}}}}", "httpReqTimeout.simpleTimeout.timeout", "MissingField"),
        (
            f"{TO}, httpReqRetries: {{simpleRetry: {{attempts: -1, perTryTimeout: 1s}}}}",
            "httpReqRetries.simpleRetry.attempts",
            "InvalidValue",
        ),
        (f"{TO}, httpFault: {{delay: {{percent: 1}}}}", "httpFault.delay.fixedDelay", "MissingField"),
        (
            f"{TO}, httpFault: {{delay: {{percent: 1, exponentialDelay: 1s}}}}",
            "httpFault.delay.exponentialDelay",
            "Unsupported",
        ),
        (f"{TO}, httpFault: {{abort: {{percent: 1, grpcStatus: X}}}}", "httpFault.abort.grpcStatus", "Unsupported"),
        (f"{TO}, httpFault: {{abort: {{percent: 101, httpStatus: 500}}}}", "httpFault.abort.percent", "InvalidValue"),
        (f"{TO}, httpFault: {{abort: {{httpStatus: 500}}}}", "httpFault.abort", "Suspicious"),
        (f"{TO}, l4Fault: {{throttle: {{percent: 1}}}}", "l4Fault", "Unsupported"),
        (f"{TO}, mirror: {{}}", "mirror", "MissingField"),
        (f"{TO}, corsPolicy: {{maxAge: 1500ms}}", "corsPolicy.maxAge", "InvalidDuration"),
        (f"{TO}, corsPolicy: {{allowMethods: [get]}}", "corsPolicy.allowMethods[0]", "InvalidValue"),
        (f"{TO}, corsPolicy: {{allowHeaders: [X-A]}}", "corsPolicy.allowHeaders[0]", "InvalidHeader"),
        (f"{TO}, appendHeaders: {{a: ''}}", "appendHeaders.a", "InvalidValue"),
        (f"{TO}, appendHeaders: {{a: 50%}}", "appendHeaders.a", "InvalidHeader"),
    ],
)
def test_what_istio_refused_or_warned_of(spec: str, path: str, code: str) -> None:
    assert (path, code) in in_legacy("RouteRule", spec)


@pytest.mark.parametrize(
    ("spec", "paths"),
    [
        (f"{TO}, match: {{tcp: {{sourceSubnet: [10.0.0.0/8]}}}}", ["match.tcp"]),
        (f"{TO}, route: [{{destination: {{name: b, labels: {{v: a}}}}}}]", ["route[0].destination.labels"]),
        (f"{TO}, websocketUpgrade: true", []),
    ],
)
def test_what_has_no_effect(spec: str, paths: list[str]) -> None:
    assert effectless("RouteRule", spec) == paths
