"""Limits on connections and requests. Rules: `validateConnectionPool` in Istio."""

from typing import Final

from lateen.api.connection_pool import ConnectionPoolSettings
from lateen.validation.field import Field

_COUNTS: Final = {
    "http1_max_pending_requests": "http1MaxPendingRequests",
    "http2_max_requests": "http2MaxRequests",
    "max_requests_per_connection": "maxRequestsPerConnection",
    "max_retries": "maxRetries",
    "max_concurrent_streams": "maxConcurrentStreams",
}


def check_connection_pool(settings: ConnectionPoolSettings | None, field: Field) -> None:
    """Report limits that cannot be."""
    if settings is None:
        return
    if settings.http is None and settings.tcp is None:
        field.error("is empty", "set tcp or http, or remove it", "MissingField")
    if settings.tcp and settings.tcp.max_connections < 0:
        _below_zero(settings.tcp.max_connections, field.at("tcp", "maxConnections"))
    http = settings.http
    if http is None:
        return
    for name, shown in _COUNTS.items():
        if getattr(http, name) < 0:
            _below_zero(getattr(http, name), field.at("http", shown))
    if http.h2_upgrade_policy == "UPGRADE" and http.use_client_protocol:
        message = "h2UpgradePolicy UPGRADE and useClientProtocol contradict"
        field.at("http", "useClientProtocol").error(message, "keep one of them", "Conflict")
    if http.http2_keep_alive:
        for name, value in (("interval", http.http2_keep_alive.interval), ("timeout", http.http2_keep_alive.timeout)):
            if value is None:
                field.at("http", "http2KeepAlive", name).error("is required", f'add "{name}: ..."', "MissingField")


def _below_zero(number: int, field: Field) -> None:
    field.error(f"{number} is below zero", "write a limit, or remove the field for none")
