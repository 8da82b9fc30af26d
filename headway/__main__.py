"""Run the command line: ``python -m headway``."""

from headway.cli.commands import main

if __name__ == "__main__":
    main()
