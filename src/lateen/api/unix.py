"""How addresses of Unix sockets are written."""

from typing import Final

UNIX_SCHEME: Final = "unix://"
"""What they begin with; `unix://@name` is an abstract one."""
