"""Serve the dashboard: ``python -m headway.ui`` is ``streamlit run dashboard.py``, and takes the same options.

Streamlit would take this folder for pages of its own finding until dashboard.py has run once, and greet the first
reader of a link to a page with "Page not found".
"""

import sys
from pathlib import Path

from streamlit.runtime.pages_manager import PagesManager
from streamlit.web.cli import main

if __name__ == "__main__":
    PagesManager.uses_pages_directory = False
    main(
        ["run", str(Path(__file__).parents[2] / "dashboard.py"), *sys.argv[1:]],
        prog_name="headway serve",
    )
