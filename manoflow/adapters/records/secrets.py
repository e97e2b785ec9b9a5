"""How credentials are encrypted at rest, and where the key comes from.

Fernet (AES-128-CBC with HMAC-SHA256) of the library `cryptography`. The key is a setting, or a file made once.
"""

import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.fernet import Fernet, InvalidToken

from manoflow.domain.errors import InvalidInputError, PermanentError


class Keyring:
    """Seals texts and opens them again."""

    def __init__(self, key: str) -> None:
        """`key`: 32 bytes in URL-safe base64; `InvalidInputError` for anything else."""
        try:
            self._fernet = Fernet(key)
        except ValueError as error:
            raise InvalidInputError(
                "cannot use the key for credentials: it must be 32 bytes in URL-safe base64, as "
                "`cryptography.fernet.Fernet.generate_key()` makes them"
            ) from error

    def seal(self, text: str) -> str:
        """Encrypt."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str, owner: str) -> str:
        """Decrypt. Raises `PermanentError` that names `owner`, whose secret it is, where the key is another one."""
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise PermanentError(
                f"cannot decrypt the credentials of {owner}: they were encrypted with another key; "
                "put that key back where settings look for it"
            ) from error


def generate_key() -> str:
    """A new key."""
    return Fernet.generate_key().decode()


def key_in(path: Path) -> str:
    """The key in a file that only its owner may read, made where there is none. Processes that race get one key.

    Raises `InvalidInputError` where the file can be neither read nor made.
    """
    try:
        if not path.exists():
            _generate(path)
        return path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise InvalidInputError(
            f"cannot use {path} as the file of the key for credentials: {error.strerror}"
        ) from error


def _generate(path: Path) -> None:
    # The temporary file is 0600; a link, unlike a rename, refuses to replace what somebody else has just made.
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.") as made:
        made.write(generate_key().encode())
        made.flush()
        os.fsync(made.fileno())
        try:
            os.link(made.name, path)
        except FileExistsError:
            return
