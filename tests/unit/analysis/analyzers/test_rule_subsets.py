import pytest
from tests.unit.analysis.found import core, found, pod, rule, service

NAME = "destinationrule.SubsetSelectPodAnalyzer"
SERVICE = service("a", "80:http", selector="{app: a}")
REGION = "topology.kubernetes.io/region"
RULE = "DestinationRule default/it"


def subset(labels: str, host: str = "a") -> str:
    return rule("DestinationRule", "it", f"{{host: {host}, subsets: [{{name: s, labels: {labels}}}]}}")


def node(labels: str) -> str:
    return core("Node", "n", meta=f"labels: {labels}")


def template(labels: str) -> str:
    spec = f"spec: {{template: {{metadata: {{labels: {labels}}}, spec: {{containers: []}}}}}}"
    return core("Deployment", "a", spec)


ENTRY = rule(
    "ServiceEntry",
    "e",
    "{hosts: [x.com], ports: [{number: 80, name: http}], endpoints: [{address: 1.1.1.1, labels: {v: '1'}}]}",
)


@pytest.mark.parametrize(
    "documents",
    [
        [SERVICE, pod("p", "{app: a, v: '1'}"), subset("{v: '1'}")],
        [SERVICE, template("{app: a, v: '1'}"), subset("{v: '1'}")],
        [SERVICE, template("{app: a}"), subset(f"{{{REGION}: west}}")],
        [
            SERVICE,
            pod("p", "{app: a}", "nodeName: n, containers: []"),
            node(f"{{{REGION}: west}}"),
            subset(f"{{{REGION}: west}}"),
        ],
        [ENTRY, subset("{v: '1'}", "x.com")],
    ],
)
def test_subsets_that_select_something(documents: list[str]) -> None:
    assert found(NAME, *documents) == []


@pytest.mark.parametrize(
    "documents",
    [
        [SERVICE, subset("{v: '1'}")],
        [SERVICE, pod("p", "{app: b, v: '1'}"), subset("{v: '1'}")],
        [SERVICE, pod("b/p", "{app: a, v: '1'}"), subset("{v: '1'}")],
        [
            SERVICE,
            pod("p", "{app: a}", "nodeName: n, containers: []"),
            node(f"{{{REGION}: east}}"),
            subset(f"{{{REGION}: west}}"),
        ],
        [SERVICE, template("{app: a}"), node(f"{{{REGION}: east}}"), subset(f"{{{REGION}: west}}")],
        [ENTRY, subset("{v: '2'}", "x.com")],
    ],
)
def test_subsets_that_select_nothing(documents: list[str]) -> None:
    assert found(NAME, *documents) == [("IST0173", RULE, "spec.subsets[0].labels")]


def test_an_unknown_host() -> None:
    assert found(NAME, subset("{v: '1'}")) == [("IST0174", RULE, "spec.host")]
