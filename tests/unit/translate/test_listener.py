"""Listeners."""

from envoy.config.listener.v3.listener_pb2 import Listener as EnvoyListener

from lateen.ir.listener import Bind, Direction, Listener, ListenerFilter
from lateen.translate.listener import translate_listener


def translated(**options: object) -> EnvoyListener:
    values: dict[str, object] = {
        "name": "a",
        "binds": (Bind(address="0.0.0.0", port=80),),
        "direction": Direction.OUTBOUND,
        "chains": (),
    }
    return translate_listener(Listener(**{**values, **options}))  # type: ignore[arg-type]


def test_further_addresses_may_be_in_another_network_namespace() -> None:
    listener = translated(binds=(Bind(address="0.0.0.0", port=80), Bind(address="0.0.0.0", port=30080, netns="/n")))
    assert listener.address.socket_address.port_value == 80
    (other,) = listener.additional_addresses
    assert other.address.socket_address.network_namespace_filepath == "/n"


def test_sockets() -> None:
    assert not translated().HasField("bind_to_port")
    unbound = translated(bound=False)
    assert unbound.HasField("bind_to_port")
    assert not unbound.bind_to_port.value
    assert translated(use_original_dst=True).use_original_dst.value


def test_a_silent_client_is_passed_on_after_the_timeout() -> None:
    listener = translated(filters=(ListenerFilter.TLS_INSPECTOR,), inspection_timeout_ms=0)
    assert listener.continue_on_listener_filters_timeout
    assert listener.HasField("listener_filters_timeout")
    assert not translated(inspection_timeout_ms=5).HasField("listener_filters_timeout")


def test_a_listener_that_may_gain_a_socket_differs_in_its_socket_options() -> None:
    made = translated(fresh_socket=True)
    assert [each.int_value for each in made.socket_options] == [1]
    assert not translated().socket_options
