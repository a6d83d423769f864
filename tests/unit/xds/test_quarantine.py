"""What is left out, when, and what is in force instead."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from lateen.api.meta import ObjectMeta, Resource
from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.api.virtual_service import VirtualService, VirtualServiceSpec
from lateen.xds.quarantine import HeldBack, Quarantine
from lateen.xds.quarantine_file import QuarantineFile


class Recorder:
    """Takes resources; `force` says which generation of each is in force."""

    def __init__(self) -> None:
        self.force: dict[str, int] = {}

    def put(self, resource: Resource) -> None:
        self.force[resource.metadata.name] = resource.metadata.generation

    def remove(self, resource: Resource) -> None:
        self.force.pop(resource.metadata.name, None)


class Kept:
    """A memory that is none."""

    def __init__(self, held: Sequence[HeldBack] = ()) -> None:
        self.held = held

    def load(self) -> Iterable[HeldBack]:
        return self.held

    def save(self, held: Sequence[HeldBack]) -> None:
        self.held = held


def rule(name: str, generation: int = 1) -> VirtualService:
    meta = ObjectMeta(name=name, namespace="d", uid=f"uid-{name}", generation=generation)
    return VirtualService(
        api_version="networking.istio.io/v1",
        kind="VirtualService",
        metadata=meta,
        spec=VirtualServiceSpec(hosts=(f"{name}{generation}",)),
    )


def problems(*names: str) -> list[Problem]:
    return [Problem(ResourceRef("VirtualService", "d", name), "", "R", Severity.ERROR, f"why {name}") for name in names]


def test_the_version_before_goes_on_until_the_rule_changes() -> None:
    recorder = Recorder()
    quarantine = Quarantine(recorder)
    quarantine.put(rule("a"))
    quarantine.published(1)
    quarantine.put(rule("a", 2))
    quarantine.published(2)
    assert quarantine.refused(2, problems("a"))
    assert recorder.force == {"a": 1}
    quarantine.published(3)
    quarantine.accepted(3)
    quarantine.put(rule("a", 2))
    assert recorder.force == {"a": 1}
    assert quarantine.problems == tuple(problems("a"))
    quarantine.put(rule("a", 3))
    assert recorder.force == {"a": 3}
    assert quarantine.problems == ()


def test_suspects_are_left_out_one_at_a_time_and_put_back_when_that_does_not_help() -> None:
    recorder = Recorder()
    quarantine = Quarantine(recorder)
    for name in "abc":
        quarantine.put(rule(name))
    quarantine.published(1)
    assert quarantine.refused(1, problems("a", "b", "c"))
    assert recorder.force.keys() == {"b", "c"}
    assert not quarantine.refused(1, problems("a", "b", "c"))  # another proxy, the same push
    quarantine.published(2)
    assert quarantine.refused(2, problems("b", "c"))
    assert recorder.force.keys() == {"a", "c"}
    quarantine.published(3)
    quarantine.accepted(3)
    assert quarantine.problems == tuple(problems("b"))
    assert recorder.force.keys() == {"a", "c"}


def test_when_nobody_is_to_blame_nobody_is_left_out_for_ever() -> None:
    recorder = Recorder()
    quarantine = Quarantine(recorder)
    quarantine.put(rule("a"))
    quarantine.published(1)
    assert quarantine.refused(1, problems("a"))
    quarantine.published(2)
    assert quarantine.refused(2, problems("a"))
    assert (recorder.force, quarantine.problems) == ({"a": 1}, ())
    quarantine.published(3)
    assert not quarantine.refused(3, problems("a"))


def test_a_rule_mended_meanwhile_does_not_pay_for_its_former_version() -> None:
    recorder = Recorder()
    quarantine = Quarantine(recorder)
    quarantine.put(rule("a"))
    quarantine.published(1)
    quarantine.put(rule("a", 2))
    assert not quarantine.refused(1, problems("a"))
    quarantine.published(2)
    assert not quarantine.refused(1, problems("a"))
    assert recorder.force == {"a": 2}


def test_a_restart_brings_a_refused_version_back_and_loses_the_one_before(tmp_path: Path) -> None:
    for memory in (Kept(), QuarantineFile(tmp_path / "left-out.json")):
        first = Quarantine(Recorder(), memory)
        for generation in (1, 2):
            first.put(rule("a", generation))
            first.published(generation)
        first.refused(2, problems("a"))
        assert list(memory.load()) == []  # on trial only
        first.published(3)
        first.accepted(3)
        recorder = Recorder()
        second = Quarantine(recorder, memory)
        second.put(rule("a", 2))
        assert recorder.force == {"a": 1}
        assert second.problems == tuple(problems("a"))
        second.remove(rule("a", 2))
        assert recorder.force == {}
        assert list(memory.load()) == []


def test_a_damaged_file_counts_as_empty(tmp_path: Path) -> None:
    file = tmp_path / "left-out.json"
    file.write_text("{")
    assert list(QuarantineFile(file).load()) == []
