"""Bad inputs as operators write them, and the whole line each one is answered with."""

import pytest
from tests.unit.validation.found import problems_in

from lateen.api.problem import Severity
from lateen.validation.validate import validate

VS = "apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: {name: reviews, namespace: shop}\nspec:\n"
ROUTE = VS + "  hosts: [reviews]\n  http:\n  - route:\n    - destination: {host: reviews}\n"
RULE = "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: reviews}\nspec:\n  host: reviews\n"
SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n"

LINES = [
    (
        "kind: [Pod\n",
        "f.yaml:2: this is not YAML: did not find expected ',' or ']': a quote, bracket, brace or comma is missing",
    ),
    (
        "apiVersion: v1\nkind: Servce\nmetadata: {name: a}\n",
        'f.yaml:2: Servce a: kind: the kind "Servce" of "v1" is not known here: did you mean Service?',
    ),
    (
        "apiVersion: networking.istio.io/v2\nkind: Gateway\nmetadata: {name: a}\n",
        'f.yaml:1: Gateway a: apiVersion: there is no Gateway in "networking.istio.io/v2": '
        "write networking.istio.io/v1 or networking.istio.io/v1beta1 or networking.istio.io/v1alpha3",
    ),
    (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {name: a}\n",
        "f.yaml:2: Gateway a: kind: this version of Lateen does not have the kind Gateway "
        "(gateway.networking.k8s.io/v1): the document has no effect",
    ),
    ("kind: Pod\nmetadata: {name: a}\n", 'f.yaml:1: Pod a: apiVersion: is required: add "apiVersion: v1"'),
    (
        ROUTE + "      wieght: 50\n",
        'f.yaml:9: VirtualService shop/reviews: spec.http[0].route[0].wieght: unknown field: did you mean "weight"?',
    ),
    (
        ROUTE + "      weight: fifty\n",
        "f.yaml:9: VirtualService shop/reviews: spec.http[0].route[0].weight: "
        'must be a whole number, not "fifty": write a number',
    ),
    (
        ROUTE + "      weight: '50'\n",
        "f.yaml:9: VirtualService shop/reviews: spec.http[0].route[0].weight: "
        'must be a whole number, not "50": remove the quotes: 50',
    ),
    (
        ROUTE + "      weight: -1\n",
        "f.yaml:9: VirtualService shop/reviews: spec.http[0].route[0].weight: -1 is below zero: write 0 or more",
    ),
    (
        SERVICE + "  ports:\n  - port: 99999\n",
        "f.yaml:6: Service web: spec.ports[0].port: 99999 is not a port: ports are numbers from 1 to 65535",
    ),
    (
        "x: " + "y" * 5_000_000,
        "f.yaml:1: the document has 4.8 MiB; 3 MiB is the most: split it, or keep large data elsewhere",
    ),
    (
        ROUTE + "  hosts: [other]\n",
        'f.yaml:9: VirtualService shop/reviews: the key "hosts" is there twice, first in line 5: keep one of them',
    ),
    (
        ROUTE + "    timeout: 10\n",
        "f.yaml:9: VirtualService shop/reviews: spec.http[0].timeout: must be a text, not 10: "
        'write a number and a unit: "10s", "1.5s", "300ms", "1h2m"',
    ),
    (
        ROUTE + "    timeout: 10 seconds\n",
        'f.yaml:9: VirtualService shop/reviews: spec.http[0].timeout: "10 seconds" is not a duration: '
        'write a number and a unit: "10s", "1.5s", "300ms", "1h2m"',
    ),
    (
        ROUTE + "    timeout: 0s\n",
        'f.yaml:9: VirtualService shop/reviews: spec.http[0].timeout: "0s" is less than the least duration, 1ms: '
        "remove the field to set none",
    ),
    (
        VS + "  hosts: reviews\n  http: [{route: [{destination: {host: reviews}}]}]\n",
        'f.yaml:5: VirtualService shop/reviews: spec.hosts: must be a list, not "reviews": write ["reviews"]',
    ),
    (
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: a\n  labels:\n    istio-injection: on\n",
        "f.yaml:6: Namespace a: metadata.labels.istio-injection: must be a text, not true: "
        "put the text in quotes: YAML reads yes, no, on, off, y and n as true or false",
    ),
    (
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {v: 1}}\n",
        "f.yaml:3: Namespace a: metadata.labels.v: must be a text, not 1: "
        'put it in quotes, so that it stays a text: "1"',
    ),
    (
        "apiVersion: v1\nkind: Namespace\nmetadata: {labels: {}}\n",
        "f.yaml:3: Namespace: metadata.name: is required: give the Namespace a name",
    ),
    (
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: My_Space}\n",
        'f.yaml:3: Namespace My_Space: metadata.name: "My_Space" is no Namespace\'s name: '
        "use lower-case letters, digits and -, and start and end with a letter or digit; 63 at most",
    ),
    (
        RULE + "  trafficPolicy: {loadBalancer: {simple: ROUNDROBIN}}\n",
        "f.yaml:6: DestinationRule reviews: spec.trafficPolicy.loadBalancer.simple: must be one of LEAST_CONN, "
        'LEAST_REQUEST, PASSTHROUGH, RANDOM, ROUND_ROBIN, UNSPECIFIED, not "ROUNDROBIN": did you mean ROUND_ROBIN?',
    ),
    (
        RULE + "  subsets:\n  - name: v1\n    labels: [version]\n",
        "f.yaml:8: DestinationRule reviews: spec.subsets[0].labels: must be a map, not a list: "
        "write a map, without a dash",
    ),
    (
        SERVICE + "  ports:\n  - port: 80\n  - port: 81\n    name: b\n",
        "f.yaml:6: Service web: spec.ports[0].name: is required: "
        "name every port when there are several, like http or tcp-db",
    ),
]


