"""Debug, health, metrics and the distribution of changes, over HTTP."""

import math

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from lateen.admin.config_dump import config_dump, find_connection
from lateen.admin.problems import problem_list
from lateen.admin.registry import configs, endpoints, services
from lateen.admin.sync_status import sync_status
from lateen.api.meta import JsonObject
from lateen.xds.distribution import Outcome
from lateen.xds.fleet import Fleet
from lateen.xds.push import Pusher

LONGEST_WAIT_SECONDS = 300.0


class _Json(JSONResponse):
    def render(self, content: object) -> bytes:
        return msgspec.json.encode(content)


class Admin:
    """The handlers; each reads what the fleet and the pusher know, and changes nothing."""

    def __init__(self, fleet: Fleet, pusher: Pusher) -> None:
        self._fleet = fleet
        self._pusher = pusher

    def routes(self) -> list[Route]:
        """To be mounted beside the REST API."""
        return [
            Route("/debug/syncz", self.syncz),
            Route("/debug/config_dump", self.config_dump),
            Route("/debug/registryz", self.registryz),
            Route("/debug/endpointz", self.endpointz),
            Route("/debug/configz", self.configz),
            Route("/debug/problemz", self.problemz),
            Route("/distribution", self.distribution),
            Route("/metrics", self.metrics),
            Route("/healthz", self.alive),
            Route("/livez", self.alive),
            Route("/readyz", self.ready),
        ]

    async def syncz(self, _: Request) -> Response:
        """Every connected proxy and how far it is."""
        return _Json(sync_status(self._fleet))

    async def config_dump(self, request: Request) -> Response:
        """What the proxy `proxyID` was sent."""
        name = request.query_params.get("proxyID", "")
        connection = find_connection(self._fleet, name)
        if connection is None:
            message = f"no proxy {name!r} is connected: `lateen proxy-status` lists those that are"
            return PlainTextResponse(message + "\n", status_code=404)
        return _Json(config_dump(connection))

    async def registryz(self, _: Request) -> Response:
        """The services known."""
        return _Json(services(self._pusher.snapshot))

    async def endpointz(self, _: Request) -> Response:
        """The endpoints known."""
        return _Json(endpoints(self._pusher.snapshot))

    async def configz(self, _: Request) -> Response:
        """The rules in force."""
        return _Json(configs(self._pusher.feed.held.values()))

    async def problemz(self, request: Request) -> Response:
        """What is wrong, of all resources or those of one `kind`, `namespace`, `name`."""
        chosen = {word: request.query_params.get(word, "") for word in ("kind", "namespace", "name")}
        return _Json(problem_list(self._fleet.board.problems(), **chosen))

    async def distribution(self, request: Request) -> Response:
        """How far `revision` (the newest push without it) and those from `since` on have come, after at most `wait`
        seconds."""
        latest = self._fleet.distributions.latest()
        try:
            revision = int(request.query_params.get("revision") or (latest.revision if latest else 0))
            first = int(request.query_params.get("since") or 0)
            wait = float(request.query_params.get("wait") or 0)
        except ValueError:
            return PlainTextResponse("revision and since must be integers, wait a number of seconds\n", status_code=400)
        if not math.isfinite(wait):
            return PlainTextResponse("wait must be a number of seconds\n", status_code=400)
        wait = min(max(wait, 0.0), LONGEST_WAIT_SECONDS)
        distributions = self._fleet.distributions
        outcome = (
            await distributions.wait_for(revision, wait, first) if wait else distributions.outcome(revision, first)
        )
        return _Json(_outcome(outcome))

    async def metrics(self, _: Request) -> Response:
        """Prometheus' text format."""
        return Response(self._fleet.metrics.text(), media_type=CONTENT_TYPE_LATEST)

    async def alive(self, _: Request) -> Response:
        """The process answers."""
        return PlainTextResponse("ok")

    async def ready(self, _: Request) -> Response:
        """200 once the first configuration is published."""
        if self._pusher.ready.is_set():
            return PlainTextResponse("ok")
        return PlainTextResponse("the first configuration is still being built\n", status_code=503)


def _outcome(outcome: Outcome) -> JsonObject:
    return {
        "revision": outcome.revision,
        "proxies": outcome.proxies,
        "acked": outcome.acked,
        "nacked": [{"proxy": nack.proxy, "type": nack.type, "message": nack.message} for nack in outcome.nacked],
        "waiting": list(outcome.waiting),
        "elapsedMs": outcome.elapsed_ms,
        "complete": outcome.complete,
        "postponed": outcome.postponed,
    }
