from tests.unit.analysis.found import found, rule

NAME = "deprecation.DeprecationAnalyzer"


def test_fields_that_istio_has_replaced() -> None:
    old = rule("VirtualService", "old", "{hosts: [a], http: [{fault: {delay: {percent: 5, fixedDelay: 1s}}}]}")
    new = rule("VirtualService", "new", "{hosts: [a], http: [{fault: {delay: {percentage: {value: 5}}}}]}")
    sidecar = rule("Sidecar", "s", "{outboundTrafficPolicy: {egressProxy: {host: a}}}")
    assert found(NAME, old, new, sidecar) == [
        ("IST0002", "Sidecar default/s", "spec.outboundTrafficPolicy.egressProxy"),
        ("IST0002", "VirtualService default/old", "spec.http[0].fault.delay.percent"),
    ]
