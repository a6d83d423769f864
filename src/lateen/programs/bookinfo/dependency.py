"""Where the other bookinfo services are."""

import os


def base_url(service: str) -> str:
    """The URL of a service without a path, as the images' environment variables name it."""
    host = os.environ.get(f"{service.upper()}_HOSTNAME", service)
    domain = os.environ.get("SERVICES_DOMAIN", "")
    # Kubernetes' own variable for a service named `details` has this name too, with the same number in it.
    port = os.environ.get(f"{service.upper()}_SERVICE_PORT", "9080")
    return f"http://{host}{'.' + domain if domain else ''}:{port}"
