"""Sends the request on."""

from envoy.extensions.filters.http.router.v3 import router_pb2


def router_filter() -> router_pb2.Router:
    return router_pb2.Router()
