"""Texts that come to life with a request: inputs of the template in them become parameters.

A value that a request gives is not known when a package is read, so ``{get_input: name}`` is kept as ``{{ name }}``
(`manoflow.domain.boot_data`) and the default of the input beside it. ``concat`` (TOSCA 1.3 clause 4.3.1) joins texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from descriptors.fields import Field

_FUNCTIONS = ("get_input", "concat")


@dataclass
class Parameters:
    """What is read of one VDU's texts, and the defaults of the inputs that are in them."""

    defaults: dict[str, str] = field(default_factory=dict)

    def text(self, holder: Field, key: str) -> str:
        """The text under a key; empty where there is none. Raises `InvalidInputError` for what is no text."""
        value = holder.value.get(key) if isinstance(holder.value, Mapping) else None
        return self._text(value, holder) if is_function(value) else holder.at(key).text("")

    def texts(self, holder: Field) -> dict[str, str]:
        """All texts of a map."""
        return {key: self.text(holder, key) for key, _ in holder.items()}

    def _text(self, value: Any, holder: Field) -> str:  # noqa: ANN401 - YAML holds anything
        if not is_function(value):
            return Field(holder.document, holder.path, value).text("")
        ((function, argument),) = value.items()
        if function == "concat" and isinstance(argument, list):
            return "".join(self._text(part, holder) for part in argument)
        if function == "get_input" and isinstance(argument, str):
            default = Field.root(holder.document).at("topology_template", "inputs", argument, "default")
            if default.given:
                self.defaults[argument] = default.text("")
            return f"{{{{ {argument} }}}}"
        raise holder.refusal(f"has a {function} that cannot be read", "name one input, or list texts to be joined")


def is_function(value: Any) -> bool:  # noqa: ANN401 - YAML holds anything
    """Whether it is a call of a TOSCA function that texts are made of."""
    return isinstance(value, Mapping) and len(value) == 1 and next(iter(value)) in _FUNCTIONS
