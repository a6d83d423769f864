import pytest
from tests.unit.validation.found import found, in_spec

TARGET = "route: [{destination: {host: a}}]"


def http(route: str) -> list[tuple[str, str]]:
    return [
        (path.removeprefix("http[0].") or path, code)
        for path, code in in_spec("VirtualService", f"{{hosts: [a], http: [{{{route}}}]}}")
    ]


@pytest.mark.parametrize(
    "route",
    [
        f"{TARGET}",
        (
            "route: [{destination: {host: a, subset: v1, port: {number: 80}}, weight: 1}, {destination: {host: b}, "
            "weight: 700}]"
        ),
        (
            f"match: [{{uri: {{prefix: ''}}, headers: {{end-user: {{exact: jason}}, ':path': {{regex: '.*'}}}}}}], "
            f"{TARGET}"
        ),
        (
            f"match: [{{withoutHeaders: {{x: {{regex: '*'}}}}, queryParams: {{q: {{exact: ''}}}}, gateways: [mesh, "
            f"ns/gw]}}], {TARGET}"
        ),
        "redirect: {uri: /x, redirectCode: 302, derivePort: FROM_REQUEST_PORT}",
        "redirect: {prefixRewrite: /x}, match: [{uri: {prefix: /y}}]",
        "directResponse: {status: 503, body: {string: gone}}",
        f"match: [{{gateways: [NS/Gw], sourceNamespace: Ns}}], {TARGET}",
        f"mirrors: [{{destination: {{host: B, subset: V2}}, percentage: {{value: 0.00001}}}}], {TARGET}",
        f"corsPolicy: {{allowHeaders: ['*', x.y], exposeHeaders: [x_y]}}, {TARGET}",
        f"headers: {{request: {{set: {{x: '%START_TIME(%s %% %Z)%', y: '%REQ([\"X\", \"Y\"])%'}}}}}}, {TARGET}",
        f"rewrite: {{uriRegexRewrite: {{match: '^/a/(.*)', rewrite: '/\\1'}}}}, {TARGET}",
        f"retries: {{attempts: 3, retryOn: '5xx,connect-failure,503', perTryTimeout: 2s, backoff: 25ms}}, {TARGET}",
        (
            f"fault: {{delay: {{fixedDelay: 5s, percentage: {{value: 0.1}}}}, abort: {{httpStatus: 503, "
            f"percentage: {{value: 50}}}}}}, {TARGET}"
        ),
        f"mirrors: [{{destination: {{host: b}}, percentage: {{value: 100}}}}], {TARGET}",
        (
            f"corsPolicy: {{allowOrigins: [{{regex: '.*'}}], allowMethods: [GET], allowHeaders: [X-A], maxAge: 24h}}, "
            f"{TARGET}"
        ),
        (
            f"headers: {{request: {{set: {{':authority': b, x-p: '100%% %REQ(x)%'}}, remove: [x-y]}}, "
            f"response: {{add: {{a: b}}}}}}, {TARGET}"
        ),
    ],
)
def test_what_istio_accepts(route: str) -> None:
    assert http(route) == []


