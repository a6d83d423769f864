"""How to reach a REST API: its address, whom to trust and who one is."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit


class AccessError(Exception):
    """There is no usable way to the API; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Access:
    """One kubeconfig context, resolved. `ca` is PEM text, "" for the machine's own roots."""

    server: str
    ca: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    namespace: str = "default"
    context: str = ""
    server_name: str = ""
    insecure: bool = False

    @property
    def host(self) -> str:
        """The server's host name or address."""
        return urlsplit(self.server).hostname or "localhost"

    @property
    def port(self) -> int:
        """The server's port."""
        split = urlsplit(self.server)
        return split.port or (443 if split.scheme == "https" else 80)

    @property
    def is_tls(self) -> bool:
        """Whether the server speaks HTTPS."""
        return urlsplit(self.server).scheme == "https"

    @property
    def prefix(self) -> str:
        """The path below which the API is, without a final slash."""
        return urlsplit(self.server).path.rstrip("/")

    def headers(self) -> dict[str, str]:
        """The headers that say who one is."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}
