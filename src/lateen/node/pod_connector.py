"""HTTP connections that begin inside a pod's network namespace."""

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.client_reqrep import ClientRequest
from aiohttp.tracing import Trace

from lateen.node.shim_client import ShimClient


class PodConnector(aiohttp.BaseConnector):
    """Connects every request to one address and port of a pod, through its shim."""

    allowed_protocol_schema_set = frozenset({"http"})

    def __init__(self, shim: ShimClient, host: str, port: int) -> None:
        super().__init__(force_close=True)
        self._shim = shim
        self._target = (host, port)

    async def _create_connection(
        self,
        req: ClientRequest,
        traces: list[Trace],
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - the base class's parameter
    ) -> ResponseHandler:
        connection = await self._shim.connect(*self._target)
        _, protocol = await self._loop.create_connection(self._factory, sock=connection)
        return protocol
