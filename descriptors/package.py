"""A package from its file to what is recorded of it: the one way into `descriptors` for the rest of the product."""

from collections.abc import Iterator
from pathlib import Path

from descriptors.description import KEEPS_NOTHING, Description, Descriptions
from descriptors.package_files import artifacts_of, differing_images, images_of, with_digests
from descriptors.sol004.archive import file_digest
from descriptors.sol004.csar import open_csar
from descriptors.sol004.digests import Digests
from descriptors.sol004.security import Vouching, judge
from descriptors.sol004.trust import Trust
from descriptors.sol004.verifying import refuse, verify_files
from manoflow.domain.package_security import DEFAULT_POLICY, PackagePolicy
from manoflow.domain.packages import PackageArtifact, PackageContent

MAX_WARNINGS = 100
_WARNING_LENGTH = 400


def read_package(
    path: Path, policy: PackagePolicy = DEFAULT_POLICY, known: Descriptions = KEEPS_NOTHING
) -> PackageContent:
    """Read a CSAR file. Raises `InvalidInputError` that tells what is wrong, where and what to do about it.

    `known`: what was read before, and is not parsed again. It blocks, some 50 ms for a package without images and as
    long as hashing takes with them: call it from a thread.
    """
    with open_csar(path) as csar:
        digests = Digests(csar.archive)
        vouching = judge(csar, digests, Trust(policy.trusted_roots))
        warnings = [*vouching.warnings, *verify_files(csar, digests, policy)]
        digest = file_digest(path)
        said = known.of(digest, csar)
        warnings.extend((*said.warnings, *_doubts(said, digests, policy), *said.findings))
        images = tuple(images_of(said.vnfd, csar, digests))
        artifacts = artifacts_of(csar, said.files, images, digests)
        return PackageContent(
            vnfd=with_digests(said.vnfd, digests),
            digest=digest,
            size=path.stat().st_size,
            warnings=_bounded(warnings),
            images=images,
            artifacts=tuple(_signed(artifact, vouching) for artifact in artifacts),
            security=vouching.package,
        )


def _doubts(said: Description, digests: Digests, policy: PackagePolicy) -> Iterator[str]:
    """Artifacts that the templates name and that are not there, or are others: refused where the policy is strict."""
    differing = list(differing_images(said.vnfd, digests))
    if policy.strict:
        refuse([*(artifact.told for artifact in said.absent), *differing])
    yield from (artifact.told for artifact in said.absent if not artifact.image)
    yield from differing


def _signed(artifact: PackageArtifact, vouching: Vouching) -> PackageArtifact:
    state = vouching.artifacts.get(artifact.path)
    return artifact.model_copy(update={"signature_state": state}) if state else artifact


def _bounded(warnings: list[str]) -> tuple[str, ...]:
    """Each text once, cut short, and not too many: they are stored and shown with the package."""
    distinct = tuple(dict.fromkeys(warning[:_WARNING_LENGTH] for warning in warnings))
    if len(distinct) <= MAX_WARNINGS:
        return distinct
    return (*distinct[:MAX_WARNINGS], f"{len(distinct) - MAX_WARNINGS} more warnings are left out")
