"""Artifacts outside of a package, fetched while somebody waits for them, and put into the archive that he gets.

What is fetched is compared with the manifest, and goes to disk before the answer begins: so a fetch that fails is a
problem and no archive, and nobody gets half a file. Nothing is kept: the next reader has it fetched again.
"""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import aclosing
from hashlib import new as new_hash
from hashlib import sha256
from posixpath import basename
from typing import IO
from urllib.parse import unquote, urlsplit
from zipfile import ZipFile, ZipInfo

from api.ext_artifacts_access import ACCESS
from api.services import Services
from descriptors.sol004.digests import hash_name
from manoflow.domain.errors import ConflictError, PermanentError, TemporaryError, UnreachableError
from manoflow.domain.external_artifacts import ExternalArtifactsAccessConfig
from manoflow.domain.outbound import shown
from manoflow.domain.packages import PackageArtifact, VnfPackage

FOLDER = "external-artifacts"
"""Where they are in an archive, each in a folder named by its URI's digest: two may bear the same name."""


class ExternalArtifacts:
    """Some of a package's external artifacts, to be added to an archive of what is inside."""

    def __init__(self, package: VnfPackage, artifacts: Sequence[PackageArtifact], services: Services) -> None:
        """Nothing is fetched yet."""
        self._package = package
        self._artifacts = artifacts
        self._services = services

    async def add_to(self, archive: IO[bytes], inside: Collection[str]) -> Sequence[str]:
        """Fetch them; gives the SHA-256 of each. `inside`: paths that are taken.

        Raises `UnreachableError` where trying again may help, else `ConflictError`; both say which one failed and what
        to do.
        """
        if not self._artifacts:
            return ()
        config = await self._services.records.external_access(self._package.id)
        folder = _free(inside)
        return [await self._add(archive, artifact, folder, config) for artifact in self._artifacts]

    async def _add(
        self, archive: IO[bytes], artifact: PackageArtifact, folder: str, config: ExternalArtifactsAccessConfig
    ) -> str:
        uri = artifact.external_uri or ""
        try:
            with ZipFile(archive, "a") as packed:
                return await self._fetch(packed, _path(folder, uri), artifact, config)
        except OSError as error:
            why = f"there is no place to hold it meanwhile ({error.strerror or error})"
            raise UnreachableError(self._told(uri, why)) from error
        except TemporaryError as error:
            raise UnreachableError(self._told(uri, error.message), retry_after=error.retry_after) from error
        except PermanentError as error:
            raise ConflictError(f"{self._told(uri, error.message)}; {self._way_out}") from error

    async def _fetch(
        self, packed: ZipFile, path: str, artifact: PackageArtifact, config: ExternalArtifactsAccessConfig
    ) -> str:
        if self._services.downloads is None:
            message = "cannot fetch it: this API fetches nothing"
            raise PermanentError(message)
        algorithm = hash_name(artifact.checksum_algorithm) or "sha256"
        stated, identity = new_hash(algorithm), sha256()
        source = config.source(artifact.external_uri or "")
        with packed.open(ZipInfo(path), "w", force_zip64=True) as entry:
            async with aclosing(self._services.downloads.fetch(source)) as chunks:
                async for chunk in chunks:
                    stated.update(chunk)
                    identity.update(chunk)
                    await asyncio.to_thread(entry.write, chunk)
        _require_same(artifact, stated.hexdigest())
        return identity.hexdigest()

    def _told(self, uri: str, why: str) -> str:
        return f"cannot read artifact {shown(uri)} of VNF package {self._package.id}, which is outside of it: {why}"

    @property
    def _way_out(self) -> str:
        access = f"{self._services.links.vnf_package(self._package.id)}{ACCESS}"
        return f"say in {access} how it is got, or leave include_external_artifacts out"


def _require_same(artifact: PackageArtifact, digest: str) -> None:
    """A hash by an algorithm that proves something, where the manifest states one."""
    stated = (artifact.checksum or "").strip().lower()
    if stated and hash_name(artifact.checksum_algorithm) and stated != digest:
        message = (
            f"cannot take what is there for it: its {artifact.checksum_algorithm} is {digest}, the manifest states "
            f"{stated[:128]}"
        )
        raise PermanentError(message)


def _free(inside: Collection[str]) -> str:
    """A folder that the package has no files in."""
    folder = FOLDER
    while any(name.partition("/")[0] == folder for name in inside):
        folder += "_"
    return folder


def _path(folder: str, uri: str) -> str:
    """Where it is in the archive; whatever a URI ends with, it leads nowhere else."""
    name = unquote(basename(urlsplit(uri).path))
    plain = "".join(letter for letter in name if letter.isprintable() and letter not in '/\\:*?"<>|')
    return f"{folder}/{sha256(uri.encode()).hexdigest()[:16]}/{plain.strip('. ') or 'artifact'}"
