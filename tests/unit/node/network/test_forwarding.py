from lateen.api.endpoint_slice import Endpoint, EndpointConditions, EndpointPort, EndpointSlice
from lateen.api.meta import ObjectMeta
from lateen.api.service import Service, ServicePort, ServiceSpec
from lateen.node.network.forwarding import forwarding_for


def service(**spec: object) -> Service:
    ports = (ServicePort(name="http", port=80), ServicePort(name="dns", port=53, protocol="UDP"))
    fields = {"cluster_ip": "10.96.0.20", "ports": ports} | spec
    return Service(metadata=ObjectMeta(name="web", namespace="shop"), spec=ServiceSpec(**fields))  # type: ignore[arg-type]


def endpoint(ip: str, **conditions: bool) -> Endpoint:
    return Endpoint(addresses=(ip,), conditions=EndpointConditions(**conditions))


def endpoint_slice(*endpoints: Endpoint, namespace: str = "shop", address_type: str = "IPv4") -> EndpointSlice:
    return EndpointSlice(
        metadata=ObjectMeta(name="web-x", namespace=namespace, labels={"kubernetes.io/service-name": "web"}),
        address_type=address_type,
        endpoints=endpoints,
        ports=(EndpointPort(name="http", port=8080), EndpointPort(name="dns", port=5353, protocol="UDP")),
    )


def shown(services: list[Service], slices: list[EndpointSlice]) -> dict[str, list[str]]:
    return {
        f"{at.address}:{at.port}/{at.protocol}": [f"{ip}:{port}" for ip, port in backends.endpoints]
        for at, backends in forwarding_for(services, slices).items()
    }


def test_ports_lead_to_the_endpoints_port_of_that_name() -> None:
    slices = [endpoint_slice(endpoint("10.244.0.3")), endpoint_slice(endpoint("10.244.0.2", ready=True))]
    assert shown([service()], slices) == {
        "10.96.0.20:80/tcp": ["10.244.0.2:8080", "10.244.0.3:8080"],
        "10.96.0.20:53/udp": ["10.244.0.2:5353", "10.244.0.3:5353"],
    }


def test_leaving_endpoints_serve_only_while_no_other_is_ready() -> None:
    leaving = endpoint("10.244.0.2", ready=False, serving=True, terminating=True)
    assert shown([service()], [endpoint_slice(leaving)])["10.96.0.20:80/tcp"] == ["10.244.0.2:8080"]
    both = endpoint_slice(leaving, endpoint("10.244.0.3", ready=True))
    assert shown([service()], [both])["10.96.0.20:80/tcp"] == ["10.244.0.3:8080"]


def test_nothing_is_forwarded_without_an_address_or_a_usable_endpoint() -> None:
    ready = endpoint_slice(endpoint("10.244.0.2"))
    assert shown([service(cluster_ip="None")], [ready]) == {}
    assert shown([service(cluster_ip="")], [ready]) == {}
    assert shown([service(type="ExternalName")], [ready]) == {}
    assert shown([service()], []) == {}
    assert shown([service()], [endpoint_slice(endpoint("10.244.0.2", ready=False))]) == {}
    assert shown([service()], [endpoint_slice(endpoint("10.244.0.2"), namespace="other")]) == {}
    assert shown([service()], [endpoint_slice(endpoint("fd00::1"), address_type="IPv6")]) == {}


def test_client_ip_affinity_is_sticky() -> None:
    slices = [endpoint_slice(endpoint("10.244.0.2"))]
    sticky = forwarding_for([service(session_affinity="ClientIP")], slices)
    assert all(backends.sticky for backends in sticky.values())
    assert not any(backends.sticky for backends in forwarding_for([service()], slices).values())
