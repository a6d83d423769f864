import pytest
from tests.unit.validation.found import in_spec


def policy(text: str) -> list[tuple[str, str]]:
    spec = f"{{host: a, trafficPolicy: {{{text}}}}}"
    return [(path.removeprefix("trafficPolicy").lstrip("."), code) for path, code in in_spec("DestinationRule", spec)]


@pytest.mark.parametrize(
    "text",
    [
        "loadBalancer: {simple: ROUND_ROBIN}",
        "loadBalancer: {consistentHash: {httpCookie: {name: user, ttl: 0s}, maglev: {tableSize: 65537}}}",
        "loadBalancer: {localityLbSetting: {distribute: [{from: 'a/b/*', to: {'a/b/*': 80, 'a/c/*': 20}}]}}",
        (
            "loadBalancer: {localityLbSetting: {failover: [{from: a, to: b}]}}, "
            "outlierDetection: {consecutive5xxErrors: 1}"
        ),
        (
            "connectionPool: {tcp: {maxConnections: 1, connectTimeout: 30ms, idleTimeout: 0s}, "
            "http: {http1MaxPendingRequests: 0}}"
        ),
        (
            "outlierDetection: {splitExternalLocalOriginErrors: true, consecutiveLocalOriginFailures: 3, "
            "maxEjectionPercent: 100}"
        ),
        "tls: {mode: MUTUAL, credentialName: c}",
        "tls: {mode: ISTIO_MUTUAL}",
        "portLevelSettings: [{port: {number: 80}, tls: {mode: SIMPLE}}, {port: {number: 81}, tls: {mode: SIMPLE}}]",
        "tunnel: {protocol: CONNECT, targetHost: a.com, targetPort: 443}",
        "retryBudget: {percent: 20, budgetInterval: 0s}",
    ],
)
def test_what_istio_accepts(text: str) -> None:
    assert policy(text) == []


@pytest.mark.parametrize(
    ("text", "path", "code"),
    [
        ("", "", "MissingField"),
        ("loadBalancer: {simple: RANDOM, consistentHash: {useSourceIp: true}}", "loadBalancer", "Conflict"),
        ("loadBalancer: {simple: LEAST_CONN}", "loadBalancer.simple", "Deprecated"),
        ("loadBalancer: {consistentHash: {}}", "loadBalancer.consistentHash", "Suspicious"),
        (
            "loadBalancer: {consistentHash: {useSourceIp: true, httpHeaderName: x}}",
            "loadBalancer.consistentHash",
            "Conflict",
        ),
        (
            "loadBalancer: {consistentHash: {useSourceIp: true, maglev: {tableSize: 100}}}",
            "loadBalancer.consistentHash.maglev.tableSize",
            "InvalidValue",
        ),
        (
            "loadBalancer: {localityLbSetting: {distribute: [{from: a, to: {a: 50, b: 40}}]}}",
            "loadBalancer.localityLbSetting.distribute[0].to",
            "InvalidValue",
        ),
        (
            "loadBalancer: {localityLbSetting: {distribute: [{from: a/*, to: {a/*: 50, a/b: 50}}]}}",
            "loadBalancer.localityLbSetting.distribute[0].to",
            "Duplicate",
        ),
        (
            "loadBalancer: {localityLbSetting: {failover: [{from: a, to: b}]}}",
            "loadBalancer.localityLbSetting",
            "Suspicious",
        ),
        (
            "loadBalancer: {localityLbSetting: {failover: [{from: a, to: a}]}}, outlierDetection: {interval: 1s}",
            "loadBalancer.localityLbSetting.failover[0]",
            "InvalidValue",
        ),
        ("loadBalancer: {localityLbSetting: {}, zoneAwareLbSetting: {}}", "loadBalancer", "Conflict"),
        ("connectionPool: {}", "connectionPool", "MissingField"),
        ("connectionPool: {tcp: {maxConnections: -1}}", "connectionPool.tcp.maxConnections", "InvalidValue"),
        ("connectionPool: {http: {maxRetries: -1}}", "connectionPool.http.maxRetries", "InvalidValue"),
        (
            "connectionPool: {http: {h2UpgradePolicy: UPGRADE, useClientProtocol: true}}",
            "connectionPool.http.useClientProtocol",
            "Conflict",
        ),
        ("connectionPool: {http: {idleTimeout: 0s}}", "connectionPool.http.idleTimeout", "InvalidDuration"),
        ("outlierDetection: {maxEjectionPercent: 101}", "outlierDetection.maxEjectionPercent", "InvalidValue"),
        ("outlierDetection: {consecutiveErrors: 1}", "outlierDetection.consecutiveErrors", "Deprecated"),
        (
            "outlierDetection: {consecutiveLocalOriginFailures: 1}",
            "outlierDetection.consecutiveLocalOriginFailures",
            "InvalidValue",
        ),
        (
            "outlierDetection: {outlierDetectionHttpErrorCodes: [99]}",
            "outlierDetection.outlierDetectionHttpErrorCodes[0]",
            "InvalidValue",
        ),
        ("tls: {mode: SIMPLE, insecureSkipVerify: true, caCertificates: x}", "tls.insecureSkipVerify", "Conflict"),
        ("tls: {mode: SIMPLE, credentialName: a, caCertificates: x}", "tls", "Conflict"),
        ("tls: {mode: MUTUAL, clientCertificate: x}", "tls.privateKey", "MissingField"),
        ("portLevelSettings: [{port: {number: 80}}]", "portLevelSettings[0]", "InvalidValue"),
        ("portLevelSettings: [{tls: {mode: SIMPLE}}]", "portLevelSettings[0].port", "MissingField"),
        (
            "portLevelSettings: [{port: {number: 80}, tls: {}}, {port: {number: 80}, tls: {}}]",
            "portLevelSettings[1].port.number",
            "Duplicate",
        ),
        ("tunnel: {targetHost: a_b, targetPort: 1}", "tunnel.targetHost", "InvalidHost"),
        ("tunnel: {targetHost: a, targetPort: 1}, proxyProtocol: {version: V2}", "tunnel", "Conflict"),
    ],
)
def test_what_istio_refuses_or_warns_of(text: str, path: str, code: str) -> None:
    assert policy(text) == [(path, code)]


@pytest.mark.parametrize(
    ("spec", "path", "code"),
    [
        ("{host: 'a b'}", "host", "InvalidHost"),
        ("{host: a, subsets: [{name: v1}, {name: v1}]}", "subsets[1].name", "Duplicate"),
        ("{host: a, subsets: [{name: v_1}]}", "subsets[0].name", "InvalidName"),
        ("{host: a, subsets: [{name: v1, labels: {version: 'a b'}}]}", "subsets[0].labels.version", "InvalidLabel"),
        ("{host: a, subsets: [{name: v1, trafficPolicy: {}}]}", "subsets[0].trafficPolicy", "MissingField"),
        ("{host: a, exportTo: [other], workloadSelector: {matchLabels: {a: b}}}", "exportTo", "Conflict"),
    ],
)
def test_what_is_wrong_around_the_policies(spec: str, path: str, code: str) -> None:
    assert in_spec("DestinationRule", spec) == [(path, code)]


def test_hosts_may_be_wildcards_and_subsets_without_labels() -> None:
    assert in_spec("DestinationRule", "{host: '*.a.com', subsets: [{name: all}], exportTo: ['.']}") == []
