"""How credentials are encrypted at rest.

Fernet (AES-128-CBC with HMAC-SHA256) of the library `cryptography`. There may be several keys while they are rotated:
the first seals, all of them open. Where keys come from is a setting, or a file (`key_file`); `rotating` seals again
what older keys have sealed.
"""

import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from manoflow.domain.base import Model
from manoflow.domain.errors import InvalidInputError, PermanentError


class Keyring:
    """Seals texts and opens them again."""

    def __init__(self, keys: str) -> None:
        """`keys`: newest first, with commas or white space between them.

        Each is 32 bytes in URL-safe base64; `InvalidInputError` for anything else.
        """
        try:
            fernets = [Fernet(key) for key in split_keys(keys)]
            self._newest = fernets[0]
        except (ValueError, IndexError) as error:
            raise InvalidInputError(
                "cannot use the key for credentials: it must be 32 bytes in URL-safe base64, as "
                "`cryptography.fernet.Fernet.generate_key()` makes them; older keys may follow it, after commas"
            ) from error
        self._all = MultiFernet(fernets)

    def seal(self, text: str) -> str:
        """Encrypt, with the newest key."""
        return self._newest.encrypt(text.encode()).decode()

    def open(self, sealed: str, owner: str) -> str:
        """Decrypt. Raises `PermanentError` that names `owner`, whose secret it is, where its key is none of these."""
        try:
            return self._all.decrypt(sealed).decode()
        except InvalidToken as error:
            raise PermanentError(
                f"cannot decrypt the credentials of {owner}: they were encrypted with another key; "
                "put that key back where settings look for it (after the newest one, if there is a newer)"
            ) from error

    def sealed_again(self, sealed: str, owner: str) -> str | None:
        """The same secret sealed with the newest key; None where it is already. Raises what `open` raises."""
        try:
            self._newest.decrypt(sealed)
        except InvalidToken:
            return self.seal(self.open(sealed, owner))
        return None


def generate_key() -> str:
    """A new key."""
    return Fernet.generate_key().decode()


def revealed(model: Model) -> str:
    """A model as JSON with its secrets, to be sealed."""
    return json.dumps(model.model_dump(mode="python"), default=_secret)


def _secret(value: object) -> object:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


def split_keys(keys: str) -> list[str]:
    """The keys of a setting or a file, newest first."""
    return keys.replace(",", " ").split()
