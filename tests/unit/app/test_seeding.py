import msgspec

from lateen.api.codec import from_yaml
from lateen.app.record import MeshRecord
from lateen.app.seeding import MESH_CONFIG, seed
from lateen.lib.clock import FakeClock
from lateen.node.network.address_plan import AddressPlan
from lateen.store.memory import MemoryStore

RECORD = MeshRecord(name="m", profile="demo", node_name="n", api_port=1)


async def mesh_config(store: MemoryStore) -> object:
    stored = await store.get(MESH_CONFIG)
    assert stored is not None
    return from_yaml(stored.body["data"]["mesh"])


async def edit(store: MemoryStore, mesh: str) -> None:
    stored = await store.get(MESH_CONFIG)
    assert stored is not None
    await store.replace({**stored.body, "data": {"mesh": mesh}})


async def test_what_users_changed_outlives_a_restart_of_the_control_plane() -> None:
    store, plan = MemoryStore(FakeClock()), AddressPlan(0)
    config = {"defaultConfig": {"concurrency": 2}}
    started = msgspec.structs.replace(RECORD, mesh_config=config, settings="first")
    await seed(store, started, plan)
    assert await mesh_config(store) == {"accessLogFile": "/dev/stdout", **config}
    await edit(store, "defaultConfig: {concurrency: 1, holdApplicationUntilProxyStarts: true}")
    await seed(store, started, plan)
    kept = {"concurrency": 1, "holdApplicationUntilProxyStarts": True}
    assert await mesh_config(store) == {"defaultConfig": kept}
    await seed(store, msgspec.structs.replace(started, settings="second"), plan)
    assert await mesh_config(store) == {"defaultConfig": kept | {"concurrency": 2}}


async def test_seeding_twice_changes_nothing() -> None:
    store, plan = MemoryStore(FakeClock()), AddressPlan(0)
    await seed(store, RECORD, plan)
    before = (await store.list()).revision
    await seed(store, RECORD, plan)
    assert (await store.list()).revision == before


async def test_the_name_server_follows_its_mesh_to_another_address_range() -> None:
    store = MemoryStore(FakeClock())
    await seed(store, RECORD, AddressPlan(0))
    await seed(store, RECORD, AddressPlan(1))
    services = (await store.list(["Service"], "kube-system")).items
    assert [item.body["spec"]["clusterIP"] for item in services] == [str(AddressPlan(1).dns)]
