import copy
from typing import Any

import pytest

from lateen.apiserver.json_patch import PatchError, json_patch

DOCUMENT = {"a": {"b/c": 1, "~": 2}, "list": [1, 2, 3]}


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ({"op": "add", "path": "/x", "value": {}}, {**DOCUMENT, "x": {}}),
        ({"op": "add", "path": "/list/1", "value": 9}, {**DOCUMENT, "list": [1, 9, 2, 3]}),
        ({"op": "add", "path": "/list/-", "value": 9}, {**DOCUMENT, "list": [1, 2, 3, 9]}),
        ({"op": "replace", "path": "/a/b~1c", "value": 5}, {**DOCUMENT, "a": {"b/c": 5, "~": 2}}),
        ({"op": "remove", "path": "/a/~0"}, {**DOCUMENT, "a": {"b/c": 1}}),
        ({"op": "move", "from": "/list/0", "path": "/first"}, {**DOCUMENT, "list": [2, 3], "first": 1}),
        ({"op": "copy", "from": "/list", "path": "/again"}, {**DOCUMENT, "again": [1, 2, 3]}),
        ({"op": "test", "path": "/list/2", "value": 3}, DOCUMENT),
        ({"op": "replace", "path": "", "value": 1}, 1),
    ],
)
def test_operations(operation: dict[str, Any], expected: Any) -> None:
    before = copy.deepcopy(DOCUMENT)
    assert json_patch(DOCUMENT, [operation]) == expected
    assert before == DOCUMENT


@pytest.mark.parametrize(
    "patch",
    [
        {},
        [1],
        [{"op": "grow", "path": "/a"}],
        [{"op": "add", "path": "a", "value": 1}],
        [{"op": "add", "path": "/a"}],
        [{"op": "add", "path": "/none/x", "value": 1}],
        [{"op": "add", "path": "/list/4", "value": 1}],
        [{"op": "replace", "path": "/none", "value": 1}],
        [{"op": "replace", "path": "/list/-", "value": 1}],
        [{"op": "remove", "path": "/list/01"}],
        [{"op": "test", "path": "/list/0", "value": 7}],
        [{"op": "move", "from": "/a", "path": "/a/x"}],
    ],
)
def test_what_does_not_fit_is_refused(patch: Any) -> None:
    with pytest.raises(PatchError):
        json_patch(DOCUMENT, patch)
