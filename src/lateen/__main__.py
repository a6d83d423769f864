"""`python -m lateen` is the `lateen` command."""

from lateen.cli import main

if __name__ == "__main__":
    main()
