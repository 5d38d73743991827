"""A worker that keeps its files to itself has sandboxes as any other has."""

import os
from collections.abc import Iterator

import pytest

from stepsmith.sandboxes.contract import Execution, File
from stepsmith.sandboxes.errors import SandboxError
from stepsmith.sandboxes.images import Image
from stepsmith.sandboxes.open import open_sandbox
from stepsmith.schemas.sandbox import Level, SandboxSettings

SOURCE = "import os\nprint(open('given').read(), oct(os.umask(0)))"


@pytest.fixture
def closed() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("level", ["self", "uid", "ns"])
def test_a_program_reads_its_files_whatever_the_umask_of_the_worker(level: Level) -> None:
    settings = SandboxSettings(level=level, minimum=level, slots=1)
    try:
        sandbox = open_sandbox(settings, [Image(name="python")])
    except SandboxError as error:
        before = os.umask(0o022)
        try:
            open_sandbox(settings, [Image(name="python")]).close()
        except SandboxError:
            pytest.skip(f"no level {level} here: {error}")
        finally:
            os.umask(before)
        raise
    try:
        files = (File(name="given", data=b"hello"),)
        result = sandbox.run(Execution(id="", source=SOURCE, files=files))
    finally:
        sandbox.close()
    assert (result.stdout, result.stderr) == (b"hello 0o22\n", b"")
