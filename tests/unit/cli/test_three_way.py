"""What `apply` changes, and what it leaves alone."""

from hypothesis import given
from hypothesis import strategies as st

from lateen.api.meta import JsonObject
from lateen.cli.three_way import merge

scalars = st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2)
documents = st.recursive(
    st.dictionaries(st.sampled_from("abc"), scalars, max_size=3),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner | scalars | st.lists(scalars, max_size=2), max_size=3),
    max_leaves=8,
)


def test_fields_that_others_set_stay_and_fields_that_left_the_file_go() -> None:
    last = {"spec": {"replicas": 1, "paused": True}}
    new = {"spec": {"replicas": 2}}
    current = {"spec": {"replicas": 1, "paused": True, "clusterIP": "10.0.0.1"}, "status": {"ready": 1}}
    assert merge(last, new, current, keyed_lists=True) == {
        "spec": {"replicas": 2, "clusterIP": "10.0.0.1"},
        "status": {"ready": 1},
    }


def test_a_port_keeps_the_node_port_that_the_mesh_gave_it() -> None:
    ports = [{"name": "http", "port": 80}]
    current = {"ports": [{"name": "http", "port": 80, "nodePort": 30001, "protocol": "TCP"}]}
    assert merge({"ports": ports}, {"ports": ports}, current, keyed_lists=True) == current


def test_an_entry_that_left_the_file_goes_and_one_that_others_added_stays() -> None:
    last = {"containers": [{"name": "app"}, {"name": "old"}]}
    new = {"containers": [{"name": "app", "image": "two"}]}
    current = {"containers": [{"name": "app", "image": "one"}, {"name": "old"}, {"name": "istio-proxy"}]}
    merged = merge(last, new, current, keyed_lists=True)
    assert merged == {"containers": [{"name": "app", "image": "two"}, {"name": "istio-proxy"}]}


def test_lists_of_custom_kinds_are_replaced_as_a_whole() -> None:
    new = {"http": [{"name": "a"}]}
    current = {"http": [{"name": "a", "timeout": "1s"}, {"name": "b"}]}
    assert merge(new, new, current, keyed_lists=False) == new


def test_entries_with_the_same_key_twice_are_replaced_as_a_whole() -> None:
    new = {"ports": [{"port": 53, "protocol": "UDP"}, {"port": 53, "protocol": "TCP"}]}
    assert merge({}, new, {"ports": [{"port": 53, "protocol": "UDP"}]}, keyed_lists=True) == new


@given(documents, documents, documents)
def test_applying_the_same_file_again_changes_nothing(last: JsonObject, new: JsonObject, current: JsonObject) -> None:
    once = merge(last, new, current, keyed_lists=True)
    assert merge(new, new, once, keyed_lists=True) == once
