"""The `lateen` command: one module a verb, imported when the verb is used."""


def main() -> None:
    """Run the command line and exit."""
    from lateen.cli.root import root  # noqa: PLC0415 - importing this package must cost nothing

    root(prog_name="lateen")
