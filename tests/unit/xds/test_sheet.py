import gc
import weakref

from lateen.xds.sheet import EMPTY, Encoded, Sheet, find, moves


def sheet(layer: str, **versions: str) -> Sheet:
    return Sheet(
        layer, {name: Encoded(name, version, f"<{name}{version}>".encode()) for name, version in versions.items()}
    )


def test_changes_are_new_and_other_versions_and_names_gone() -> None:
    changes = sheet("x", a="1", b="2", d="1").changes_from(sheet("x", a="1", b="1", c="1"))
    assert changes.changed == {"b", "d"}
    assert changes.gone == {"c"}


def test_changes_and_parts_are_worked_out_once() -> None:
    old, new = sheet("x", a="1"), sheet("x", a="2")
    assert new.changes_from(old) is new.changes_from(old)
    assert new.part(frozenset("a")) is new.part(frozenset("a"))
    assert new.part(frozenset("a")).chunk == b"<a2>"


def test_an_old_sheet_is_not_kept_alive_by_its_successor() -> None:
    old, new = sheet("x", a="1"), sheet("x", a="2")
    new.changes_from(old)
    gone = weakref.ref(old)
    del old
    gc.collect()
    assert gone() is None


def test_layers_are_matched_by_name_when_their_number_changes() -> None:
    one, two, other = sheet("one", a="1"), sheet("two", b="1"), sheet("three", c="1")
    assert list(moves((one, two), (one, two))) == []
    assert list(moves((one, two), (two, other))) == [(EMPTY, other), (one, EMPTY)]


def test_find_looks_through_all_layers() -> None:
    sheets = (sheet("one", a="1"), sheet("two", b="2"))
    found = find(sheets, "b")
    assert found is not None
    assert found.version == "2"
    assert find(sheets, "c") is None
