"""GET: one resource, or a list of them."""

from lateen.api.meta import JsonObject
from lateen.apiserver.call import Answer, Backend, Call
from lateen.apiserver.status import bad_request, not_found
from lateen.apiserver.target import Target
from lateen.store.config_store import Stored


async def get(backend: Backend, call: Call) -> Answer:
    """The resource at the path. Raises StatusError."""
    return Answer(call.target.present((await find(backend, call.target)).body))


async def find(backend: Backend, target: Target) -> Stored:
    """The resource at the path. Raises StatusError."""
    stored = await backend.store.get(target.ref)
    if stored is None:
        raise not_found(target.info, target.name)
    return stored


async def list_all(backend: Backend, call: Call) -> Answer:
    """Everything at the path that the selectors select, in pieces of `limit` where asked for. Raises StatusError."""
    target, selector = call.target, call.selector
    listing = await backend.store.list([target.info.id], target.namespace or None)
    bodies = [item.body for item in listing.items if selector.is_empty or selector.selects(item.body)]
    bodies, metadata = _page(call, bodies)
    metadata["resourceVersion"] = str(listing.revision)
    return Answer(
        {
            "kind": f"{target.info.kind}List",
            "apiVersion": target.api_version,
            "metadata": metadata,
            "items": [target.present(body) for body in bodies],
        }
    )


def _page(call: Call, bodies: list[JsonObject]) -> tuple[list[JsonObject], JsonObject]:
    """The bodies after the one that `continue` names. Lists are sorted by name, so a name is a place in them."""
    limit, after = call.number("limit"), call.query.get("continue", "")
    if after:
        if after.count("/") != 1:
            raise bad_request(f"continue {after!r} is not from a list of this server")
        bodies = [body for body in bodies if _place(body) > tuple(after.split("/"))]
    if not limit or len(bodies) <= limit:
        return bodies, {}
    page = bodies[:limit]
    rest = {"continue": "/".join(_place(page[-1])), "remainingItemCount": len(bodies) - limit}
    return page, rest


def _place(body: JsonObject) -> tuple[str, str]:
    return body["metadata"].get("namespace") or "", body["metadata"]["name"]
