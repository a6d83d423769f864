"""The `lateen` command: one module a verb, imported when it is used."""


def main() -> None:
    """Run the command line."""
    raise SystemExit("not yet")