@pytest.mark.parametrize(
    ("route", "path", "code"),
    [
        ("route: [{destination: {host: a}}, {destination: {host: b}}]", "route", "InvalidValue"),
        ("route: [{destination: {host: '*'}}]", "route[0].destination.host", "InvalidHost"),
        ("route: [{destination: {host: 'http://a'}}]", "route[0].destination.host", "InvalidHost"),
        ("route: [{destination: {host: a, subset: v_1}}]", "route[0].destination.subset", "InvalidName"),
        ("route: [{destination: {host: a, port: {number: 0}}}]", "route[0].destination.port.number", "InvalidPort"),
        ("name: x", "http[0]", "MissingField"),
        (f"redirect: {{uri: /}}, {TARGET}", "route", "Conflict"),
        ("redirect: {}", "redirect", "MissingField"),
        ("redirect: {uri: /, prefixRewrite: /}", "redirect", "Conflict"),
        ("redirect: {prefixRewrite: /}, match: [{uri: {exact: /a}}]", "redirect", "InvalidValue"),
        ("redirect: {uri: /, redirectCode: 200}", "redirect.redirectCode", "InvalidValue"),
        ("redirect: {uri: /, port: 80, derivePort: FROM_REQUEST_PORT}", "redirect", "Conflict"),
        ("directResponse: {status: 99}", "directResponse.status", "InvalidValue"),
        ("directResponse: {status: 600}", "directResponse.status", "Suspicious"),
        ("directResponse: {status: 200, body: {bytes: '!'}}", "directResponse.body.bytes", "InvalidValue"),
        (
            f"directResponse: {{status: 200, body: {{string: {'x' * 1_100_000}}}}}",
            "directResponse.body",
            "InvalidValue",
        ),
        (f"rewrite: {{uri: /, uriRegexRewrite: {{match: a, rewrite: b}}}}, {TARGET}", "rewrite", "Conflict"),
        (f"rewrite: {{}}, {TARGET}", "rewrite", "MissingField"),
        (f"retries: {{retryOn: 5xx}}, {TARGET}", "retries", "InvalidValue"),
        (f"retries: {{attempts: -1}}, {TARGET}", "retries.attempts", "InvalidValue"),
        (f"retries: {{attempts: 1, retryOn: 5x}}, {TARGET}", "retries.retryOn", "InvalidValue"),
        (f"fault: {{}}, {TARGET}", "fault", "MissingField"),
        (f"fault: {{abort: {{httpStatus: 503}}}}, {TARGET}", "fault.abort", "Suspicious"),
        (f"fault: {{abort: {{percentage: {{value: 1}}}}}}, {TARGET}", "fault.abort", "Suspicious"),
        (
            f"fault: {{abort: {{grpcStatus: NOTFOUND, percentage: {{value: 1}}}}}}, {TARGET}",
            "fault.abort.grpcStatus",
            "InvalidValue",
        ),
        (
            f"fault: {{delay: {{fixedDelay: 1s, percentage: {{value: 101}}}}}}, {TARGET}",
            "fault.delay.percentage.value",
            "InvalidValue",
        ),
        (f"fault: {{delay: {{percentage: {{value: 1}}}}}}, {TARGET}", "fault.delay", "Suspicious"),
        (f"fault: {{delay: {{fixedDelay: 1s, percent: 101}}}}, {TARGET}", "fault.delay.percent", "Suspicious"),
        (
            f"fault: {{delay: {{fixedDelay: 1s2us, percentage: {{value: 1}}}}}}, {TARGET}",
            "fault.delay.fixedDelay",
            "InvalidDuration",
        ),
        (f"timeout: 1.0005s, {TARGET}", "timeout", "InvalidDuration"),
        (f"mirror: {{host: b}}, mirrors: [{{destination: {{host: c}}}}], {TARGET}", "mirrors", "Conflict"),
        (f"mirror: {{host: b}}, mirrorPercent: 5, {TARGET}", "mirrorPercent", "Deprecated"),
        (f"mirror: {{host: b}}, mirror_percent: 500, {TARGET}", "mirror_percent", "InvalidValue"),
        (f"corsPolicy: {{allowOrigins: [{{}}]}}, {TARGET}", "corsPolicy.allowOrigins[0]", "MissingField"),
        (f"corsPolicy: {{allowMethods: [get]}}, {TARGET}", "corsPolicy.allowMethods[0]", "InvalidValue"),
        (f"corsPolicy: {{maxAge: 1500ms}}, {TARGET}", "corsPolicy.maxAge", "InvalidDuration"),
        (f"headers: {{request: {{set: {{':path': x}}}}}}, {TARGET}", "headers.request.set[:path]", "InvalidHeader"),
        (f"headers: {{response: {{set: {{host: x}}}}}}, {TARGET}", "headers.response.set.host", "InvalidHeader"),
        (f"headers: {{request: {{add: {{a: '50%'}}}}}}, {TARGET}", "headers.request.add.a", "InvalidHeader"),
        (f"headers: {{request: {{add: {{a: '%REQ(a):3%'}}}}}}, {TARGET}", "headers.request.add.a", "InvalidHeader"),
        (f"headers: {{request: {{add: {{a: '%REQ(a'}}}}}}, {TARGET}", "headers.request.add.a", "InvalidHeader"),
        (f"headers: {{response: {{remove: [a/b]}}}}, {TARGET}", "headers.response.remove[0]", "InvalidHeader"),
        (
            f"match: [{{withoutHeaders: {{x: {{regex: '*', exact: a}}}}}}], {TARGET}",
            "match[0].withoutHeaders.x",
            "Conflict",
        ),
        (f"rewrite: {{authority: b}}, headers: {{request: {{set: {{host: c}}}}}}, {TARGET}", "http[0]", "Conflict"),
        (f"match: [{{uri: {{exact: a, prefix: b}}}}], {TARGET}", "match[0].uri", "Conflict"),
        (f"match: [{{uri: {{regex: '(a'}}}}], {TARGET}", "match[0].uri.regex", "InvalidRegex"),
        (f"match: [{{method: {{prefix: ''}}}}], {TARGET}", "match[0].method.prefix", "InvalidValue"),
        (f"match: [{{headers: {{'a b': {{exact: x}}}}}}], {TARGET}", "match[0].headers[a b]", "InvalidHeader"),
        (f"match: [{{headers: {{End-User: {{exact: x}}}}}}], {TARGET}", "match[0].headers.End-User", "Suspicious"),
        (
            f"match: [{{headers: {{'@request.auth.claims.a': {{exact: x}}}}}}], {TARGET}",
            "match[0].headers[@request.auth.claims.a]",
            "InvalidValue",
        ),
        (f"match: [{{port: 70000}}], {TARGET}", "match[0].port", "InvalidPort"),
        (f"match: [{{sourceNamespace: a_b}}], {TARGET}", "match[0].sourceNamespace", "InvalidName"),
        (f"match: [{{gateways: [a/b/c]}}], {TARGET}", "match[0].gateways[0]", "InvalidName"),
        (f"match: [{{gateways: [gw.ns.svc.cluster.local]}}], {TARGET}", "match[0].gateways[0]", "Deprecated"),
        (f"delegate: {{name: d}}, {TARGET}", "route", "Conflict"),
    ],
)
def test_what_istio_refuses_or_warns_of(route: str, path: str, code: str) -> None:
    assert http(route) == [(path, code)]


