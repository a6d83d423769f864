"""Cross-origin rules (Istio `CorsPolicy`)."""

from lateen.api.virtual_service import CorsPolicy
from lateen.ir.match import StringKind, StringMatch
from lateen.ir.route import Cors
from lateen.resolve.http_match import string_match


def cors(policy: CorsPolicy | None) -> Cors | None:
    """The policy that the proxy answers by; preflights of other origins are forwarded unless told otherwise."""
    if policy is None:
        return None
    if policy.allow_origins:
        origins = tuple(string_match(origin) for origin in policy.allow_origins)
    else:
        origins = tuple(StringMatch(kind=StringKind.EXACT, value=origin) for origin in policy.allow_origin)
    return Cors(
        allow_origins=origins,
        allow_methods=",".join(policy.allow_methods),
        allow_headers=",".join(policy.allow_headers),
        expose_headers=",".join(policy.expose_headers),
        max_age=str(policy.max_age.milliseconds // 1000) if policy.max_age is not None else "",
        allow_credentials=policy.allow_credentials,
        forward_unmatched_preflights=policy.unmatched_preflights != "IGNORE",
    )
