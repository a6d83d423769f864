"""Rules and requests by chance (hypothesis), of few words, so that they meet often."""

from typing import Any

from hypothesis import strategies as st

from lateen.api.codec import parse_documents, to_yaml
from lateen.api.meta import JsonObject
from lateen.explain.scenario import Scenario, build_scenario

PORT = 9080
SERVICES = ("reviews", "ratings", "details")
SUBSETS = ("v1", "v2")
WORDS = ("a", "b", "ab", "A")
PATHS = ("/", "/a", "/a/b", "/ab", "/A", "/b/a/")
HEADERS = ("x-one", "x-two", "end-user")
METHODS = ("GET", "POST", "DELETE", "OPTIONS")
LEAVES = ("leaf-0", "leaf-1")
HOSTS = ("reviews", "ratings.default", "details.default.svc.cluster.local", "other.example.com", "REVIEWS")

ORIGINS = ("http://a", "http://b", "http://ab")

Mesh = tuple[list[JsonObject], list[JsonObject], list[JsonObject]]

Json = st.SearchStrategy[Any]
"""Any: JSON."""

_word = st.sampled_from(WORDS)
_path = st.sampled_from(PATHS)
_service = st.sampled_from(SERVICES)


def _some(**fields: Json) -> Json:
    """A map with any of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


def _string_match(values: Json, regexes: tuple[str, ...]) -> Json:
    kinds = [values.map(lambda value: {"exact": value}), values.map(lambda value: {"prefix": value})]
    return st.one_of(*kinds, st.sampled_from(regexes).map(lambda regex: {"regex": regex}))


_path_match = _string_match(_path, ("/a.*", "/[ab]+", "/(a|b)/.*", "/"))
_header_match: Json = st.one_of(_string_match(_word, ("a.*", "[ab]+", "a|b")), st.just({}))
_headers = st.dictionaries(st.sampled_from(HEADERS), _header_match, min_size=1, max_size=2)
_match = _some(
    uri=_path_match,
    ignoreUriCase=st.booleans(),
    headers=_headers,
    withoutHeaders=_headers,
    method=_string_match(st.sampled_from(METHODS), ("GET|POST", "P.*")),
    queryParams=st.dictionaries(_word, st.one_of(_string_match(_word, ("a|b", "a.*"))), min_size=1, max_size=1),
    authority=_string_match(st.sampled_from(("reviews", "ratings", "reviews:9080")), ("re.*", ".*:9080")),
    port=st.sampled_from((PORT, 80)),
    sourceLabels=st.sampled_from(({"app": "client"}, {"app": "other"})),
)
_destination = st.builds(
    lambda host, subset: {"host": host} | ({"subset": subset} if subset else {}),
    _service,
    st.sampled_from(("", *SUBSETS, "v9")),
)
_edits = _some(
    set=st.dictionaries(st.sampled_from(HEADERS), _word, max_size=2),
    add=st.dictionaries(st.sampled_from(HEADERS), _word, max_size=2),
    remove=st.lists(st.sampled_from(HEADERS), max_size=1),
)
_edited = _some(request=_edits, response=_some(set=st.dictionaries(st.just("x-back"), _word, max_size=1)))


@st.composite
def _weighted(draw: st.DrawFn) -> list[JsonObject]:
    """Targets of a route; their weights, where there are several, are not all nothing."""
    count = draw(st.integers(1, 3))
    targets = [{"destination": draw(_destination)} | draw(_some(headers=_edited)) for _ in range(count)]
    weights = draw(st.lists(st.integers(0, 3), min_size=count, max_size=count).filter(any))
    return [{**target, "weight": weight} for target, weight in zip(targets, weights, strict=True)]


_elsewhere: Json = st.one_of(
    st.just({}),
    _path.map(lambda path: {"uri": path}),
    _path.map(lambda path: {"prefixRewrite": path}),
    st.sampled_from(({"port": 8443}, {"port": 80}, {"derivePort": "FROM_REQUEST_PORT"}, {"uri": "/x?y=z"})),
)
_redirect = _some(
    authority=st.sampled_from(("new.example.com", "new.example.com:81")),
    scheme=st.sampled_from(("http", "https")),
    redirectCode=st.sampled_from((301, 302, 303, 307, 308)),
).flatmap(lambda some: _elsewhere.map(lambda more: {**some, **more} or {"uri": "/new"}))
_rewrite = st.one_of(
    _path.map(lambda path: {"uri": path}),
    st.just({"authority": "elsewhere.example.com"}),
    st.just({"uriRegexRewrite": {"match": "/([ab]+)(.*)", "rewrite": "/x\\2/\\1"}}),
    st.just({"uri": "/r/", "authority": "both.example.com"}),
)
_fault = _some(
    delay=st.just({"fixedDelay": "1ms", "percentage": {"value": 100}}),
    abort=st.sampled_from(
        ({"httpStatus": 418, "percentage": {"value": 100}}, {"httpStatus": 418, "percentage": {"value": 0}})
    ),
)
_origins = _string_match(st.sampled_from(ORIGINS), ("http://.*", "http://(a|b)"))
_cors = st.fixed_dictionaries(
    {"allowOrigins": st.lists(_origins, min_size=1, max_size=2)},
    optional={
        "allowMethods": st.just(["GET", "POST"]),
        "allowHeaders": st.just(["x-one"]),
        "maxAge": st.just("60s"),
        "unmatchedPreflights": st.sampled_from(("FORWARD", "IGNORE")),
    },
)
_action = st.one_of(
    st.fixed_dictionaries(
        {"route": _weighted()},
        optional={
            "rewrite": _rewrite,
            "headers": _edited,
            "fault": _fault.filter(bool),
            "mirror": _destination,
            "timeout": st.just("5s"),
            "corsPolicy": _cors,
        },
    ),
    st.fixed_dictionaries({"redirect": _redirect}),
    st.fixed_dictionaries({"directResponse": st.just({"status": 202, "body": {"string": "done"}})}),
)
_route = st.builds(
    lambda matches, action: {**({"match": matches} if matches else {}), **action},
    st.lists(_match.filter(bool), max_size=2),
    _action,
)
_routes = st.lists(_route, min_size=1, max_size=4)
_delegating = st.builds(
    lambda matches, leaf: {**({"match": matches} if matches else {}), "delegate": {"name": leaf}},
    st.lists(_match.filter(bool), max_size=1),
    st.sampled_from(LEAVES),
)
_hosts = st.one_of(
    st.lists(_service, min_size=1, max_size=2, unique=True), st.just(["*.default.svc.cluster.local"])
)  # fmt: skip
_rule = st.fixed_dictionaries(
    {"hosts": _hosts, "http": st.lists(st.one_of(_route, _route, _delegating), min_size=1, max_size=4)}
)
_policy = _some(
    loadBalancer=st.sampled_from(
        ({"simple": "ROUND_ROBIN"}, {"simple": "RANDOM"}, {"consistentHash": {"httpHeaderName": "x-one"}})
    ),
    connectionPool=st.just({"http": {"maxRequestsPerConnection": 1}}),
)
_subset = st.builds(
    lambda name, policy: {"name": name, "labels": {"version": name}} | ({"trafficPolicy": policy} if policy else {}),
    st.sampled_from(SUBSETS),
    _policy,
)
_subsets: Json = st.lists(_subset, max_size=2, unique_by=lambda subset: str(subset["name"]))
_destination_rule: Json = st.builds(
    lambda host, subsets, more: {"host": host, "subsets": subsets, **more},
    _service,
    _subsets,
    _some(trafficPolicy=_policy.filter(bool)),
)

meshes = st.tuples(
    st.lists(_rule, min_size=1, max_size=3),
    st.lists(st.fixed_dictionaries({"http": _routes}), max_size=len(LEAVES)),
    st.lists(_destination_rule, max_size=3, unique_by=lambda rule: rule["host"]),
)
"""Specs of VirtualServices, of those they delegate to, and of DestinationRules."""

_preflight = st.fixed_dictionaries(
    {
        "origin": st.sampled_from(ORIGINS),
        "access-control-request-method": st.sampled_from(METHODS),
    }
)


def _request(methods: Json, more: Json) -> Json:
    return st.fixed_dictionaries(
        {
            "host": st.builds(
                lambda host, port: f"{host}{port}", st.sampled_from(HOSTS), st.sampled_from(("", ":9080"))
            ),
            "method": methods,
            "path": st.builds(
                lambda path, more, query: "/" + (path + more).lstrip("/") + query,
                _path,
                st.sampled_from(("", "x", "/x", "/../b")),
                st.sampled_from(("", "?a=a", "?a=b&b=a", "?ab", "?x=y&A=ab")),
            ),
            "headers": st.builds(
                lambda some, more: {**some, **more},
                st.dictionaries(st.sampled_from(HEADERS), _word, max_size=2),
                more,
            ),
        }
    )


_usual = _request(st.sampled_from(METHODS), st.one_of(st.just({}), _preflight))
requests: Json = st.one_of(_usual, _usual, _request(st.just("OPTIONS"), _preflight))


def services() -> str:
    """The services that the rules are for, each with a workload for every version, and the client."""
    parts = [
        to_yaml({"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": _service_spec(name)})
        for name in SERVICES
    ]
    pods = [(f"{name}-{version}", {"app": name, "version": version}) for name in SERVICES for version in SUBSETS]
    parts += [
        to_yaml({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": labels}, "spec": _POD})
        for name, labels in (*pods, ("client", {"app": "client"}))
    ]
    return "---\n".join(parts)


_POD = {"containers": [{"name": "app", "image": "app"}]}


def _service_spec(name: str) -> JsonObject:
    return {"selector": {"app": name}, "ports": [{"name": "http", "port": PORT}]}


def scenario_of(mesh: Mesh) -> Scenario:
    """The rules in a mesh; those that validation refuses are left out, as an API would."""
    rules, leaves, destinations = mesh
    bodies = [_body("VirtualService", f"rule-{number}", spec) for number, spec in enumerate(rules)]
    bodies += [_body("VirtualService", name, spec) for name, spec in zip(LEAVES, leaves, strict=False)]
    bodies += [_body("DestinationRule", f"to-{number}", spec) for number, spec in enumerate(destinations)]
    documents, problems = parse_documents("---\n".join([services(), *map(to_yaml, bodies)]), "generated.yaml")
    assert problems == []
    return build_scenario(documents)


def _body(kind: str, name: str, spec: JsonObject) -> JsonObject:
    return {"apiVersion": "networking.istio.io/v1", "kind": kind, "metadata": {"name": name}, "spec": spec}
