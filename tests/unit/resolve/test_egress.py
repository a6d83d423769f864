import msgspec
import pytest

from lateen.api.codec import from_yaml
from lateen.api.sidecar import IstioEgressListener
from lateen.model.service import Protocol
from lateen.resolve.egress import EVERYWHERE, place_of


def listener(text: str) -> IstioEgressListener:
    return msgspec.convert({**from_yaml(text), "hosts": ["*/*"]}, IstioEgressListener)


@pytest.mark.parametrize(
    ("text", "address", "bound", "only_port"),
    [
        ("{port: {number: 80, protocol: HTTP}}", "", False, 80),
        ("{port: {number: 80, protocol: HTTP}, bind: 1.2.3.4}", "1.2.3.4", False, 80),
        ("{port: {number: 80, protocol: HTTP}, captureMode: NONE}", "127.0.0.1", True, 80),
        ("{port: {number: 80, protocol: HTTP}, captureMode: NONE, bind: 127.0.0.9}", "127.0.0.9", True, 80),
        ("{port: {number: 0, protocol: HTTP}, bind: 'unix:///a'}", "unix:///a", True, None),
        ("{port: {number: 3128, protocol: http_proxy}, bind: 127.0.0.1}", "127.0.0.1", False, None),
        ("{captureMode: NONE}", "127.0.0.1", True, None),
    ],
)
def test_where_a_listener_listens(text: str, address: str, bound: bool, only_port: int | None) -> None:
    place = place_of(listener(text))
    assert (place.address, place.bound, place.only_port) == (address, bound, only_port)


def test_a_listener_without_a_port_takes_each_service_at_its_own() -> None:
    assert place_of(listener("{}")) == EVERYWHERE
    assert not EVERYWHERE.takes_any_port


def test_http_proxies_speak_http() -> None:
    place = place_of(listener("{port: {number: 3128, protocol: HTTP_PROXY}}"))
    assert place.takes_any_port
    assert place.port
    assert place.port.protocol is Protocol.HTTP
