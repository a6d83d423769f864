"""Some fifty documents that refer to one another, each in two or three versions, for tests of what order may do."""

from collections.abc import Mapping

import msgspec
from tests.support.certificates import certificate, tls_secret

from lateen.api.codec import from_yaml
from lateen.api.meta import JsonObject

NETWORKING = "networking.istio.io/v1"
LEGACY = "config.istio.io/v1alpha2"

Versions = tuple[JsonObject, ...]


def _document(kind: str, name: str, spec: str, api_version: str = NETWORKING) -> JsonObject:
    """`name` may be `namespace/name`; `spec` is YAML."""
    namespace, _, short = name.rpartition("/")
    metadata = {"name": short, "namespace": namespace or "default"}
    return {"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": from_yaml(spec)}


def _versions(kind: str, name: str, *specs: str, api_version: str = NETWORKING) -> tuple[str, Versions]:
    return f"{kind} {name}", tuple(_document(kind, name, spec, api_version) for spec in specs)


def _service(name: str, *ports: str, address: str, namespace: str = "default") -> tuple[str, Versions]:
    """One version for each list of ports."""
    head = f"clusterIP: {address}, selector: {{app: {name}}}"
    specs = (f"{{{head}, ports: [{each}]}}" for each in ports)
    return _versions("Service", f"{namespace}/{name}", *specs, api_version="v1")


def _slice(name: str, namespace: str, *versions: str) -> tuple[str, Versions]:
    """One version for each list of pods: `name@address`."""
    bodies = []
    for listed in versions:
        endpoints = [
            {"addresses": [ip], "conditions": {"ready": True}, "targetRef": {"kind": "Pod", "name": pod}}
            for pod, _, ip in (each.partition("@") for each in listed.split())
        ]
        body = _document("EndpointSlice", f"{namespace}/{name}", "{}", "discovery.k8s.io/v1")
        body["metadata"]["labels"] = {"kubernetes.io/service-name": name}
        port = {"name": "tcp" if name == "mysql" else "http", "port": 9080, "protocol": "TCP"}
        bodies.append({**body, "addressType": "IPv4", "endpoints": endpoints, "ports": [port]})
        del bodies[-1]["spec"]
    return f"EndpointSlice {namespace}/{name}", tuple(bodies)


def _pod(name: str, app: str, ip: str, *versions: str, namespace: str = "default") -> tuple[str, Versions]:
    bodies = []
    for version in versions:
        containers = "[{name: app, image: a, ports: [{containerPort: 9080}]}, {name: istio-proxy, image: proxyv2}]"
        body = _document("Pod", f"{namespace}/{name}", f"{{nodeName: node-a, containers: {containers}}}", "v1")
        body["metadata"]["labels"] = {"app": app, "version": version}
        bodies.append({**body, "status": {"podIP": ip, "conditions": [{"type": "Ready", "status": "True"}]}})
    return f"Pod {namespace}/{name}", tuple(bodies)


def _ingress(name: str, *paths: tuple[str, str], class_name: str = "istio") -> tuple[str, Versions]:
    """One version for each path with its service."""
    rules = (
        f"[{{host: shop.example.com, http: {{paths: [{{path: {path}, pathType: Prefix, "
        f"backend: {{service: {{name: {service}, port: {{number: 9080}}}}}}}}]}}}}]"
        for path, service in paths
    )
    specs = (f"{{ingressClassName: {class_name}, rules: {each}}}" for each in rules)
    return _versions("Ingress", name, *specs, api_version="networking.k8s.io/v1")


def _ingress_class(controller: str) -> JsonObject:
    body = _document("IngressClass", "mine", f"{{controller: {controller}}}", "networking.k8s.io/v1")
    return {**body, "metadata": {"name": "mine"}}


def _secret(name: str) -> tuple[str, Versions]:
    texts = (tls_secret(name, certificate("shop.example.com")) for _ in range(2))
    return f"Secret {name}", tuple(from_yaml(text.strip().removeprefix("---")) for text in texts)


