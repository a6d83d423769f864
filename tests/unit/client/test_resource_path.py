from lateen.client.resource_path import resource_path, with_query


def test_paths() -> None:
    assert resource_path("", "v1", "pods") == "/api/v1/pods"
    assert resource_path("", "v1", "namespaces", name="a") == "/api/v1/namespaces/a"
    assert resource_path("apps", "v1", "deployments", namespace="a", name="b/c", subresource="status") == (
        "/apis/apps/v1/namespaces/a/deployments/b%2Fc/status"
    )


def test_queries_leave_out_what_is_absent() -> None:
    assert with_query("/x", a="", b=None, c=False) == "/x"
    assert with_query("/x", watch=True, limit=5, labelSelector="a=b") == "/x?watch=true&limit=5&labelSelector=a%3Db"
    assert with_query("/x", gracePeriodSeconds="0") == "/x?gracePeriodSeconds=0"
