"""The headers that bookinfo's services pass on, so that proxies can join spans and tell users apart."""

from lateen.programs.http_message import Headers

FORWARDED = (
    "x-request-id",
    "x-ot-span-context",
    "x-datadog-trace-id",
    "x-datadog-parent-id",
    "x-datadog-sampling-priority",
    "traceparent",
    "tracestate",
    "x-cloud-trace-context",
    "grpc-trace-bin",
    "b3",
    "x-b3-traceid",
    "x-b3-spanid",
    "x-b3-parentspanid",
    "x-b3-sampled",
    "x-b3-flags",
    "sw8",
    "end-user",
    "user-agent",
    "cookie",
    "authorization",
    "jwt",
)


def forwarded_headers(headers: Headers) -> list[tuple[str, str]]:
    """The headers of a request that go along to the services behind."""
    return [(name, value) for name in FORWARDED if (value := headers.get(name))]
