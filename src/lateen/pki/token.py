"""Bearer tokens kept in files."""

import os
import secrets
from pathlib import Path

TOKEN_BYTES = 32


def ensure_token(path: Path) -> str:
    """The token in `path`, made by the first call and readable by the file's owner only."""
    if path.exists() and (known := path.read_text().strip()):
        return known
    token = secrets.token_urlsafe(TOKEN_BYTES)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(token + "\n")
    return token
