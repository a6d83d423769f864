import pytest

from lateen.model.protocol import service_port_protocol
from lateen.model.service import Protocol


@pytest.mark.parametrize(
    ("number", "name", "transport", "app_protocol", "expected"),
    [
        (80, "http", "TCP", "", Protocol.HTTP),
        (80, "http-web", "TCP", "", Protocol.HTTP),
        (80, "HTTP2-x", "TCP", "", Protocol.HTTP2),
        (80, "grpc-web-x", "TCP", "", Protocol.GRPC_WEB),
        (80, "httpx", "TCP", "", Protocol.AUTO),
        (80, "", "TCP", "", Protocol.AUTO),
        (3306, "", "TCP", "", Protocol.TCP),
        (3306, "http", "TCP", "", Protocol.HTTP),
        (53, "dns", "UDP", "http", Protocol.UDP),
        (80, "tcp", "TCP", "http", Protocol.HTTP),
        (80, "http", "TCP", "kubernetes.io/h2c", Protocol.HTTP2),
        (443, "", "TCP", "kubernetes.io/wss", Protocol.HTTPS),
        (443, "http", "TCP", "example.com/own", Protocol.AUTO),
    ],
)
def test_app_protocol_decides_before_the_name_and_the_name_before_the_number(
    number: int, name: str, transport: str, app_protocol: str, expected: Protocol
) -> None:
    assert service_port_protocol(number, name, transport, app_protocol) is expected
