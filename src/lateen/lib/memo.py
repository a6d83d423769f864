"""Results remembered by name while their inputs stay the same objects: the one cache of the pure zone."""

from collections.abc import Callable, Hashable
from operator import is_
from typing import Any, Generic, TypeVar, cast

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

_SCALARS = frozenset({str, int, bool, float})


class Memo:
    """Remembers what pure functions returned, from one round to the next.

    Each round asks again for everything that still exists; what it does not ask for is forgotten when the next round
    begins. There is nothing to invalidate: a result is reused only if every input is the same object (or an equal
    scalar), and a recomputed result that equals the old one *is* the old one, so identity tells what changed.
    """

    __slots__ = ("_before", "_now")

    def __init__(self) -> None:
        self._before: dict[Hashable, tuple[tuple[object, ...], Any]] = {}  # Any: results of every type
        self._now: dict[Hashable, tuple[tuple[object, ...], Any]] = {}

    def begin(self) -> None:
        """Start a round."""
        self._before, self._now = self._now, {}

    def recall(self, name: Hashable, compute: Callable[..., T], *inputs: object) -> T:
        """`compute(*inputs)`, or what it returned under this `name` when the inputs were the same."""
        entry = self._now.get(name) or self._before.get(name)
        if entry is None:
            value = compute(*inputs)
        elif _same(entry[0], inputs):
            value = entry[1]
            inputs = entry[0]
        else:
            value = same_if_equal(entry[1], compute(*inputs))
        self._now[name] = (inputs, value)
        return value

    def part(self, name: Hashable) -> "Memo":
        """A memo of its own inside of this one: the same names mean other things there. Ask once a round."""
        part = self.recall(("part", name), Memo)
        part.begin()
        return part

    def keep(self, name: Hashable, value: T) -> T:
        """The value last kept under this `name` if it equals `value`, else `value`."""
        entry = self._now.get(name) or self._before.get(name)
        if entry is not None:
            value = same_if_equal(entry[1], value)
        self._now[name] = ((), value)
        return value


class Stage(Generic[T]):
    """A pipeline step: a pure function of a memo (for its parts) and of inputs, run only when an input changed."""

    __slots__ = ("_compute", "_inputs", "_memo", "_ran", "_value")

    def __init__(self, compute: Callable[..., T]) -> None:
        self._compute = compute
        self._memo = Memo()
        self._inputs: tuple[object, ...] = ()
        self._value: T | None = None
        self._ran = False

    def run(self, *inputs: object) -> T:
        """`compute(memo, *inputs)`, or what it returned last when all inputs are the same."""
        if not self._ran or not _same(self._inputs, inputs):
            self._memo.begin()
            value = self._compute(self._memo, *inputs)
            self._value = value if self._value is None else same_if_equal(self._value, value)
            self._inputs, self._ran = inputs, True
        return cast("T", self._value)


class Recent(Generic[K, T]):
    """Values by key, made when first asked for and forgotten when nobody asked in the last `rounds` rounds."""

    __slots__ = ("_ages", "_make", "_round", "_rounds", "_values")

    def __init__(self, make: Callable[[K], T], rounds: int = 16) -> None:
        self._make = make
        self._rounds = rounds
        self._round = 0
        self._values: dict[K, T] = {}
        self._ages: dict[K, int] = {}

    def __getitem__(self, key: K) -> T:
        if key not in self._values:
            self._values[key] = self._make(key)
        self._ages[key] = self._round
        return self._values[key]

    def __len__(self) -> int:
        return len(self._values)

    def begin(self) -> None:
        """Start a round."""
        self._round += 1
        for key in [key for key, age in self._ages.items() if age < self._round - self._rounds]:
            del self._values[key], self._ages[key]


def same_if_equal(old: T, new: T) -> T:
    """`old` where both are equal, so that whoever compares by identity sees no change."""
    return old if old is new or old == new else new


def _same(old: tuple[object, ...], new: tuple[object, ...]) -> bool:
    if len(old) != len(new):
        return False
    if all(map(is_, old, new)):
        return True
    # A loop: this is asked so often that a generator would show.
    for a, b in zip(old, new, strict=True):
        if a is not b and not (a.__class__ in _SCALARS and a.__class__ is b.__class__ and a == b):
            return False
    return True
