from tests.support.resources import snapshot

from lateen.model.service import Service
from lateen.resolve.aliases import aliases_of, stands_for


def services(**names: str) -> dict[str, Service]:
    """Services by short name; what each is another name for, "" for nothing."""
    text = ""
    for name, target in names.items():
        alias = f"{{type: ExternalName, externalName: {target}.default.svc.cluster.local.}}"
        spec = alias if target else "{clusterIP: 10.96.0.1}"
        text += f"---\napiVersion: v1\nkind: Service\nmetadata: {{name: {name}}}\nspec: {spec}\n"
    return {each.hostname: each for each in snapshot(text).services.values()}


def full(*names: str) -> tuple[str, ...]:
    return tuple(f"{name}.default.svc.cluster.local" for name in names)


def test_names_of_names_stand_for_what_is_at_the_end() -> None:
    found = aliases_of(services(real="", one="two", two="real", other="real").values())
    assert {name: set(aliases) for name, aliases in found.items()} == {
        full("real")[0]: set(full("one", "two", "other"))
    }


def test_names_that_lead_back_to_themselves_stand_for_nothing() -> None:
    loop = services(one="two", two="one", own="own")
    assert [stands_for(loop, each) for each in loop.values()] == ["", "", ""]
    assert aliases_of(loop.values()) == {}


def test_a_name_outside_of_the_mesh_is_an_end() -> None:
    (alias,) = services(one="nobody").values()
    assert stands_for({}, alias) == full("nobody")[0]
