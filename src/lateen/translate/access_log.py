"""Access logs, in Istio's formats unless another is asked for."""

import json
from typing import Any

from envoy.config.accesslog.v3 import accesslog_pb2
from envoy.config.core.v3 import base_pb2, substitution_format_string_pb2
from envoy.extensions.access_loggers.file.v3 import file_pb2
from google.protobuf import struct_pb2

from lateen.ir.listener import AccessLog
from lateen.translate.names import FILE_ACCESS_LOG
from lateen.translate.wire import pack

TEXT_FORMAT = (
    '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% '
    "%RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "
    '"%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% '
    '%DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" '
    '"%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% '
    "%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n"
)
"""Istio's default line (its documentation, "Default access log format")."""

JSON_FORMAT = {
    "authority": "%REQ(:AUTHORITY)%",
    "bytes_received": "%BYTES_RECEIVED%",
    "bytes_sent": "%BYTES_SENT%",
    "connection_termination_details": "%CONNECTION_TERMINATION_DETAILS%",
    "downstream_local_address": "%DOWNSTREAM_LOCAL_ADDRESS%",
    "downstream_remote_address": "%DOWNSTREAM_REMOTE_ADDRESS%",
    "duration": "%DURATION%",
    "method": "%REQ(:METHOD)%",
    "path": "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
    "protocol": "%PROTOCOL%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "requested_server_name": "%REQUESTED_SERVER_NAME%",
    "response_code": "%RESPONSE_CODE%",
    "response_code_details": "%RESPONSE_CODE_DETAILS%",
    "response_flags": "%RESPONSE_FLAGS%",
    "route_name": "%ROUTE_NAME%",
    "start_time": "%START_TIME%",
    "upstream_cluster": "%UPSTREAM_CLUSTER_RAW%",
    "upstream_host": "%UPSTREAM_HOST%",
    "upstream_local_address": "%UPSTREAM_LOCAL_ADDRESS%",
    "upstream_service_time": "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%",
    "upstream_transport_failure_reason": "%UPSTREAM_TRANSPORT_FAILURE_REASON%",
    "user_agent": "%REQ(USER-AGENT)%",
    "x_forwarded_for": "%REQ(X-FORWARDED-FOR)%",
}
"""Istio's default fields of `accessLogEncoding: JSON`."""


def access_logs(log: AccessLog | None) -> list[accesslog_pb2.AccessLog]:
    """The log as Envoy's list of logs; none where nothing is to be logged."""
    if log is None:
        return []
    file = file_pb2.FileAccessLog(path=log.path, log_format=_format(log))
    return [accesslog_pb2.AccessLog(name=FILE_ACCESS_LOG, typed_config=pack(file))]


def _format(log: AccessLog) -> substitution_format_string_pb2.SubstitutionFormatString:
    if not log.json:
        source = base_pb2.DataSource(inline_string=log.format or TEXT_FORMAT)
        return substitution_format_string_pb2.SubstitutionFormatString(text_format_source=source)
    struct = struct_pb2.Struct()
    struct.update(_json_fields(log.format))
    return substitution_format_string_pb2.SubstitutionFormatString(json_format=struct)


def _json_fields(text: str) -> dict[str, Any]:
    """The user's fields; Istio's where there are none or they can't be read (which validation reports)."""
    try:
        fields = json.loads(text) if text else None
    except ValueError:
        fields = None
    return fields if isinstance(fields, dict) else dict(JSON_FORMAT)
