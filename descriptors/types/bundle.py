"""The bundled SOL001 types of a version, as TOSCA definitions: what imports of ETSI's files stand for."""

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from descriptors.types.notation import PREFIXES, expand_type, full_name, with_lists
from descriptors.types.ranges import of_version

VERSIONS = ("2.5.1", "2.6.1", "2.7.1", "2.8.1", "3.3.1", "3.5.1", "3.6.1", "3.7.1", "4.2.1", "4.3.1", "4.4.1")
"""SOL001 versions of which there are types, oldest first."""
_PARTS = (
    "common",
    "vnf",
    "compute",
    "storage",
    "connectivity",
    "containers",
    "scaling",
    "policies",
    "network-services",
)
_ETSI_FILE = re.compile(r"(?:^|/)etsi_nfv_sol001_(?:common|vnfd|nsd|pnfd)(?:_\d+_\d+_\d+)?_types\.ya?ml(?:[?#].*)?$")

TypeSections = Mapping[str, Mapping[str, Mapping[str, Any]]]
"""Definitions by section (``node_types``) and full name."""


def is_etsi_file(name: str) -> bool:
    """Whether a path or URL is one of ETSI's types files, whatever folder or server it is in."""
    return _ETSI_FILE.search(name) is not None


@cache
def bundled_types(version: str) -> TypeSections:
    """All types of a version. Shared: do not change what is returned."""
    parts = [of_version(part, version) for part in _data_set()]
    lists = {name: entries for part in parts for name, entries in part.get("lists", {}).items()}
    sections: dict[str, dict[str, Mapping[str, Any]]] = {section: {} for section in PREFIXES}
    for part in parts:
        for section, types in sections.items():
            for name, compact in part.get(section, {}).items():
                types[full_name(section, name)] = expand_type(section, with_lists(compact, lists))
    return sections


@cache
def _data_set() -> tuple[Mapping[str, Any], ...]:
    folder = files("descriptors.types")
    texts = (folder.joinpath(f"{part}.yaml").read_text(encoding="utf-8") for part in _PARTS)
    return tuple(yaml.load(text, Loader=yaml.CSafeLoader) for text in texts)
