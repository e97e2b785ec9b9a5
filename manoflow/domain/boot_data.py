"""Boot data: what a VNFC is given at its first start, as the descriptor writes it and with its parameters filled in.

`manoflow.domain.targets.instantiate` fills it in for each VDU, `activities.boot_data` keeps the result under its digest
and fetches it when a server is made. How parameters get into the text is the vendor's and ours to agree on: IFA 011
clause 7.1.6.2.2 (bootData) says only that there may be variable parts.

``{{ name }}`` is a parameter. Its value is the request's additionalParams entry of that name, else what the descriptor
says (``data`` of content_or_file_data, or the default of an input). Where ``data`` declares the name, ``${name}`` is
one too; undeclared it is left to the shell. A text that begins with ``## template: jinja`` is cloud-init's to fill in:
there only declared names are parameters.
"""

import json
import re
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from re import Match
from typing import Final

from pydantic import Field, JsonValue

from manoflow.domain.base import Model
from manoflow.domain.errors import InvalidInputError

USER_DATA_LIMIT: Final = 65_535 // 4 * 3
"""Bytes of user data: what is left of the 65,535 that Nova takes, base64 taken off."""

_JINJA: Final = "## template: jinja"
_NAME: Final = r"[A-Za-z_][A-Za-z0-9_-]*"
_PARAMETER: Final = re.compile(rf"\{{\{{\s*({_NAME})\s*\}}\}}|\$\{{({_NAME})\}}")


class BootSettings(Model):
    """What a VDU says of its boot data beside the text (SOL001 clause 6.2, BootData)."""

    destination: str | None = None
    """Path in the VNFC of the file that the text becomes; None: the text is the user data itself."""
    values: dict[str, str] = Field(default_factory=dict)
    """What parameters are where the request does not say; may have parameters in turn."""
    pairs: dict[str, str] = Field(default_factory=dict)
    """Keys and values for the VNFC's metadata; the values may have parameters."""
    vim_type: str | None = None
    vim_properties: dict[str, str] = Field(default_factory=dict)


class BootData(Model):
    """What one VDU's servers are given, nothing left to fill in."""

    user_data: str | None = None
    metadata: dict[str, str] = Field(default_factory=dict)

    @property
    def content(self) -> bytes:
        """As it is stored: alike for alike boot data."""
        return json.dumps(self.model_dump(by_alias=True), sort_keys=True, ensure_ascii=False).encode()

    @property
    def reference(self) -> str:
        """The SHA-256 of its content, by which steps name it."""
        return sha256(self.content).hexdigest()


def filled(
    vdu_id: str, text: str | None, settings: BootSettings, parameters: Mapping[str, JsonValue]
) -> BootData | None:
    """The boot data of a VDU with the request's parameters; None where it has none.

    Raises `InvalidInputError` that names a parameter which is missing or no text, and where the text gets too long.
    """
    if text is None and not settings.pairs:
        return None
    filling = _Filling(vdu_id, settings.values, parameters)
    user_data = filling.fill(text) if text is not None else None
    if user_data is not None and settings.destination is not None:
        user_data = _as_file(user_data, settings.destination)
    if user_data is not None and len(user_data.encode()) > USER_DATA_LIMIT:
        raise InvalidInputError(
            f"cannot give boot data to VDU {vdu_id}: it is {len(user_data.encode())} bytes, a VIM takes "
            f"{USER_DATA_LIMIT}; shorten the parameters or have the VNF fetch what it needs"
        )
    return BootData(user_data=user_data, metadata={key: filling.fill(value) for key, value in settings.pairs.items()})


class _Filling:
    """Fills in the parameters of one VDU."""

    def __init__(self, vdu_id: str, declared: Mapping[str, str], given: Mapping[str, JsonValue]) -> None:
        self._vdu_id = vdu_id
        self._declared = declared
        self._given = given

    def fill(self, text: str, within: tuple[str, ...] = ()) -> str:
        """Fill in a text; `within` names the parameters whose value it is part of."""
        only_declared = text.startswith(_JINJA)

        def replaced(found: Match[str]) -> str:
            name = found[1] or found[2]
            is_left = name not in self._declared and (only_declared or found[2])
            return found[0] if is_left else self._value(name, within)

        return _PARAMETER.sub(replaced, text)

    def _value(self, name: str, within: tuple[str, ...]) -> str:
        if name in self._given:
            return self._text(name)
        if name in within:
            raise InvalidInputError(
                f"cannot give boot data to VDU {self._vdu_id}: its parameter {name} has itself as its value; "
                f"add {name} to additionalParams"
            )
        if name in self._declared:
            return self.fill(self._declared[name], (*within, name))
        raise InvalidInputError(
            f"cannot give boot data to VDU {self._vdu_id}: its parameter {name} has no value; "
            f"add {name} to additionalParams"
        )

    def _text(self, name: str) -> str:
        value = self._given[name]
        if isinstance(value, bool):
            return str(value).lower()
        if isinstance(value, str | int | float):
            return str(value)
        raise InvalidInputError(
            f"cannot give boot data to VDU {self._vdu_id}: additionalParams entry {name} is "
            f"{'nothing' if value is None else 'a list or an object'}; give a text, a number or a truth value"
        )


def _as_file(text: str, destination: str) -> str:
    """User data that has cloud-init write a file; JSON is YAML."""
    file = {"path": destination, "encoding": "b64", "content": b64encode(text.encode()).decode()}
    return f"#cloud-config\n{json.dumps({'write_files': [file]})}\n"
