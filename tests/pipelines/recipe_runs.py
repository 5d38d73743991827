"""Runs of one recipe into folders of their own, each with its manifest and its summary."""

from collections.abc import Callable
from pathlib import Path

from stepsmith.pipelines.manifest import Manifest
from stepsmith.pipelines.run import RunOptions, make_job, run
from stepsmith.pipelines.summary import summary

Made = tuple[str, Manifest, str]
"""A run's folder, its manifest and its summary."""

Run = Callable[..., Made]
"""Runs the recipe under a name, with further overrides, and perhaps `options`."""


def runs_of(recipe: str, folder: Path, *given: str) -> Run:
    """Return what runs a recipe with the `given` overrides and others, into a folder's folders."""

    def make(name: str, *overrides: str, options: RunOptions | None = None) -> Made:
        root = str(folder / name)
        job = make_job(recipe, output=root, overrides=(*given, *overrides))
        manifest = run(job, options or RunOptions(quiet=True))
        assert manifest is not None
        return root, manifest, summary(job, manifest)

    return make