@pytest.mark.parametrize(("text", "line"), LINES, ids=[line[:60] for _, line in LINES])
def test_each_mistake_is_answered_with_what_to_do(text: str, line: str) -> None:
    assert [str(problem) for problem in problems_in(text)] == [line]


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    text = ROUTE + "      weight: fifty\n    - destination: {host: 'no host'}\n      wait: 1\n    timeout: soon\n"
    assert [(problem.path, problem.origin.line) for problem in problems_in(text)] == [
        ("spec.http[0].route[0].weight", 9),
        ("spec.http[0].route[1].destination.host", 10),
        ("spec.http[0].route[1].wait", 11),
        ("spec.http[0].timeout", 12),
    ]


def test_a_value_of_the_wrong_type_brings_no_follow_up_problems() -> None:
    text = VS + "  hosts: [reviews, 5]\n  http:\n  - route: none\n"
    assert [problem.path for problem in problems_in(text)] == ["spec.hosts[1]", "spec.http[0].route"]


def test_nulls_count_as_absent() -> None:
    text = (
        ROUTE.replace("namespace: shop", "creationTimestamp: null, labels: null") + "    timeout: null\nstatus: null\n"
    )
    assert problems_in(text) == []


def test_unknown_fields_are_warnings_when_not_strict() -> None:
    body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}, "extra": 1}
    assert [problem.severity for problem in validate(body)] == [Severity.ERROR]
    assert [problem.severity for problem in validate(body, strict=False)] == [Severity.WARNING]


def test_without_a_document_there_is_no_line() -> None:
    problems = validate({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "A"}})
    assert str(problems[0]).startswith("Namespace A: metadata.name: ")


@pytest.mark.parametrize("data", ["{password: 12345}", "{password: [hunter2]}", "{password: '&&hunter2'}"])
def test_a_secrets_values_are_in_no_message(data: str) -> None:
    for field in ("data", "stringData"):
        text = f"apiVersion: v1\nkind: Secret\nmetadata: {{name: s}}\n{field}: {data}\n"
        assert not any("hunter2" in str(problem) or "12345" in str(problem) for problem in problems_in(text))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"apiVersion": 1, "kind": []},
        {"apiVersion": "v1", "kind": "Pod", "metadata": 5, "spec": []},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": 3, "labels": [1], "annotations": "x"}},
        {
            "apiVersion": "networking.istio.io/v1",
            "kind": "VirtualService",
            "spec": {"http": [None, 1, {"match": [[]]}]},
        },
    ],
)
def test_whatever_comes_over_the_api_is_answered(body: dict[str, object]) -> None:
    assert validate(body)
