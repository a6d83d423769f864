from lateen.ir.cluster import Cluster, ClusterKind
from lateen.ir.config import Layer
from lateen.ir.listener import Bind, Direction, FilterChain, Http, Listener
from lateen.ir.secret import Secret
from lateen.translate.cluster import translate_cluster
from lateen.translate.names import CLUSTER_TYPE, SECRET_TYPE
from lateen.xds.encode import TRANSLATORS, Encoder, needs_of
from lateen.xds.sheet import Sheet


def cluster(name: str, timeout: int = 1) -> Cluster:
    return Cluster(name=name, kind=ClusterKind.EDS, connect_timeout_ms=timeout, service=name)


class Counting:
    def __init__(self) -> None:
        self.translated: list[str] = []
        self.encoder = Encoder({**TRANSLATORS, CLUSTER_TYPE: self._cluster})

    def _cluster(self, value: Cluster):  # type: ignore[no-untyped-def]
        self.translated.append(value.name)
        return translate_cluster(value)

    def sheet(self, layer: Layer, before: Layer | None = None, *, end: bool = True) -> Sheet:
        target = self.encoder.target((layer,), 1, (before,) if before else ())
        if end:
            self.encoder.end()
        return target.sheets[CLUSTER_TYPE][0]


def test_only_changed_values_are_translated() -> None:
    counting = Counting()
    a, b = cluster("a"), cluster("b")
    first = Layer("x", clusters={"a": a, "b": b})
    second = Layer("x", clusters={"a": a, "b": cluster("b", 2)})
    old = counting.sheet(first)
    new = counting.sheet(second, first)
    assert counting.translated == ["a", "b", "b"]
    assert new.resources["a"] is old.resources["a"]
    assert new.resources["b"].before is b


def test_equal_values_in_a_new_layer_leave_the_sheet_as_it_was() -> None:
    counting = Counting()
    first, second = (Layer("x", clusters={"a": cluster("a")}) for _ in range(2))
    assert counting.sheet(first) is counting.sheet(second, first)


def test_layers_of_one_name_in_different_scopes_do_not_mix_and_share_values() -> None:
    counting = Counting()
    shared = cluster("a")
    one = Layer("x", clusters={"a": shared})
    two = Layer("x", clusters={"a": shared, "b": cluster("b")})
    for _ in range(2):
        first, second = counting.sheet(one, end=False), counting.sheet(two)
        assert set(first.resources) == {"a"}
        assert set(second.resources) == {"a", "b"}
    assert counting.translated == ["a", "b"]


def test_versions_come_from_the_content() -> None:
    first, second = (Counting().sheet(Layer("x", clusters={"a": cluster("a")})) for _ in range(2))
    other = Counting().sheet(Layer("x", clusters={"a": cluster("a", 2)}))
    assert first.resources["a"].version == second.resources["a"].version != other.resources["a"].version


def test_needs() -> None:
    chains = tuple(
        FilterChain(name=n, network=Http(stat_prefix="s", route_name=r)) for n, r in (("a", "r"), ("b", "r"))
    )
    bind = Bind(address="0.0.0.0", port=1)
    listener = Listener(name="l", binds=(bind,), direction=Direction.OUTBOUND, chains=chains)
    assert needs_of(listener) == ("r",)
    assert needs_of(cluster("a")) == ("a",)
    assert needs_of(Cluster(name="s", kind=ClusterKind.STATIC)) == ()


def test_secrets_are_encoded_and_their_keys_not_shown() -> None:
    layer = Layer("x", secrets={"a": Secret(name="a", certificate=b"c", private_key=b"the-key")})
    (sheet,) = Encoder().target((layer,), 1).sheets[SECRET_TYPE]
    assert b"the-key" in sheet.resources["a"].chunk
    assert "the-key" not in repr(sheet.resources) + repr(layer) + repr(sheet.part(frozenset({"a"})))


def test_what_a_proxy_that_joins_between_pushes_is_told_does_not_pass_for_the_next_push() -> None:
    encoder, layers = Encoder(), (Layer("x", clusters={"a": cluster("a")}),)
    encoder.end()
    between = encoder.target(layers, 1)
    later = encoder.target(layers, 2)
    assert (between.version, later.version) == (1, 2)
    assert later.equals(between)
