import json
from typing import Any

from envoy.service.discovery.v3 import discovery_pb2
from starlette.applications import Starlette
from tests.support.xds_link import Link

from lateen.admin.app import Admin
from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.ir.cluster import Cluster, ClusterKind
from lateen.ir.config import Layer, ProxyConfig
from lateen.ir.secret import Secret
from lateen.lib.clock import FakeClock
from lateen.model.workload import Proxy
from lateen.resolve.mesh import MeshResolver
from lateen.store.memory import MemoryStore
from lateen.translate.names import CLUSTER_TYPE, SECRET_TYPE
from lateen.xds.fleet import Fleet
from lateen.xds.push import Pusher


class OneCluster:
    """Tells every proxy of one cluster."""

    def __init__(self, name: str) -> None:
        self.layer = Layer("all", clusters={name: Cluster(name=name, kind=ClusterKind.STATIC)})

    def config_for(self, _: Proxy) -> ProxyConfig:
        return ProxyConfig((self.layer,))


class World:
    def __init__(self) -> None:
        clock = FakeClock()
        self.source = OneCluster("here")
        self.fleet = Fleet(self.source, clock)
        pusher = Pusher(MemoryStore(clock), MeshResolver(), self.fleet, clock)
        self.pusher = pusher
        self.app = Starlette(routes=Admin(self.fleet, pusher).routes())

    async def get(self, path: str) -> tuple[int, Any]:
        """Status and body; JSON decoded."""
        path, _, query = path.partition("?")
        sent: list[dict[str, Any]] = []

        async def send(message: Any) -> None:
            sent.append(message)

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        scope = {"type": "http", "method": "GET", "path": path, "query_string": query.encode(), "headers": []}
        await self.app(scope, receive, send)
        body = b"".join(message.get("body", b"") for message in sent).decode()
        return sent[0]["status"], json.loads(body) if body[:1] in "[{" else body


async def test_proxies_and_what_they_were_sent() -> None:
    world = World()
    world.fleet.publish(3)
    link = Link(world.fleet, "reviews", "shop")
    await link.pump()
    status, [entry] = await world.get("/debug/syncz")
    assert status == 200
    assert (entry["proxy"], entry["proxyType"], entry["version"]) == ("reviews.shop", "sidecar", "1.0")
    assert {name: each["status"] for name, each in entry["types"].items()} == {
        "CDS": "SYNCED", "EDS": "NOT SENT", "LDS": "SYNCED", "RDS": "NOT SENT",
    }  # fmt: skip
    _, dump = await world.get("/debug/config_dump?proxyID=reviews.shop")
    [clusters] = [each for each in dump["configs"] if each["type"] == "CDS"]
    assert clusters["typeUrl"] == CLUSTER_TYPE
    assert clusters["resources"][0]["resource"]["name"] == "here"
    assert (await world.get("/debug/config_dump?proxyID=reviews"))[0] == 200
    status, text = await world.get("/debug/config_dump?proxyID=nobody")
    assert status == 404
    assert "proxy-status" in text


async def test_a_refusal_shows_with_its_message() -> None:
    world = World()
    world.fleet.publish(3)
    link = Link(world.fleet, "reviews", "shop", refuses=lambda *_: True)
    await link.pump()
    _, [entry] = await world.get("/debug/syncz")
    assert entry["types"]["CDS"]["status"] == "ERROR"
    assert "here: no good" in entry["types"]["CDS"]["message"]
    assert entry["types"]["CDS"]["resources"] == ["here"]


async def test_how_far_a_revision_has_come() -> None:
    world = World()
    link = Link(world.fleet, "reviews", "shop")
    world.fleet.publish(3)
    await link.pump()
    world.source.layer = OneCluster("there").layer
    world.fleet.publish(4)
    _, answer = await world.get("/distribution?revision=4")
    assert (answer["proxies"], answer["acked"], answer["complete"], answer["waiting"]) == (
        1,
        0,
        False,
        ["reviews.shop"],
    )
    await link.pump()
    _, answer = await world.get("/distribution?revision=4&wait=5")
    assert (answer["proxies"], answer["acked"], answer["nacked"], answer["complete"]) == (1, 1, [], True)
    assert (await world.get("/distribution?revision=four"))[0] == 400
    assert (await world.get("/distribution?wait=nan"))[0] == 400


async def test_metrics_and_health() -> None:
    world = World()
    assert (await world.get("/livez"))[0] == 200
    assert (await world.get("/readyz"))[0] == 503
    world.pusher.flush()
    world.pusher.ready.set()
    assert (await world.get("/readyz"))[0] == 200
    link = Link(world.fleet, "reviews", "shop")
    world.fleet.publish(1)
    await link.pump()
    _, text = await world.get("/metrics")
    assert 'pilot_xds{version="1.0"} 1.0' in text
    assert 'pilot_xds_pushes_total{type="cds"} 1.0' in text


async def test_a_dump_shows_certificates_without_their_keys() -> None:
    world = World()
    secret = Secret(name="kubernetes://a", certificate=b"chain", private_key=b"the-key")
    world.source.layer = Layer("all", secrets={secret.name: secret})
    world.fleet.publish(3)
    link = Link(world.fleet, "gateway", "shop")
    await link.pump()
    request = discovery_pb2.DeltaDiscoveryRequest(type_url=SECRET_TYPE, resource_names_subscribe=[secret.name])
    link.client.subscribed[SECRET_TYPE].add(secret.name)
    link.client.outbox.append(request)
    await link.pump()
    assert link.client.held(SECRET_TYPE).keys() == {secret.name}
    _, dump = await world.get("/debug/config_dump?proxyID=gateway.shop")
    [secrets] = [each for each in dump["configs"] if each["type"] == "SDS"]
    shown = secrets["resources"][0]["resource"]["tlsCertificate"]
    assert shown["privateKey"] == {"inlineString": "[redacted]"}
    assert shown["certificateChain"] == {"inlineBytes": "Y2hhaW4="}


async def test_problems_of_any_kind_are_told() -> None:
    world = World()
    pod = Problem(ResourceRef("Pod", "shop", "a"), "spec", "IST0103", Severity.WARNING, "no proxy")
    rule = Problem(ResourceRef("VirtualService", "shop", "a"), "spec", "IST0101", Severity.ERROR, "no host", "add it")
    world.fleet.board.replace("analysis", (rule, pod, Problem(None, "", "X", Severity.ERROR, "somewhere")))
    status, found = await world.get("/debug/problemz")
    assert status == 200
    assert [each["origin"] for each in found] == ["", "Pod shop/a", "VirtualService shop/a"]
    _, [one] = await world.get("/debug/problemz?kind=VirtualService&namespace=shop&name=a")
    assert (one["code"], one["level"], one["hint"]) == ("IST0101", "Error", "add it")
    assert await world.get("/debug/problemz?kind=Pod&name=b") == (200, [])
