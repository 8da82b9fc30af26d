"""Entry point of the command ``headway``."""

from __future__ import annotations

import pkgutil
import sys

from headway.installation import overwritten


def main() -> None:
    """Run the command line, or say in one line that another package has written over its files."""
    try:
        run = pkgutil.resolve_name("headway.cli.commands:main")
    except ImportError:
        if problem := overwritten():
            sys.exit(f"headway: {problem}")
        raise
    run()


if __name__ == "__main__":
    main()
