"""Artifacts on a folder: whole files or none, for their owner only."""

import asyncio
import hashlib
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from manoflow.adapters.artifacts.files import FileArtifacts
from manoflow.domain.errors import InvalidInputError, UnreachableError
from manoflow.ports.artifacts import Artifacts

CONTENT = b"a package, " * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def artifacts(tmp_path: Path) -> Artifacts:
    return FileArtifacts(tmp_path / "artifacts")


async def upload(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


def files_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


async def test_what_is_received_and_kept_is_found_by_its_digest(artifacts: Artifacts, tmp_path: Path) -> None:
    received = await artifacts.receive(upload(CONTENT[:7], b"", CONTENT[7:]))
    kept = await artifacts.keep(received, DIGEST)
    assert kept == artifacts.path(DIGEST)
    assert kept.read_bytes() == CONTENT
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert files_in(tmp_path) == [kept]


async def test_keeping_the_same_content_again_is_no_error(artifacts: Artifacts, tmp_path: Path) -> None:
    first, second = [await artifacts.receive(upload(CONTENT)) for _ in range(2)]
    kept = await artifacts.keep(first, DIGEST)
    assert await artifacts.keep(second, DIGEST) == kept
    assert await artifacts.keep(second, DIGEST) == kept
    assert files_in(tmp_path) == [kept]
    assert kept.read_bytes() == CONTENT


async def test_what_is_discarded_or_removed_is_gone_and_may_be_so_twice(artifacts: Artifacts, tmp_path: Path) -> None:
    received = await artifacts.receive(upload(CONTENT))
    await artifacts.keep(await artifacts.receive(upload(CONTENT)), DIGEST)
    for _ in range(2):
        await artifacts.discard(received)
        await artifacts.remove(DIGEST)
    assert files_in(tmp_path) == []


async def test_an_upload_that_breaks_off_leaves_nothing(artifacts: Artifacts, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield CONTENT
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await artifacts.receive(broken())
    assert files_in(tmp_path) == []


async def test_an_upload_that_is_cancelled_leaves_nothing(artifacts: Artifacts, tmp_path: Path) -> None:
    waiting = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield CONTENT
        waiting.set()
        await asyncio.Event().wait()

    receiving = asyncio.create_task(artifacts.receive(endless()))
    await waiting.wait()
    assert len(files_in(tmp_path)) == 1
    receiving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await receiving
    assert files_in(tmp_path) == []


@pytest.mark.parametrize("digest", ["", "../../etc/passwd", "0" * 63, "G" * 64, DIGEST.upper(), DIGEST + "\n"])
async def test_what_is_no_digest_leads_nowhere(artifacts: Artifacts, digest: str) -> None:
    with pytest.raises(InvalidInputError, match="cannot look for content"):
        artifacts.path(digest)
    with pytest.raises(InvalidInputError):
        await artifacts.remove(digest)


async def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "artifacts").write_text("a file, not a folder")
    artifacts = FileArtifacts(tmp_path / "artifacts")
    with pytest.raises(UnreachableError, match=r"cannot store .*artifacts/incoming: Not a directory"):
        await artifacts.receive(upload(CONTENT))


async def test_what_was_never_received_cannot_be_kept(artifacts: Artifacts, tmp_path: Path) -> None:
    with pytest.raises(UnreachableError, match=f"cannot store .*{DIGEST}: No such file"):
        await artifacts.keep(tmp_path / "nothing", DIGEST)
