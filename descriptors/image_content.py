"""The bytes of a software image, read from the package that is stored: what is sent to a VIM."""

from collections.abc import Iterator
from pathlib import Path

from descriptors.contents import open_contents
from manoflow.domain.cloud import NewImage
from manoflow.domain.errors import InvalidInputError, NotFoundError, UnreachableError


def read_image(package: Path, new: NewImage) -> Iterator[bytes]:
    """The image's bytes. What goes wrong with the file is said here: a driver would take it for the VIM's trouble."""
    refused = f"cannot read image {new.name} ({new.uid}) from {new.path} in package {new.package}"
    damaged = "what is stored of it is damaged; put that file back, or onboard the package again, then retry"
    try:
        with open_contents(package) as contents:
            if new.path not in contents.names:
                raise InvalidInputError(f"cannot find {new.path}")  # noqa: TRY301 - said in full below
            yield from contents.chunks(new.path)
    except FileNotFoundError as error:
        raise NotFoundError(
            f"{refused}: it is not stored where this worker looks; workers share one folder of artifacts, "
            "see that this one has it, then retry"
        ) from error
    except InvalidInputError as error:
        raise InvalidInputError(f"{refused}: {damaged} ({error.message})") from error
    except OSError as error:
        raise UnreachableError(f"{refused}: {error.strerror or error}") from error
