"""Istio's helloworld sample."""

import os
import socket

from lateen.programs.http_server import Request, Response, serve, text_response


def answer(request: Request) -> Response:
    """/hello and /health."""
    if request.path == "/hello":
        version = os.environ.get("SERVICE_VERSION")
        instance = os.environ.get("HOSTNAME") or socket.gethostname()
        return text_response(f"Hello version: {version}, instance: {instance}\n", kind="text/html; charset=utf-8")
    if request.path == "/health":
        return text_response("Helloworld is healthy", kind="text/html; charset=utf-8")
    return text_response("Not Found\n", 404)


if __name__ == "__main__":
    serve(answer, 5000)
