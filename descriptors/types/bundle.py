"""The bundled SOL001 types of a version, as TOSCA definitions: what imports of ETSI's files stand for."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from descriptors.types.notation import PREFIXES, expand_type, full_name

VERSIONS = ("2.6.1",)
"""SOL001 versions of which there are types, oldest first."""
DEFAULT_VERSION = VERSIONS[-1]
_PARTS = ("common", "vnfd-data", "vnfd-nodes", "vnfd-policies")
_ETSI_FILE = re.compile(r"(?:^|/)etsi_nfv_sol001_(?:common|vnfd|nsd|pnfd)(?:_\d+_\d+_\d+)?_types\.ya?ml$")

TypeSections = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Definitions by section (``node_types``) and full name."""


def is_etsi_file(name: str) -> bool:
    """Whether a path or URL is one of ETSI's types files, whatever folder or server it is in."""
    return _ETSI_FILE.search(name) is not None


@cache
def bundled_types(version: str) -> TypeSections:
    """All types of a version. Shared: do not change what is returned."""
    folder = files("descriptors.types")
    sections: dict[str, dict[str, Mapping[str, Any]]] = {section: {} for section in PREFIXES}
    for part in _PARTS:
        text = folder.joinpath(f"sol001-{version}-{part}.yaml").read_text(encoding="utf-8")
        for section, types in yaml.safe_load(text).items():
            for name, compact in types.items():
                sections[section][full_name(section, name)] = expand_type(section, compact)
    return sections
