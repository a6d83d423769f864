"""Questions to a mesh in one line each, and the answers as short: what tables of calls are written in.

A question is a URL and words beside it: `https://10.0.0.1:443/path host=example.com sni=example.com`. Words are the
fields of `explain.question.Client`, `method`, and headers, `host` among them.
"""

from collections.abc import Mapping

from lateen.explain.question import Client
from lateen.explain.result import Explanation, Verdict
from lateen.testing.mesh_config import MeshConfig

_FLAGS = frozenset({"tls", "h2", "certificate"})
_TEXTS = frozenset({"sni", "alpn"})


def asked(
    documents: str, question: str, from_: str = "client", namespace: str = "default", *, inbound: bool = False
) -> Explanation:
    """What becomes of a call in a mesh of `documents`."""
    config = MeshConfig()
    config.load(f"{documents}\n")
    url, *words = question.split()
    told: dict[str, str] = dict(word.partition("=")[::2] for word in words)
    return config.explain(
        told.pop("method", "GET"),
        url,
        from_=from_,
        namespace=namespace,
        client=_client(told),
        headers={name: value for name, value in told.items() if name not in _FLAGS | _TEXTS},
        inbound=inbound,
    )


def _client(told: Mapping[str, str]) -> Client:
    return Client(
        tls="tls" in told,
        h2="h2" in told,
        certificate="certificate" in told,
        sni=told.get("sni", ""),
        alpn=told.get("alpn", ""),
    )


def short(answer: Explanation) -> str:
    """`outbound|80||a.default`, `a 0.25, b 0.75`, `301 https://example.com/`, `404`, `no_listener`, `200 body`.

    Hostnames of the cluster are without `.svc.cluster.local`.
    """
    if answer.clusters:
        single = len(answer.clusters) == 1
        words = (each.name if single else f"{each.name} {each.share:g}" for each in answer.clusters)
        return ", ".join(words).replace(".svc.cluster.local", "")
    if answer.verdict is Verdict.REDIRECT:
        return f"{answer.status} {answer.location}"
    return f"{answer.status} {answer.body or ''}".strip() if answer.status else answer.verdict.value
