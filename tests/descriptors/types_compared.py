"""The bundled types beside ETSI's own files, version by version: every difference, and why it is right.

`test_types` runs it where the files are; by hand ``python -m tests.descriptors.types_compared FOLDER`` lists what
differs. The folder has one folder for each version. Descriptions are no facts and are not compared.
"""

import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from descriptors.types.bundle import VERSIONS, bundled_types

DELIBERATE = {
    r"node_types\.tosca\.nodes\.nfv\.VNF\.requirements\.virtual_link_\d+": (
        "was added by whoever published the copies of 2.8.1, 3.6.1, 3.7.1 and 4.3.1; the other copies have it not"
    ),
    r".*\.sw_image_data\.status": "tosca-parser refuses the status deprecated, and nobody acts on it",
    r".*\.VnfVirtualLink\.properties\.externally_managed\.(entry_schema|constraints)": (
        "3.6.1 gives the text an entry schema, which TOSCA has for lists and maps only; ours is that of 3.7.1"
    ),
}
"""Differences that are meant, by a pattern of their place, each with its reason."""
_READ = ("common", "vnfd")
_KNOWN_BY_NAME = ("nsd", "pnfd")


@dataclass(frozen=True)
class Difference:
    """One place in which our types say something else; None where one of both says nothing."""

    version: str
    place: str
    ours: Any
    theirs: Any

    @property
    def reason(self) -> str | None:
        """Why it is right."""
        return next((reason for pattern, reason in DELIBERATE.items() if re.fullmatch(pattern, self.place)), None)


def differences(folder: Path, version: str) -> Iterator[Difference]:
    """What differs between our types of a version and the files in ``<folder>/<version>``."""
    ours = bundled_types(version)
    theirs, named = _types(folder / version, _READ), _types(folder / version, _KNOWN_BY_NAME)
    for section, types in ours.items():
        known = {name: None for name in named.get(section, {}) if name not in theirs.get(section, {})}
        expected = {**theirs.get(section, {}), **known}
        for name in sorted({*types, *expected}):
            place = f"{section}.{name}"
            if name not in types or name not in expected:
                yield Difference(version, place, types.get(name), expected.get(name))
            elif name not in known:
                yield from _compared(version, place, _facts(types[name]), expected[name])


def _types(folder: Path, parts: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in (folder / f"etsi_nfv_sol001_{part}_types.yaml" for part in parts):
        if path.exists():  # 2.5.1 has no common types
            for section, types in yaml.load(path.read_text(), Loader=yaml.CSafeLoader).items():
                if section.endswith("_types"):
                    found.setdefault(section, {}).update({name: _facts(types[name]) for name in types or ()})
    return found


def _facts(value: Any) -> Any:  # noqa: ANN401 - any YAML
    """Without descriptions; requirements by name; ``required`` written out where TOSCA says true."""
    if isinstance(value, list):
        entries = [_facts(entry) for entry in value]
        named = entries and all(isinstance(entry, dict) and _is_definition(entry) for entry in entries)
        return {name: inner for entry in entries for name, inner in entry.items()} if named else entries
    if not isinstance(value, Mapping):
        return value
    facts = {key: _facts(inner) for key, inner in value.items() if key != "description" or isinstance(inner, Mapping)}
    for section in ("properties", "inputs"):
        for definition in (facts.get(section) or {}).values():
            if isinstance(definition, dict) and "type" in definition:
                definition.setdefault("required", True)
    return facts


def _is_definition(entry: Mapping[Any, Any]) -> bool:
    """Whether a list's entry is a requirement: one name with its definition."""
    return len(entry) == 1 and isinstance(next(iter(entry.values())), Mapping)


def _compared(version: str, place: str, ours: Any, theirs: Any) -> Iterator[Difference]:  # noqa: ANN401 - any YAML
    if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
        for key in dict.fromkeys((*ours, *theirs)):
            yield from _compared(version, f"{place}.{key}", ours.get(key), theirs.get(key))
    elif ours != theirs:
        yield Difference(version, place, ours, theirs)


if __name__ == "__main__":
    for found in (difference for version in VERSIONS for difference in differences(Path(sys.argv[1]), version)):
        line = f"{found.version} {found.place}: ours {found.ours}, theirs {found.theirs}: {found.reason or 'no reason'}"
        sys.stdout.write(f"{line}\n")
