from hypothesis import given, settings
from hypothesis import strategies as st

from lateen.analysis.reading import read_resource
from lateen.api.codec import from_yaml
from lateen.api.pod import Pod
from lateen.api.service import Service
from lateen.api.virtual_service import VirtualService

HEAD = "apiVersion: {version}\nkind: {kind}\nmetadata: {{name: it, labels: {labels}}}\n{rest}\n"


def read(kind: str, rest: str, labels: str = "{}", version: str = "v1") -> object:
    return read_resource(from_yaml(HEAD.format(version=version, kind=kind, labels=labels, rest=rest)))


def test_required_fields_that_are_missing_are_empty() -> None:
    pod = read("Pod", "spec: {containers: [{image: a}, {name: b}]}")
    assert isinstance(pod, Pod)
    assert [each.name for each in pod.spec.containers] == ["", "b"]
    bare = read("Pod", "")
    assert isinstance(bare, Pod)
    assert bare.spec.containers == ()


def test_values_that_cannot_be_read_are_left_out() -> None:
    service = read("Service", "spec: {ports: [{port: 80, name: [http]}, {port: many}]}")
    assert isinstance(service, Service)
    assert [(port.port, port.name) for port in service.spec.ports] == [(80, ""), (0, "")]


def test_labels_that_are_no_texts_are_left_out() -> None:
    pod = read("Pod", "spec: {containers: []}", "{app: a, version: 1, on: true}")
    assert isinstance(pod, Pod)
    assert pod.metadata.labels == {"app": "a"}


def test_a_route_without_a_destination_keeps_its_neighbours() -> None:
    spec = "spec: {hosts: [a], http: [{route: [{weight: 5}, {destination: {host: b}}]}]}"
    rule = read("VirtualService", spec, version="networking.istio.io/v1")
    assert isinstance(rule, VirtualService)
    assert [each.destination.host for each in rule.spec.http[0].route] == ["", "b"]


def test_unknown_kinds_are_not_read() -> None:
    assert read("Widget", "") is None


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["hosts", "http", "match", "route", "destination", "..."]), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=150, deadline=None)
@given(ANY, ANY)
def test_no_document_is_an_exception(spec: object, metadata: object) -> None:
    body = {"apiVersion": "networking.istio.io/v1", "kind": "VirtualService", "metadata": metadata, "spec": spec}
    read_resource(body)
