import re
import subprocess
import sys
from pathlib import Path


def test_the_layers_import_only_what_is_below_them(root: Path) -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [lint_imports, "--no-cache"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    assert re.search(r"\b[1-9]\d* kept, 0 broken", done.stdout)
