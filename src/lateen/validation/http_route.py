"""HTTP routes of a VirtualService. Rules: `validateHTTPRoute` in Istio."""

from lateen.api.virtual_service import HTTPRoute
from lateen.validation.destination import check_destination, check_weights
from lateen.validation.field import Field
from lateen.validation.http_action import (
    check_cors,
    check_direct_response,
    check_fault,
    check_mirrors,
    check_redirect,
    check_retries,
    check_rewrite,
)
from lateen.validation.http_header import check_headers, is_authority
from lateen.validation.http_match import check_http_match
from lateen.validation.names import is_label


def check_http_route(route: HTTPRoute, field: Field, *, gateway: bool, delegate: bool) -> None:
    """Report what one route cannot do; `delegate`: whether its VirtualService is one."""
    _check_conflicts(route, field, delegate=delegate)
    for place, match in enumerate(route.match):
        check_http_match(match, field.at("match", place), gateway=gateway)
    check_weights(route.route, field / "route")
    for place, target in enumerate(route.route):
        check_destination(target.destination, field.at("route", place, "destination"))
        check_headers(target.headers, field.at("route", place, "headers"))
    check_headers(route.headers, field / "headers")
    check_redirect(route.redirect, route, field / "redirect")
    check_direct_response(route.direct_response, field / "directResponse")
    check_rewrite(route.rewrite, field / "rewrite")
    check_retries(route.retries, field / "retries")
    check_fault(route.fault, field / "fault")
    check_mirrors(route, field)
    check_cors(route.cors_policy, field / "corsPolicy")
    _check_authority(route, field)


def _check_conflicts(route: HTTPRoute, field: Field, *, delegate: bool) -> None:
    if route.delegate is not None and not delegate:
        for name, given in (("route", route.route), ("redirect", route.redirect)):
            if given:
                (field / name).error(f"{name} and delegate are both set", "keep one of them", "Conflict")
        if not is_label(route.delegate.name):
            field.at("delegate", "name").warn("names no VirtualService", "write the delegate's name", "InvalidName")
        return
    if route.delegate is not None:
        (field / "delegate").error("a delegate cannot delegate again", "write the route here", "Unsupported")
    action = "redirect" if route.redirect else "directResponse" if route.direct_response else ""
    others: dict[str, object] = {
        "route": route.route,
        "fault": route.fault,
        "rewrite": route.rewrite,
        "directResponse": route.direct_response if action == "redirect" else None,
    }
    for name, value in others.items() if action else ():
        if value:
            (field / name).error(f"{name} and {action} are both set", "keep one of them", "Conflict")
    if not action and not route.route:
        hint = "add route, redirect or directResponse"
        field.error("the route says nothing about where requests go", hint, "MissingField")


def _check_authority(route: HTTPRoute, field: Field) -> None:
    request = route.headers.request if route.headers else None
    names = [*request.set, *request.add] if request else []
    count = sum(is_authority(name) for name in names) + bool(route.rewrite and route.rewrite.authority)
    if count > 1:
        field.error("the authority is set more than once", "keep rewrite.authority or one header", "Conflict")