@pytest.mark.parametrize(
    ("spec", "path", "code"),
    [
        (f"{{hosts: ['*'], http: [{{{TARGET}}}]}}", "hosts[0]", "InvalidHost"),
        (f"{{hosts: [a_b], http: [{{{TARGET}}}]}}", "hosts[0]", "InvalidHost"),
        (f"{{hosts: ['*'], gateways: [g, mesh], http: [{{{TARGET}}}]}}", "hosts[0]", "InvalidHost"),
        (
            f"{{hosts: [a], tcp: [{{match: [{{sourceNamespace: a_b}}], {TARGET}}}]}}",
            "tcp[0].match[0].sourceNamespace",
            "InvalidName",
        ),
        ("{hosts: [a], http: [{delegate: {namespace: b}}]}", "http[0].delegate.name", "InvalidName"),
        (f"{{hosts: [a.com, '*.com'], http: [{{{TARGET}}}]}}", "hosts[1]", "Duplicate"),
        (f"{{hosts: [a], exportTo: ['.', default], http: [{{{TARGET}}}]}}", "exportTo[1]", "Duplicate"),
        (f"{{hosts: [a], exportTo: ['*', b], http: [{{{TARGET}}}]}}", "exportTo", "Conflict"),
        (f"{{hosts: [a], exportTo: ['~'], http: [{{{TARGET}}}]}}", "exportTo[0]", "InvalidValue"),
        (f"{{gateways: [g], http: [{{{TARGET}}}]}}", "gateways", "Conflict"),
        (f"{{http: [{{{TARGET}, delegate: {{name: d}}}}]}}", "http[0].delegate", "Unsupported"),
        ("{hosts: [a]}", "", "MissingField"),
        (
            f"{{hosts: [a], tcp: [{{match: [{{destinationSubnets: [x]}}], {TARGET}}}]}}",
            "tcp[0].match[0].destinationSubnets[0]",
            "InvalidAddress",
        ),
        ("{hosts: [a], tcp: [{}]}", "tcp[0]", "MissingField"),
        (
            f"{{hosts: [a.com], tls: [{{match: [{{sniHosts: [b.com]}}], {TARGET}}}]}}",
            "tls[0].match[0].sniHosts[0]",
            "InvalidValue",
        ),
        (f"{{hosts: [a], tls: [{{match: [], {TARGET}}}]}}", "tls[0].match", "MissingField"),
        (f"{{hosts: [a], http: [{{{TARGET}}}, {{{TARGET}}}]}}", "http[1]", "IST0130"),
        (
            (
                f"{{hosts: [a], http: [{{match: [{{uri: {{prefix: /a}}}}], {TARGET}}}, "
                f"{{match: [{{uri: {{exact: /ab}}}}], {TARGET}}}]}}"
            ),
            "http[1].match[0]",
            "IST0131",
        ),
    ],
)
def test_what_is_wrong_around_the_routes(spec: str, path: str, code: str) -> None:
    assert in_spec("VirtualService", spec) == [(path, code)]


@pytest.mark.parametrize(
    "spec",
    [
        f"{{hosts: ['*'], gateways: [g], http: [{{{TARGET}}}]}}",
        f"{{hosts: ['*.a.com', 10.0.0.1], http: [{{{TARGET}}}]}}",
        f"{{hosts: [a], tcp: [{{match: [{{port: 27017, destinationSubnets: [10.0.0.0/8]}}], {TARGET}}}]}}",
        f"{{hosts: ['*.com'], tls: [{{match: [{{sniHosts: [b.com]}}], {TARGET}}}]}}",
        (
            f"{{hosts: [a], http: [{{match: [{{uri: {{prefix: /a}}, method: {{exact: GET}}}}], {TARGET}}}, "
            f"{{match: [{{uri: {{exact: /ab}}}}], {TARGET}}}, {{{TARGET}}}]}}"
        ),
        "{hosts: [a], http: [{match: [{uri: {prefix: /a}}], delegate: {name: d, namespace: b}}]}",
        f"{{http: [{{{TARGET}}}]}}",
    ],
)
def test_whole_rules_that_istio_accepts(spec: str) -> None:
    assert in_spec("VirtualService", spec) == []


def test_the_elder_versions_have_the_same_rules() -> None:
    for version in ("v1beta1", "v1alpha3"):
        metadata = f"apiVersion: networking.istio.io/{version}\nkind: VirtualService\nmetadata: {{name: a}}\n"
        assert found(f"{metadata}spec: {{hosts: [a]}}\n") == [("spec", "MissingField")]
