from typing import Any

from lateen.node.shim.identity import granted
from lateen.node.shim.spec import ContainerSpec

NET_BIND_SERVICE, NET_ADMIN, SYS_ADMIN, KILL = 10, 12, 21, 5


def container(**changes: Any) -> ContainerSpec:
    return {"capabilities": [], "drop_capabilities": [], "privileged": False, **changes}  # type: ignore[typeddict-item]


def test_containers_get_the_usual_capabilities() -> None:
    assert {NET_BIND_SERVICE, KILL} <= granted(container())
    assert not {NET_ADMIN, SYS_ADMIN} & granted(container())


def test_pods_may_add_and_drop() -> None:
    assert NET_ADMIN in granted(container(capabilities=["NET_ADMIN"]))
    assert KILL not in granted(container(drop_capabilities=["CAP_KILL"]))
    assert granted(container(capabilities=["SYS_ADMIN"], drop_capabilities=["ALL"])) == {SYS_ADMIN}
    assert SYS_ADMIN in granted(container(privileged=True))
