"""Which Sidecar keeps a caller from a host."""

from tests.support.explaining import MESH, ask, scenario

from lateen.explain.result import Step, Verdict


def sidecar(name: str, spec: str) -> str:
    return f"""
---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {{name: {name}, namespace: default}}
spec:
  {spec}
"""


REVIEWS = "reviews.default.svc.cluster.local"


def said(spec: str, url: str = "http://reviews:9080/") -> list[Step]:
    return [each for each in ask(scenario(MESH + sidecar("lean", spec)), url).steps if "Sidecar" in each.text]


def test_a_host_that_is_not_imported() -> None:
    (step,) = said("egress: [{hosts: [./productpage.default.svc.cluster.local]}]")
    assert step.text.startswith(f"{REVIEWS} is hidden by Sidecar default/lean, egress[0]: ")
    assert "does not import default/reviews" in step.text
    assert step.line == (MESH + sidecar("lean", "x")).split("\n").index("  x") + 1


def test_a_host_that_is_excluded_and_who_refuses_unknown_hosts() -> None:
    hidden, policy = said(f"{{outboundTrafficPolicy: {{}}, egress: [{{hosts: ['*/*', '~./{REVIEWS}']}}]}}")
    assert f"excludes default/{REVIEWS}" in hidden.text
    assert "REGISTRY_ONLY" in policy.text


def test_a_port_that_no_listener_is_for() -> None:
    (step,) = said("egress: [{port: {number: 80, protocol: HTTP}, hosts: ['*/*']}]")
    assert step.text == f"{REVIEWS} is hidden by Sidecar default/lean: no egress listener is for port 9080"


def test_a_connection_to_an_address() -> None:
    (step,) = said("egress: [{hosts: ['~/*']}]", "tcp://reviews:9080")
    assert "is hidden by" in step.text


def test_nothing_is_said_of_hosts_that_are_imported_or_that_nobody_knows() -> None:
    assert said("egress: [{hosts: ['./*']}]") == []
    assert said("egress: [{hosts: ['./*']}]", "http://example.com/") == []


def test_sidecars_and_rules_without_a_part() -> None:
    rule = """
---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: other, namespace: default}
spec: {hosts: [reviews], http: [{directResponse: {status: 201}}]}
"""
    nobody = sidecar("nobody", "{workloadSelector: {labels: {app: nobody}}, egress: [{hosts: ['*/*']}]}")
    found = ask(
        scenario(MESH + rule + sidecar("lean", "egress: [{hosts: ['~/*']}]") + nobody),
        "http://reviews:9080/",
        everything=True,
    )
    reasons = {f"{each.kind} {each.name}": each.reason for each in found.unused or ()}
    assert reasons == {
        "Sidecar default/nobody": "Sidecar default/lean is in force for sleep",
        "VirtualService default/other": "Sidecar default/lean imports none of its hosts from namespace default",
    }
    alone = ask(scenario(MESH + nobody), "http://reviews:9080/", everything=True)
    assert [each.reason.partition(":")[0] for each in alone.unused or ()] == ["it is not for sleep"]


def test_a_sidecar_alone_in_its_file() -> None:
    """The services that it names are taken to exist, and those that it excludes."""
    hosts = "[./a.default.svc.cluster.local, '~./b.default.svc.cluster.local', '*/x.example.com', '*/*.com']"
    alone = scenario(sidecar("lean", f"egress: [{{port: {{number: 9080, protocol: HTTP}}, hosts: {hosts}}}]"))
    assert sorted(host for _, host in alone.snapshot.services) == [
        "a.default.svc.cluster.local",
        "b.default.svc.cluster.local",
    ]
    assert ask(alone, "http://a:9080/").verdict is Verdict.FORWARD
    assert ask(alone, "http://b:9080/").verdict is Verdict.PASSTHROUGH


def test_connections_that_lead_nowhere_by_order_of_the_sidecar() -> None:
    closed = ask(scenario(MESH + sidecar("lean", "outboundTrafficPolicy: {}")), "tcp://203.0.113.9:4321")
    assert "nothing is known to be there, and outboundTrafficPolicy is REGISTRY_ONLY" in closed.steps[-1].text
