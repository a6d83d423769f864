"""What is left out, when, and what is in force instead."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec
import pytest

from lateen.api.meta import ObjectMeta, Resource
from lateen.api.problem import Problem, ResourceRef, Severity
from lateen.api.virtual_service import Delegate, HTTPRoute, VirtualService, VirtualServiceSpec
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
    quarantine.accepted(1)
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


class Proxies:
    """They refuse every push that has a rule called `bad…`, and don't know which it was."""

    def __init__(self, quarantine: Quarantine, recorder: Recorder) -> None:
        self.quarantine = quarantine
        self.recorder = recorder
        self.version = 0
        self.told: dict[str, int] = {}

    def push(self) -> bool:
        """One push and its verdict; whether there is to be another one."""
        self.version += 1
        self.quarantine.published(self.version)
        changed = [name for name, generation in self.recorder.force.items() if self.told.get(name) != generation]
        self.told = dict(self.recorder.force)
        if any(name.startswith("bad") for name in self.told):
            return self.quarantine.refused(self.version, problems(*changed))
        return self.quarantine.accepted(self.version)

    def settle(self) -> int:
        """How many pushes it takes until there is peace."""
        begin = self.version
        while self.push():
            assert self.version < begin + 1000
        return self.version - begin


@pytest.mark.parametrize("bad", [{"bad"}, {"bad", "bad too"}, {f"bad{number}" for number in range(10)}])
@pytest.mark.parametrize("good", [0, 1, 5, 100])
def test_of_many_rules_that_come_together_just_the_bad_ones_are_left_out(bad: set[str], good: int) -> None:
    recorder = Recorder()
    quarantine = Quarantine(recorder)
    names = sorted({*bad, *(f"a{number}" for number in range(good // 2)), *map(str, range(good - good // 2))})
    for name in names:
        quarantine.put(rule(name))
    proxies = Proxies(quarantine, recorder)
    assert proxies.push()
    assert all(quarantine.is_on_trial(rule(name).ref) for name in names)
    pushes = 1 + proxies.settle()
    assert not any(quarantine.is_on_trial(rule(name).ref) for name in names)
    assert recorder.force.keys() == set(names) - bad
    assert {problem.resource.name for problem in quarantine.problems if problem.resource} == bad
    assert pushes <= 3 + 2 * len(bad) * len(names).bit_length()


@pytest.mark.parametrize("pushes", [1, 2, 3, 4])
def test_a_bad_rule_that_comes_while_others_are_on_trial_is_its_own_fault(pushes: int) -> None:
    recorder = Recorder()
    quarantine = Quarantine(recorder)
    proxies = Proxies(quarantine, recorder)
    for name in ("a", "b", "bad", "c", "d"):
        quarantine.put(rule(name))
    for _ in range(pushes):
        assert proxies.push()
    quarantine.put(rule("bad too"))
    quarantine.put(rule("e"))
    proxies.settle()
    assert recorder.force.keys() == set("abcde")


def test_a_suspect_that_is_mended_or_removed_during_the_trial_is_none() -> None:
    recorder = Recorder()
    quarantine = Quarantine(recorder)
    proxies = Proxies(quarantine, recorder)
    for name in ("a", "bad", "b", "bad too"):
        quarantine.put(rule(name))
    assert proxies.push()
    quarantine.remove(rule("bad"))
    quarantine.remove(rule("bad too"))
    quarantine.put(rule("b", 2))
    proxies.settle()
    assert recorder.force == {"a": 1, "b": 2}
    assert quarantine.problems == ()


def test_what_was_taken_before_is_not_left_out_for_what_is_new() -> None:
    recorder = Recorder()
    quarantine = Quarantine(recorder)
    quarantine.put(rule("old"))
    quarantine.published(1)
    quarantine.accepted(1)
    quarantine.put(rule("bad"))
    quarantine.published(2)
    quarantine.refused(2, problems("old", "bad"))
    assert recorder.force == {"old": 1}
    quarantine.published(3)
    quarantine.refused(3, problems("old"))
    assert recorder.force == {}
    quarantine.published(4)
    quarantine.accepted(4)
    assert recorder.force == {"bad": 1}


def test_who_is_blamed_for_a_rule_it_delegates_to_stays() -> None:
    recorder = Recorder()
    quarantine = Quarantine(recorder)
    root = rule("root")
    route = HTTPRoute(delegate=Delegate(name="leaf", namespace="d"))
    quarantine.put(msgspec.structs.replace(root, spec=VirtualServiceSpec(hosts=("root",), http=(route,))))
    quarantine.put(rule("leaf"))
    quarantine.published(1)
    quarantine.accepted(1)
    quarantine.put(rule("leaf", 2))
    quarantine.published(2)
    assert quarantine.refused(2, problems("root"))
    assert recorder.force == {"root": 1, "leaf": 1}


def test_a_bad_version_is_nothing_to_go_back_to() -> None:
    recorder = Recorder()
    quarantine = Quarantine(recorder)
    proxies = Proxies(quarantine, recorder)
    quarantine.put(rule("bad"))
    quarantine.published(1)
    quarantine.put(rule("bad", 2))
    proxies.version = 1
    proxies.settle()
    assert recorder.force == {}


def test_what_another_proxy_refused_in_the_same_push_is_tried_too() -> None:
    recorder = Recorder()
    quarantine = Quarantine(recorder)
    for name in ("bad", "bad elsewhere"):
        quarantine.put(rule(name))
    proxies = Proxies(quarantine, recorder)
    proxies.version = 1
    quarantine.published(1)
    assert quarantine.refused(1, problems("bad"))
    assert quarantine.refused(1, problems("bad elsewhere"))
    assert not quarantine.refused(1, problems("bad"))
    proxies.settle()
    assert recorder.force == {}


def test_another_status_is_no_other_version() -> None:
    quarantine = Quarantine(Recorder())
    quarantine.put(rule("a"))
    quarantine.published(1)
    quarantine.put(rule("a"))
    quarantine.published(2)
    assert [standing.since for standing in quarantine.standings()] == [1]


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
            first.accepted(1)
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
