"""What users get wrong: each answer says where, what and what to do; traffic notices nothing."""

from dataclasses import dataclass, field

import pytest
from tests.support.load import steady_load
from tests.support.real_mesh import RealMesh
from tests.support.until import until

pytestmark = pytest.mark.root

ROUTE_HEAD = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: bad}
spec:
  hosts: [ratings]
"""
GATEWAY_HEAD = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: bad}
spec:
"""
DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: bad}
spec:
  selector: {matchLabels: {app: a}}
  template:
    metadata: {labels: {app: b}}
    spec: {containers: [{name: c, image: busybox}]}
"""


@dataclass(frozen=True, slots=True)
class Bad:
    """A text that `apply` refuses as a whole, and what it must say."""

    title: str
    text: str
    says: tuple[str, ...] = field(default=())


def route(line: str) -> str:
    return f"{ROUTE_HEAD}  http:\n  - {line}\n"


REFUSED = (
    Bad("no YAML", "this: is: not: [yaml\n", ("<stdin>:1", "this is not YAML", "check the indentation")),
    Bad("no resource", "[1, 2]\n", ("<stdin>:1", "a resource is a map with apiVersion, kind and metadata")),
    Bad("nothing", "\n", ("no documents in -",)),
    Bad(
        "unknown kind",
        ROUTE_HEAD.replace("VirtualService", "VirtualServce"),
        ("<stdin>:2", "VirtualServce bad: kind", "did you mean VirtualService?"),
    ),
    Bad(
        "unknown version",
        ROUTE_HEAD.replace("io/v1", "io/v9"),
        ("<stdin>:1", "apiVersion", "write networking.istio.io/v1"),
    ),
    Bad(
        "unknown field",
        route("rote: [{destination: {host: ratings}}]"),
        ("<stdin>:7: VirtualService bad: spec.http[0].rote: unknown field", 'did you mean "route"?'),
    ),
    Bad(
        "weight fifty",
        route("route: [{destination: {host: ratings}, weight: fifty}]"),
        ("<stdin>:7: VirtualService bad: spec.http[0].route[0].weight: must be a whole number", "write a number"),
    ),
    Bad(
        "negative weight",
        route("route: [{destination: {host: ratings}, weight: -5}]"),
        ("VirtualService bad: spec.http[0].route[0].weight: -5 is below zero", "write 0 or more"),
    ),
    Bad(
        "bad duration",
        route("timeout: 10 seconds"),
        ("VirtualService bad: spec.http[0].timeout: ", "is not a duration", '"10s"'),
    ),
    Bad(
        "bad expression",
        route("match: [{uri: {regex: '(open'}}]"),
        ("VirtualService bad: spec.http[0].match[0].uri.regex", "a ( is not closed", "RE2"),
    ),
    Bad(
        "duplicate key",
        route("timeout: 1s\n    timeout: 2s"),
        ("<stdin>:8: VirtualService bad", 'the key "timeout" is there twice, first in line 7', "keep one of them"),
    ),
    Bad(
        "port 99999",
        f"{GATEWAY_HEAD}  servers: [{{port: {{number: 99999, name: http, protocol: HTTP}}, hosts: ['*']}}]\n",
        ("<stdin>:5: Gateway bad: spec.servers[0].port.number: 99999 is not a port", "numbers from 1 to 65535"),
    ),
    Bad(
        "unknown word",
        "apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: {name: bad}\n"
        "spec: {host: ratings, trafficPolicy: {loadBalancer: {simple: FASTEST}}}\n",
        ("DestinationRule bad: spec.trafficPolicy.loadBalancer.simple: must be one of", "LEAST_REQUEST"),
    ),
    Bad(
        "labels that the selector doesn't select",
        DEPLOYMENT,
        ("<stdin>:7: Deployment bad: spec.template.metadata.labels", "app=a", "write the same labels"),
    ),
    Bad(
        "5 MB document",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: big}\ndata: {x: '" + 5 * 2**20 * "a" + "'}\n",
        ("<stdin>:1", "the document has 5.0 MiB; 3 MiB is the most", "split it"),
    ),
    Bad(
        "a namespace that isn't there",
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: bad, namespace: nowhere}\n",
        ("<stdin>:1", 'namespaces "nowhere" not found', "apply a Namespace"),
    ),
    Bad(
        "one bad document of two",
        route("route: [{destination: {host: ratings}}]") + "---\n" + route("rote: []").replace("bad", "worse"),
        ("VirtualService worse: spec.http[0].rote", "nothing was applied: 2 errors"),
    ),
)
ACCEPTED = (
    Bad(
        "unknown subset",
        route("route: [{destination: {host: ratings, subset: nosuch}}]"),
        ("virtualservice.networking.istio.io/bad", "spec.http[0].route[0].destination.subset", "DestinationRule"),
    ),
    Bad(
        "unknown host",
        route("route: [{destination: {host: nosuch}}]"),
        ("virtualservice.networking.istio.io/bad", "spec.http[0].route[0].destination.host", "apply the service"),
    ),
    Bad(
        "unknown gateway",
        ROUTE_HEAD + "  gateways: [nosuch]\n  http: [{route: [{destination: {host: ratings}}]}]\n",
        ("virtualservice.networking.istio.io/bad", "spec.gateways[0]", "nosuch"),
    ),
    Bad(
        "two for one host",
        route("route: [{destination: {host: ratings}}]") + "---\n"
        + route("route: [{destination: {host: ratings}}]").replace("bad", "rival"),
        ("IST0109", "default/bad,default/rival", "merge the two into a single VirtualService"),
    ),
    Bad(
        "a gateway that selects nothing",
        f"{GATEWAY_HEAD}  selector: {{istio: nosuch}}\n"
        "  servers: [{port: {number: 80, name: http, protocol: HTTP}, hosts: ['*']}]\n",
        ("gateway.networking.istio.io/bad", "spec.selector", "istio=nosuch"),
    ),
)  # fmt: skip


def test_bad_inputs_get_helpful_answers_and_disturb_nobody(open_bookinfo: RealMesh) -> None:
    wrong = []
    held = stored(open_bookinfo)
    with steady_load(f"{open_bookinfo.url}/productpage", r"reviews-v\d-\w+-\w+", 50) as load:
        for bad in REFUSED:
            load.phase(bad.title)
            ran = open_bookinfo.attempt("apply", "-f", "-", stdin=bad.text)
            wrong += [f"{bad.title}: no {word!r} in: {ran.text}" for word in bad.says if word not in ran.text]
            wrong += [f"{bad.title}: exit status {ran.code}"] if ran.code != 1 else []
        assert stored(open_bookinfo) == held
        for bad in ACCEPTED:
            load.phase(bad.title)
            ran = open_bookinfo.attempt("apply", "-f", "-", stdin=bad.text)
            wrong += [f"{bad.title}: no {word!r} in: {ran.text}" for word in bad.says if word not in ran.text]
            open_bookinfo.run("delete", "-f", "-", stdin=bad.text)
        assert "\n".join(wrong) == ""
        load.phase("deleting what is needed")
        ran = open_bookinfo.attempt("delete", "namespace", "default")
        assert 'namespaces "default" is forbidden: this namespace may not be deleted' in ran.err
        assert stored(open_bookinfo) == held


def stored(mesh: RealMesh) -> set[str]:
    return set(mesh.run("get", "all,vs,dr,gw,cm,ns", "-A", "-o", "name").split())


def test_an_unknown_image_says_where_the_table_is(bookinfo: RealMesh) -> None:
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: stranger}\nspec: {containers: [{name: app, image: no/such:1}]}\n"
    bookinfo.apply(pod)
    described = until(
        lambda: text if "no local program" in (text := bookinfo.run("describe", "pod", "stranger")) else "", "the event"
    )
    assert 'no local program for image "no/such:1": it is not in the table that `lateen images` prints' in described
    assert bookinfo.run("get", "pod", "stranger").splitlines()[1].split()[2] in {"ErrImagePull", "ImagePullBackOff"}
    bookinfo.run("delete", "pod", "stranger")


def test_a_namespace_in_use_goes_with_all_that_is_in_it(open_bookinfo: RealMesh) -> None:
    """The rules of others that lead there say so."""
    text = (
        "apiVersion: v1\nkind: Namespace\nmetadata: {name: busy}\n---\n"
        "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: busy}\nspec: {ports: [{port: 80}]}\n---\n"
        "apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: busy}\n"
        "spec: {containers: [{name: c, image: curlimages/curl, command: [sleep, '1000']}]}\n---\n"
    )
    open_bookinfo.apply(text + route("route: [{destination: {host: web.busy.svc.cluster.local}}]"), "--wait")
    with steady_load(f"{open_bookinfo.url}/productpage", r"reviews-v\d-\w+-\w+", 50):
        open_bookinfo.run("delete", "namespace", "busy")
        ran = open_bookinfo.attempt("get", "pods", "-n", "busy")
        assert "No resources found in busy namespace" in ran.text
        until(lambda: "web.busy.svc.cluster.local" in open_bookinfo.run("describe", "vs", "bad").partition("Status")[2],
              "the rule that leads there says so")  # fmt: skip
