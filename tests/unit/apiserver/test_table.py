from datetime import UTC, datetime

import pytest
from tests.unit.apiserver.calls import config_map

from lateen.api.schema import KINDS, kind_info
from lateen.apiserver.table import table_version, to_table

NOW = datetime(2026, 1, 2, tzinfo=UTC)
KUBECTL = (
    "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json"
)


@pytest.mark.parametrize(
    ("accept", "version"),
    [
        (KUBECTL, "v1"),
        ("application/json;as=Table;v=v1beta1;g=meta.k8s.io", "v1beta1"),
        ("application/json", ""),
        ("application/json, " + KUBECTL, ""),
        ("", ""),
        ("application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io", ""),
    ],
)
def test_who_wants_a_table(accept: str, version: str) -> None:
    assert table_version(accept) == version


def test_a_list_becomes_rows() -> None:
    body = config_map("one", a="b")
    body["metadata"] |= {"creationTimestamp": "2026-01-01T00:00:00Z", "resourceVersion": "3"}
    listing = {"metadata": {"resourceVersion": "7"}, "items": [body]}
    table = to_table(kind_info("ConfigMap"), listing, "v1", NOW)
    assert [column["name"] for column in table["columnDefinitions"]] == ["Name", "Data", "Age"]
    assert [str(cell) for cell in table["rows"][0]["cells"]] == ["one", "1", "24h"]
    assert table["rows"][0]["object"]["metadata"] == body["metadata"]
    assert table["metadata"] == {"resourceVersion": "7"}
    single = to_table(kind_info("ConfigMap"), body, "v1", NOW, include="Object", headers=False)
    assert single["rows"][0]["object"] == body
    assert single["columnDefinitions"] is None


@pytest.mark.parametrize("kind", [info.id for info in KINDS])
def test_every_kind_has_columns_for_the_barest_resource(kind: str) -> None:
    info = kind_info(kind)
    body = {"apiVersion": info.api_version, "kind": info.kind, "metadata": {"name": "x"}}
    table = to_table(info, body, "v1", NOW)
    assert len(table["rows"][0]["cells"]) == len(table["columnDefinitions"]) >= 2
