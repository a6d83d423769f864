"""What proxies write down of each request and connection."""

from lateen.ir.listener import AccessLog
from lateen.model.settings import MeshSettings


def access_log(settings: MeshSettings) -> AccessLog | None:
    """The mesh's access log, if it has one."""
    if not settings.access_log_file:
        return None
    return AccessLog(path=settings.access_log_file, format=settings.access_log_format, json=settings.access_log_json)
