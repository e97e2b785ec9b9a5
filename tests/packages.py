"""Packages for tests: the project's examples, and those of others with a descriptor id of their own.

Foreign samples are found by the environment variable MANOFLOW_ETSI; without it the tests that need them are skipped.
"""

import os
import re
import shutil
from pathlib import Path
from uuid import uuid4

import pytest

from descriptors.packing import pack

EXAMPLES = Path(__file__).parent.parent / "examples"
EXAMPLE_NAMES = ("single-vdu", "three-vdus", "ten-vnfcs")
FOREIGN_NAMES = ("tacker-practical-vnf", "tacker-v2-basic-lcms-max", "tacker-compliance-vnf")

_DESCRIPTOR_ID = re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b")


def etsi_folder() -> Path:
    """The folder of ETSI's files and of packages made by others; skips the test where there is none."""
    folder = os.environ.get("MANOFLOW_ETSI")
    if not folder:
        pytest.skip("MANOFLOW_ETSI is not set: no packages made by others and no ETSI files to test with")
    return Path(folder)


def example_package(name: str, folder: Path) -> Path:
    """One of the examples, packed into a folder."""
    return pack(EXAMPLES / name, folder / f"{name}.csar")


def foreign_package(name: str, folder: Path, descriptor_id: str | None = None) -> Path:
    """A package made by others, packed into a folder, with a fresh (or the given) descriptor id throughout its files.

    The samples share a placeholder id, and a vnfdId names one package.
    """
    source = etsi_folder() / "samples" / name
    copy = folder / f"{name}-{uuid4().hex[:8]}"
    shutil.copytree(source, copy, copy_function=shutil.copyfile)
    new_id = descriptor_id or str(uuid4())
    for path in (copy / "Definitions").iterdir():
        path.chmod(0o644)
        path.write_text(_DESCRIPTOR_ID.sub(new_id, path.read_text()))
    return pack(copy, copy.with_suffix(".csar"))
