"""What holds for all that translate writes."""

import msgspec
from tests.support import sample_proxy as sample
from tests.support.validators import assert_valid

from lateen.ir.cluster import Cluster
from lateen.ir.endpoint import LoadAssignment
from lateen.ir.listener import Listener
from lateen.ir.route import RouteConfig
from lateen.ir.value import Value
from lateen.translate.cluster import translate_cluster
from lateen.translate.endpoint import translate_load_assignment
from lateen.translate.listener import translate_listener
from lateen.translate.resources import translate_proxy
from lateen.translate.route import translate_route_config
from lateen.translate.wire import pack, serialize, unpack


def test_the_sample_is_sound() -> None:
    assert_valid(translate_proxy(sample.CONFIG))


def test_equal_values_give_equal_bytes() -> None:
    def again(value: Value, kind: type[Value]) -> Value:
        return msgspec.json.decode(msgspec.json.encode(value), type=kind)

    for cluster in sample.CLUSTERS:
        copy = again(cluster, Cluster)
        assert isinstance(copy, Cluster)
        assert serialize(translate_cluster(copy)) == serialize(translate_cluster(cluster))
    for listener in sample.LISTENERS:
        twin = again(listener, Listener)
        assert isinstance(twin, Listener)
        assert serialize(translate_listener(twin)) == serialize(translate_listener(listener))
    routes = again(sample.RDS, RouteConfig)
    assert isinstance(routes, RouteConfig)
    assert serialize(translate_route_config(routes)) == serialize(translate_route_config(sample.RDS))
    for assignment in sample.LAYER.endpoints.values():
        second = again(assignment, LoadAssignment)
        assert isinstance(second, LoadAssignment)
        assert serialize(translate_load_assignment(second)) == serialize(translate_load_assignment(assignment))


def test_packing_keeps_the_message() -> None:
    cluster = translate_cluster(sample.CLUSTERS[0])
    assert unpack(pack(cluster)) == cluster
