"""`stepsmith sandbox build`: the image of the Docker backend, made here or of another image."""

import contextlib

from stepsmith.sandboxes.archive import guard_archive
from stepsmith.sandboxes.docker import image as images
from stepsmith.sandboxes.docker.engine import connect
from stepsmith.schemas.errors import UserError

BUILD_S = 600.0


def build_image(name: str, *, packages: bool = False, base: str = "") -> str:
    """Make the image and return a line that says what is in it.

    Without a `base` it is a root file system of the interpreter that runs now, with `packages` if
    they are wanted; with one it is a copy of that image, which the engine has, and the guard.
    """
    if base and packages:
        msg = f"packages are put into an image of our own, and {base!r} has its own: "
        msg += "leave out --packages or --from"
        raise UserError(msg)
    guard = guard_archive().read_bytes()
    with contextlib.closing(connect(BUILD_S)) as client:
        if base:
            image = images.derive(client, name, base, guard)
        else:
            image = images.build(client, name, guard, packages=packages)
    found = image.description
    has = f"Python {found.python}" + "".join(f", {one}" for one in found.packages)
    return f"{name} is ready: {has}{f', of {base}' if base else ''}"