def _settings(*versions: str) -> tuple[str, Versions]:
    body = _document("ConfigMap", "istio-system/istio", "{}", "v1")
    del body["spec"]
    return "ConfigMap istio", tuple({**body, "data": {"mesh": text}} for text in versions)


WEB = "{port: 80, name: http}"
HTTP, TCP = "{port: 9080, name: http}", "{port: 3306, targetPort: 9080, name: tcp}"
MORE = f"{HTTP}, {{port: 9081, targetPort: 9080, name: http-more}}"
V1, V2, V3 = (f"{{name: v{number}, labels: {{version: v{number}}}}}" for number in (1, 2, 3))


def _split(*targets: str) -> str:
    """`host/subset@weight …` as a route."""
    routes = []
    for target in targets:
        where, _, weight = target.partition("@")
        host, _, subset = where.partition("/")
        more = f", subset: {subset}" if subset else ""
        routes.append(f"{{destination: {{host: {host}{more}}}, weight: {weight or 100}}}")
    return f"[{', '.join(routes)}]"


def _http(hosts: str, *routes: str, more: str = "") -> str:
    listed = ", ".join(f"{{{route}}}" for route in routes)
    return f"{{hosts: [{hosts}], http: [{listed}]{more}}}"


_DOCUMENTS = (
    _service("reviews", HTTP, MORE, TCP, address="10.96.0.1"),
    _service("ratings", HTTP, MORE, address="10.96.0.2"),
    _service("details", HTTP, HTTP.replace("9080", "80"), address="10.96.0.3"),
    _service("mysql", TCP, TCP.replace("3306", "3307"), address="10.96.0.4"),
    _service("cart", HTTP, TCP, address="None"),
    _service("reviews", HTTP, MORE, address="10.96.0.6", namespace="other"),
    _service("gw", f"{WEB}, {{port: 443, name: https}}, {{port: 15443, name: tls}}", WEB,
             address="10.96.0.7", namespace="istio-system"),
    _slice("reviews", "default", "r1@10.0.0.1 r2@10.0.0.2", "r1@10.0.0.1", ""),
    _slice("ratings", "default", "a1@10.0.0.3", ""),
    _slice("details", "default", "d1@10.0.0.4", "r1@10.0.0.1"),
    _slice("mysql", "default", "m1@10.0.0.5", ""),
    _slice("cart", "default", "d1@10.0.0.4 m1@10.0.0.5", "d1@10.0.0.4"),
    _slice("reviews", "other", "o1@10.0.1.1", ""),
    _pod("r1", "reviews", "10.0.0.1", "v1", "v3"),
    _pod("r2", "reviews", "10.0.0.2", "v2", "v1"),
    _pod("a1", "ratings", "10.0.0.3", "v1", "v2"),
    _pod("d1", "details", "10.0.0.4", "v1", "v2"),
    _pod("m1", "mysql", "10.0.0.5", "v1"),
    _pod("o1", "reviews", "10.0.1.1", "v1", "v2", namespace="other"),
    _secret("shop"),
    _secret("spare"),
    _settings("inboundHttp: true", "outboundTrafficPolicy: {mode: REGISTRY_ONLY}"),
    _versions("ServiceEntry", "pay", *(
        f"{{hosts: [pay.example.com], resolution: {resolution}, "
        f"ports: [{{number: 80, name: http, protocol: HTTP}}]{more}}}"
        for resolution, more in (("DNS", ""), ("STATIC", ", endpoints: [{address: 10.9.9.9}]"), ("NONE", ""))
    )),
    _versions("ServiceEntry", "wide", *(
        f"{{hosts: ['*.example.com'], resolution: NONE, ports: [{{number: {port}, name: tls, protocol: TLS}}]}}"
        for port in (443, 8443)
    )),
    _versions("ServiceEntry", "bytes", *(
        f"{{hosts: [db.example.com], addresses: [{address}], resolution: STATIC, endpoints: [{{address: 10.9.9.8}}], "
        "ports: [{number: 3306, name: tcp, protocol: TCP}]}"
        for address in ("10.50.0.1", "10.50.0.2")
    )),
    _versions("ServiceEntry", "picked", *(
        f"{{hosts: [picked.example.com], resolution: STATIC, workloadSelector: {{labels: {{version: {version}}}}}, "
        "ports: [{number: 9080, name: http, protocol: HTTP}]}"
        for version in ("v1", "v2")
    )),
    _versions("Gateway", "web", *(
        "{selector: {istio: ingressgateway}, servers: [{port: {number: 80, name: http, protocol: HTTP}, "
        f"hosts: [{hosts}]{more}}}]}}"
        for hosts, more in (("'*'", ""), ("shop.example.com", ""), ("'*'", ", tls: {httpsRedirect: true}"))
    )),
    _versions("Gateway", "secure", *(
        "{selector: {istio: ingressgateway}, servers: [{port: {number: 443, name: https, protocol: HTTPS}, "
        f"hosts: [shop.example.com], tls: {{mode: SIMPLE, credentialName: {name}}}}}]}}"
        for name in ("shop", "spare", "lost")
    )),
    _versions("Gateway", "through", *(
        "{selector: {istio: ingressgateway}, servers: [{port: {number: 15443, name: tls, protocol: TLS}, "
        f"hosts: [{hosts}], tls: {{mode: PASSTHROUGH}}}}]}}"
        for hosts in ("'*.example.com'", "db.example.com")
    )),
    _versions(
        "Sidecar",
        "default",
        "{egress: [{hosts: ['./*']}]}",
        "{egress: [{port: {number: 9080, protocol: HTTP}, hosts: ['./reviews.default.svc.cluster.local']}]}",
        "{workloadSelector: {labels: {app: details}}, outboundTrafficPolicy: {}, egress: [{hosts: ['~/*']}]}",
    ),
    _versions("Sidecar", "other/default", "{egress: [{hosts: ['./*', 'default/ratings.default.svc.cluster.local']}]}",
              "{outboundTrafficPolicy: {mode: ALLOW_ANY}}"),
    _versions("VirtualService", "reviews", *(
        _http("reviews", f"route: {_split(*targets)}")
        for targets in (("reviews/v1@90", "reviews/v2@10"), ("reviews/v3",), ("ratings/v1", "reviews@3"))
    )),
    _versions("VirtualService", "ratings", *(
        _http("ratings", f"route: {_split('ratings/v1')}, mirror: {{host: {mirror}}}, mirrorPercentage: {{value: 50}}")
        for mirror in ("reviews, subset: v2", "details, subset: v1", "nobody")
    )),
    _versions("VirtualService", "details", *(
        _http("details", f"match: [{{{match}}}], route: {_split('details/v2')}", f"route: {_split(last)}")
        for match, last in (("uri: {prefix: /a}", "details"), ("sourceLabels: {version: v2}", "details/v1"))
    )),
    _versions("VirtualService", "root", *(
        _http("cart", f"match: [{{uri: {{prefix: /a}}}}], delegate: {{name: {leaf}}}", f"route: {_split('cart')}")
        for leaf in ("leaf", "other-leaf")
    )),
    _versions("VirtualService", "leaf", *(
        f"{{http: [{{route: {_split(target)}}}]}}" for target in ("details/v1", "reviews/v2")
    )),
    _versions("VirtualService", "at-gateway", *(
        _http("shop.example.com", f"route: {_split(target)}", more=f", gateways: [{gateways}]")
        for target, gateways in (("reviews/v1", "web"), ("reviews/v2", "web, secure"), ("ratings", "secure, mesh"))
    )),
    _versions("VirtualService", "mysql", *(
        f"{{hosts: [mysql], tcp: [{{route: {_split(*targets)}}}]}}"
        for targets in (("mysql/v1@50", "mysql@50"), ("reviews/v1",), ("db.example.com",))
    )),
    _versions("VirtualService", "by-name", *(
        "{hosts: ['*.example.com'], gateways: [mesh, through], tls: [{match: [{sniHosts: [" + host + "], port: " + port
        + f"}}], route: {_split(target)}}}]}}"
        for host, port, target in (("a.example.com", "443", "mysql/v1"), ("b.example.com", "15443", "mysql"))
    )),
    _versions("VirtualService", "other/reviews", *(
        _http("reviews.default.svc.cluster.local", f"route: {_split(target)}", more=", exportTo: ['.']")
        for target in ("reviews", "reviews.default.svc.cluster.local/v1")
    )),
    _versions("VirtualService", "any", *(
        _http("'*.default.svc.cluster.local'", f"route: {_split(target)}, timeout: 3s")
        for target in ("ratings/v2", "cart")
    )),
    _versions("DestinationRule", "reviews", *(
        f"{{host: reviews, subsets: [{subsets}]}}" for subsets in (f"{V1}, {V2}", f"{V2}, {V3}", V1)
    )),
    _versions("DestinationRule", "reviews-too", *(
        f"{{host: reviews.default.svc.cluster.local, subsets: [{subsets}]}}" for subsets in (V3, f"{V1}, {V3}")
    )),
    _versions("DestinationRule", "ratings", *(
        f"{{host: ratings, trafficPolicy: {{{policy}}}, subsets: [{subsets}]}}"
        for policy, subsets in (
            ("outlierDetection: {}, loadBalancer: {localityLbSetting: {failoverPriority: [version]}}", f"{V1}, {V2}"),
            ("tls: {mode: SIMPLE}", V1),
        )
    )),
    _versions("DestinationRule", "pay", *(
        f"{{host: pay.example.com, trafficPolicy: {{tls: {{mode: {mode}, credentialName: {name}}}}}}}"
        for mode, name in (("MUTUAL", "shop"), ("SIMPLE", "spare"), ("MUTUAL", "lost"))
    )),
    _versions("DestinationRule", "details", *(
        f"{{host: details, subsets: [{subsets}]{more}}}"
        for subsets, more in ((f"{V1}, {V2}", ""), (V1, ", workloadSelector: {matchLabels: {version: v1}}"))
    )),
    _versions("DestinationRule", "mysql", f"{{host: mysql, subsets: [{V1}]}}", f"{{host: mysql, subsets: [{V2}]}}"),
    _versions("DestinationRule", "any", *(
        f"{{host: '*.local', {what}}}"
        for what in ("trafficPolicy: {loadBalancer: {consistentHash: {httpHeaderName: user}}}", f"subsets: [{V2}]")
    )),
    _versions("DestinationRule", "other/reviews", *(
        f"{{host: reviews.default.svc.cluster.local, subsets: [{subsets}], exportTo: ['.']}}" for subsets in (V1, V2)
    )),
    _versions("RouteRule", "cart", *(
        f"{{destination: {{name: cart}}, precedence: 2, route: [{{labels: {{version: {version}}}}}]}}"
        for version in ("v1", "v2")
    ), api_version=LEGACY),
    _versions("EgressRule", "out", *(
        f"{{destination: {{service: '{host}'}}, ports: [{{port: 80, protocol: http}}]}}"
        for host in ("*.old.example.com", "old.example.com")
    ), api_version=LEGACY),
    _ingress("shop", ("/", "reviews"), ("/a", "ratings")),
    _ingress("other/shop", ("/", "reviews"), ("/a/b", "reviews")),
    _ingress("mine", ("/m", "details"), ("/", "details"), class_name="mine"),
    ("IngressClass mine", tuple(map(_ingress_class, ("istio.io/ingress-controller", "example.com/other")))),
)  # fmt: skip

POOL: Mapping[str, Versions] = dict(_DOCUMENTS)
"""The versions of each document, by a word for it."""


def version_of(name: str, number: int) -> JsonObject:
    """A copy of one version, to be written to a store."""
    copied: JsonObject = msgspec.json.decode(msgspec.json.encode(POOL[name][number]))
    return copied
