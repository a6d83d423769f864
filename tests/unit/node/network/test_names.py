import pytest

from lateen.node.network.names import (
    check_mesh_name,
    is_pod_netns,
    node_netns,
    pod_link,
    pod_netns,
    uplink,
)

UID = "3f2a9c1e-77aa-4b1d-9d0c-5b6d2f0f7a10"


def test_a_pods_namespace_is_new_for_every_incarnation() -> None:
    names = {pod_netns("demo", UID) for _ in range(20)}
    assert len(names) > 1
    assert all(name.startswith("lateen-demo-3f2a9c1e") and is_pod_netns("demo", name) for name in names)


def test_namespaces_belong_to_one_mesh() -> None:
    name = pod_netns("a-b", UID)
    assert not is_pod_netns("a", name)
    assert not is_pod_netns("a-b", node_netns("a-b"))


@pytest.mark.parametrize("mesh", ["default", "x", "a-rather-long-name-for-a-mesh-on-a-laptop"[:40]])
def test_link_names_fit_the_kernel(mesh: str) -> None:
    assert len(uplink(mesh)) <= 15
    assert len(pod_link(pod_netns(mesh, UID))) <= 15
    assert uplink(mesh).startswith("lateen")


@pytest.mark.parametrize("mesh", ["", "Demo", "a_b", "-a", "a-", "x" * 41, "../etc", "a-0123456789ab"])
def test_bad_mesh_names_are_explained(mesh: str) -> None:
    assert (check_mesh_name(mesh) or "").startswith(f"mesh name {mesh!r}: ")


@pytest.mark.parametrize("mesh", ["default", "a", "team-1", "0123456789ab"])
def test_good_mesh_names_pass(mesh: str) -> None:
    assert check_mesh_name(mesh) is None
