"""Addresses of Unix sockets."""

from lateen.validation.field import Field


def check_unix_path(path: str, field: Field) -> None:
    """Report what is neither an absolute file nor an abstract socket."""
    if not path.startswith("@") and (not path.startswith("/") or path.endswith("/")):
        field.error(f'"{path[:80]}" is no socket', "write unix:///absolute/file or unix://@name", "InvalidAddress")
