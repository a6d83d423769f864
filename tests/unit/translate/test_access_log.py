"""Access logs."""

import pytest
from envoy.extensions.access_loggers.file.v3.file_pb2 import FileAccessLog
from google.protobuf import json_format

from lateen.ir.listener import AccessLog
from lateen.translate.access_log import JSON_FORMAT, TEXT_FORMAT, access_logs
from lateen.translate.wire import unpack


def log_of(log: AccessLog) -> FileAccessLog:
    (written,) = access_logs(log)
    file = unpack(written.typed_config)
    assert isinstance(file, FileAccessLog)
    return file


def test_none() -> None:
    assert access_logs(None) == []


def test_text() -> None:
    file = log_of(AccessLog(path="/dev/stdout"))
    assert (file.path, file.log_format.text_format_source.inline_string) == ("/dev/stdout", TEXT_FORMAT)
    own = log_of(AccessLog(path="/dev/stdout", format="%PATH%\n"))
    assert own.log_format.text_format_source.inline_string == "%PATH%\n"


@pytest.mark.parametrize(
    ("text", "fields"),
    [("", JSON_FORMAT), ('{"p": {"q": "%PATH%"}}', {"p": {"q": "%PATH%"}}), ("[1]", JSON_FORMAT), ("{", JSON_FORMAT)],
)
def test_json(text: str, fields: dict[str, object]) -> None:
    file = log_of(AccessLog(path="/x", json=True, format=text))
    assert json_format.MessageToDict(file.log_format.json_format) == fields
