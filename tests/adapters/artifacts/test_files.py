"""Artifacts on a folder: whole files or none, for their owner only."""

import asyncio
import hashlib
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from manoflow.adapters.artifacts.files import FileArtifacts
from manoflow.domain.errors import InvalidInputError, NotFoundError, UnreachableError
from manoflow.ports.artifacts import Artifacts

CONTENT = b"a package, " * 1000
ONE, OTHER = uuid4(), uuid4()
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
    await artifacts.receive(ONE, upload(CONTENT[:7], b"", CONTENT[7:]))
    kept = await artifacts.keep(ONE, DIGEST)
    assert kept == artifacts.path(DIGEST)
    assert kept.read_bytes() == CONTENT
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert files_in(tmp_path) == [kept]


async def test_keeping_the_same_content_again_is_no_error(artifacts: Artifacts, tmp_path: Path) -> None:
    for upload_id in (ONE, OTHER):
        await artifacts.receive(upload_id, upload(CONTENT))
    kept = await artifacts.keep(ONE, DIGEST)
    assert await artifacts.keep(OTHER, DIGEST) == kept
    assert await artifacts.keep(OTHER, DIGEST) == kept
    assert files_in(tmp_path) == [kept]
    assert kept.read_bytes() == CONTENT


async def test_what_is_discarded_or_removed_is_gone_and_may_be_so_twice(artifacts: Artifacts, tmp_path: Path) -> None:
    for upload_id in (ONE, OTHER):
        await artifacts.receive(upload_id, upload(CONTENT))
    await artifacts.keep(OTHER, DIGEST)
    for _ in range(2):
        await artifacts.discard(ONE)
        await artifacts.remove(DIGEST)
    assert files_in(tmp_path) == []


async def test_content_is_listed_part_by_part_with_its_age(artifacts: Artifacts, tmp_path: Path) -> None:
    assert await artifacts.stored("") == {}
    digests = [f"{part}{place}{'0' * 61}" for part in ("0a", "b1") for place in "12"]
    for digest in digests:
        path = artifacts.path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, (0, 0))
    (tmp_path / "artifacts" / "sha256" / "0a" / "no digest").touch()
    (tmp_path / "artifacts" / "sha256" / "5c").mkdir()
    parts = [await artifacts.stored(behind) for behind in ("", digests[1], digests[3])]
    assert [sorted(part) for part in parts] == [digests[:2], digests[2:], []]
    assert min(parts[0].values()) > 1e9
    await artifacts.renew([digests[0], "f" * 64])
    first = await artifacts.stored("")
    assert (first[digests[0]] < 60, first[digests[1]] > 1e9) == (True, True)


async def test_content_that_is_wanted_is_not_removed(artifacts: Artifacts) -> None:
    await artifacts.receive(ONE, upload(CONTENT))
    kept = await artifacts.keep(ONE, DIGEST)
    assert not await artifacts.remove(DIGEST, 60)
    os.utime(kept, (0, 0))
    await artifacts.receive(OTHER, upload(CONTENT))
    await artifacts.keep(OTHER, DIGEST)
    assert not await artifacts.remove(DIGEST, 60), "it was kept once more"
    os.utime(kept, (0, 0))
    assert await artifacts.remove(DIGEST, 60)
    assert not await artifacts.remove(DIGEST, 60)


async def test_an_upload_that_breaks_off_leaves_nothing(artifacts: Artifacts, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield CONTENT
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await artifacts.receive(ONE, broken())
    assert files_in(tmp_path) == []
    assert await artifacts.received(ONE) is None


async def test_an_upload_is_there_when_it_is_whole(artifacts: Artifacts) -> None:
    seen: list[Path | None] = []

    async def looking() -> AsyncIterator[bytes]:
        yield CONTENT
        seen.append(await artifacts.received(ONE))

    for _ in range(2):  # The second time it is there already.
        await artifacts.receive(ONE, looking())
        seen.append(await artifacts.received(ONE))
    whole = seen[-1]
    assert whole
    assert seen == [None, whole, whole, whole]
    assert whole.read_bytes() == CONTENT


async def test_what_processes_that_died_left_behind_is_removed_in_time(artifacts: Artifacts, tmp_path: Path) -> None:
    for upload_id in (ONE, OTHER):
        await artifacts.receive(upload_id, upload(CONTENT))
        (tmp_path / "artifacts" / "incoming" / f"{upload_id}.abc").write_bytes(b"half of it")
    await artifacts.discard_strays([])
    assert len(files_in(tmp_path)) == 4, "they are young"
    for path in files_in(tmp_path):
        os.utime(path, (0, 0))
    await artifacts.discard_strays([ONE])
    assert {path.name.partition(".")[0] for path in files_in(tmp_path)} == {str(ONE)}
    await artifacts.discard(ONE)
    assert files_in(tmp_path) == []


async def test_an_upload_that_is_cancelled_leaves_nothing(artifacts: Artifacts, tmp_path: Path) -> None:
    waiting = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        yield CONTENT
        waiting.set()
        await asyncio.Event().wait()

    receiving = asyncio.create_task(artifacts.receive(ONE, endless()))
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
        await artifacts.receive(ONE, upload(CONTENT))


async def test_what_was_never_received_cannot_be_kept(artifacts: Artifacts) -> None:
    with pytest.raises(UnreachableError, match=f"cannot store .*{DIGEST}: No such file"):
        await artifacts.keep(ONE, DIGEST)


async def test_the_first_attempt_that_is_whole_is_the_upload(artifacts: Artifacts, tmp_path: Path) -> None:
    async def woken() -> AsyncIterator[bytes]:
        yield b"what is there by now"
        await artifacts.receive(ONE, upload(CONTENT))

    await artifacts.receive(ONE, woken())
    whole = await artifacts.received(ONE)
    assert whole
    assert whole.read_bytes() == CONTENT
    assert files_in(tmp_path) == [whole]


async def test_what_comes_after_it_was_kept_does_not_take_its_place(artifacts: Artifacts, tmp_path: Path) -> None:
    await artifacts.receive(ONE, upload(CONTENT))
    kept = await artifacts.keep(ONE, DIGEST)
    await artifacts.receive(ONE, upload(b"what is there by now"))
    assert await artifacts.keep(ONE, DIGEST) == kept
    assert kept.read_bytes() == CONTENT
    assert files_in(tmp_path) == [kept]


async def test_what_is_gone_is_not_waited_for(artifacts: Artifacts) -> None:
    await artifacts.receive(ONE, upload(CONTENT))
    with pytest.raises(NotFoundError, match="upload it again"):
        await artifacts.keep(OTHER, DIGEST)
