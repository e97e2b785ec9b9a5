"""The example packages, which are SOL001 2.6.1, as any other version would write them: their twins.

Only the grammar is changed, never what is said: so the neutral model has to come out the same (`test_twins`). The
version is stated by the URLs of the imports, as vendors do who bring no copies of ETSI's files.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from descriptors.documents import load
from descriptors.packing import pack
from descriptors.types.ranges import release
from tests.packages import EXAMPLES

Tree = dict[str, Any]


def twin(name: str, version: str, folder: Path) -> Path:
    """An example's package as a version writes it, packed into a folder; without a manifest."""
    target = folder / f"{name}-{version}"
    for path in sorted((EXAMPLES / name).rglob("*")):
        if path.is_file() and path.parent.name == "Definitions":
            written = yaml.safe_dump(rewritten(path, version), sort_keys=False)
        elif path.name == "TOSCA.meta":
            lines = path.read_text().splitlines(keepends=True)
            written = "".join(line for line in lines if "Manifest" not in line)
        else:
            continue
        copy = target / path.relative_to(EXAMPLES / name)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(written)
    return pack(target, target.with_suffix(".csar"))


def rewritten(path: Path, version: str) -> Tree:
    """One template in the grammar of a version."""
    # Our own loader keeps version 1.0 a text; dumped and loaded again it has no aliases and may be changed.
    tree: Tree = yaml.safe_load(yaml.safe_dump(load(path.name, path.read_bytes()).tree, sort_keys=False))
    tree.pop("dsl_definitions", None)
    tree["tosca_definitions_version"] = f"tosca_simple_yaml_1_{3 if _since(version, '3.3.1') else 2}"
    tree["imports"] = list(_imports(tree["imports"], version))
    for node in tree.get("topology_template", {}).get("node_templates", {}).values():
        _rewrite_node(node, version)
    return tree


def _imports(names: list[str], version: str) -> Iterator[str]:
    for name in names:
        if name.startswith("etsi_"):
            yield f"https://forge.example/SOL001/raw/v{version}/{name}"
        else:
            yield name


def _rewrite_node(node: Tree, version: str) -> None:
    properties = node.get("properties", {})
    if "sw_image_data" in properties:
        _rewrite_image(node, version)
    if "boot_data" in properties and _since(version, "2.7.1"):
        properties["boot_data"] = {"content_or_file_data": {"content": properties["boot_data"]}}
    if "boot_order" in properties and _since(version, "2.7.1"):
        # Since then the order of the requirements is the order to start from.
        properties["boot_order"] = True


def _rewrite_image(node: Tree, version: str) -> None:
    image = node["properties"]["sw_image_data"]
    if not _since(version, "2.6.1"):
        image["checksum"] = image["checksum"]["hash"]
    if _since(version, "3.3.1"):
        del node["properties"]["sw_image_data"]
        file = f"../Files/images/{image['name']}.qcow2"
        artifact = {"type": "tosca.artifacts.nfv.SwImage", "file": file, "properties": image}
        node["artifacts"] = {"sw_image": artifact}


def _since(version: str, first: str) -> bool:
    return release(version) >= release(first)
