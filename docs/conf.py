"""Sphinx's settings. The pages are Markdown; their tables are written into them by cog."""

import tomllib
from pathlib import Path

_PROJECT = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]

project = _PROJECT["name"]
version = release = _PROJECT["version"]
author = copyright = "The stepsmith authors"  # noqa: A001 -- Sphinx's own name

extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build"]
myst_heading_anchors = 3
myst_enable_extensions = ["colon_fence"]

html_theme = "furo"
html_title = f"{project} {version}"
html_copy_source = False
