"""The TLS settings for talking to an API."""

import ssl

from lateen.client.access import Access, AccessError


def tls_context(access: Access) -> ssl.SSLContext | None:
    """The settings for `access`; None for a plain server. Raises AccessError for an unreadable authority."""
    if not access.is_tls:
        return None
    try:
        context = ssl.create_default_context(cadata=access.ca or None)
    except (ssl.SSLError, ValueError) as failure:
        raise AccessError(f"the certificate authority of context {access.context!r} can't be read: {failure}") from None
    if access.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context
