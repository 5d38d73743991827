import re
import subprocess
import sys
import tomllib
from pathlib import Path


def test_the_layers_import_only_what_is_below_them(root: Path) -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint_imports, "--no-cache"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"\b[1-9]\d* kept, 0 broken", done.stdout)


def test_beam_is_kept_out_of_every_package_but_its_own_and_what_assembles_it(root: Path) -> None:
    tools = tomllib.loads((root / "pyproject.toml").read_text())["tool"]
    [edge] = (
        one for one in tools["importlinter"]["contracts"] if one["name"] == "Beam at the edge"
    )
    beam = re.compile(r"stepsmith\.(transforms(\.beam)?|pipelines(\..*)?)$")
    kept_out = [name for name in tools["setuptools"]["packages"] if not beam.match(name)]
    assert edge["source_modules"] == kept_out
