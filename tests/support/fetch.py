"""One request to a server of this machine."""

import urllib.error
import urllib.request


def fetch(url: str, timeout: float = 5.0, **headers: str) -> tuple[int, str]:
    """Status and body; (0, reason) when there is no answer."""
    request = urllib.request.Request(url, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
    except OSError as error:
        return 0, str(error)
