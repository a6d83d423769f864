"""Finds those of many suspects that are to blame, by putting some back at a time and looking whether that is taken."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Group(Generic[T]):
    """Suspects that are looked at together; `guilty` when at least one of them surely is to blame."""

    members: list[T] = field(default_factory=list)
    guilty: bool = False


class Trial(Generic[T]):
    """All suspects are left out at first. Each verdict is on `tested`, those that were put back last.

    Of n suspects, k of which are to blame, it takes about 2 k log n verdicts.
    """

    def __init__(self, suspects: Iterable[T]) -> None:
        self.guilty: list[T] = []
        """Those to blame, as far as it is known."""
        self._tested = _Group[T]()
        self._rest = _Group(list(suspects))
        self._certain = True
        """Whether, if the tested are not to blame, one of the rest is."""
        self._open: list[_Group[T]] = []

    @property
    def tested(self) -> frozenset[T]:
        """Those that are put back, and wait for the verdict."""
        return frozenset(self._tested.members)

    @property
    def undecided(self) -> frozenset[T]:
        """All of whom it is not known, the tested among them."""
        return frozenset(each for group in self._groups() for each in group.members)

    def _groups(self) -> list[_Group[T]]:
        return [self._tested, self._rest, *self._open]

    def add(self, suspects: Iterable[T]) -> None:
        """More suspects, who are left out, too; the tested wait for another verdict."""
        if self._tested.members:
            self._open.insert(0, _Group(list(suspects)))
        else:
            self._rest.members += suspects

    def drop(self, suspect: T) -> None:
        """One is a suspect no more, without a verdict."""
        if suspect in self.guilty:
            self.guilty.remove(suspect)
        for group in self._groups():
            if suspect in group.members:
                group.members.remove(suspect)
                group.guilty = False
                if group is self._tested or group is self._rest:
                    self._certain = False

    def accepted(self) -> frozenset[T]:
        """The tested are taken: they are innocent, and returned."""
        innocent = self.tested
        self._open.append(_Group(self._rest.members, guilty=self._certain))
        return innocent

    def refused(self) -> frozenset[T]:
        """The tested are refused: they must be left out again. If nobody was tested, it was none of the suspects."""
        again = self.tested
        self._open += [_Group(self._rest.members), _Group(self._tested.members, guilty=True)]
        return again

    def next(self) -> frozenset[T]:
        """After a verdict: those to be put back now; nobody when all is decided."""
        self._tested, self._rest = _Group(), _Group()
        while self._open:
            group = self._open.pop()
            if group.guilty and len(group.members) == 1:
                self.guilty += group.members
            elif group.members:
                self._certain = group.guilty
                half = (len(group.members) + 1) // 2 if group.guilty else len(group.members)
                self._tested, self._rest = _Group(group.members[:half]), _Group(group.members[half:])
                break
        return self.tested
