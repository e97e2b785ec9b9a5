"""Boot data of VDUs (SOL001 clause 6.8, property boot_data): a text up to 2.6.1, a structure since.

What becomes of it is told in `manoflow.domain.boot_data`.
"""

from collections.abc import Mapping

from descriptors.fields import Field
from descriptors.sol001.parameters import Parameters, is_function
from descriptors.sol001.topology import Node, Topology
from manoflow.domain.boot_data import USER_DATA_LIMIT, BootSettings

_EMPTY = "is passed over: it has neither content nor source_path nor kvp_data"


def boot_data(node: Node, topology: Topology) -> tuple[str | None, BootSettings]:
    """The text, and what is said beside it. Raises `InvalidInputError` for a file that is absent, or no text."""
    properties, parameters = node.field.at("properties"), Parameters()
    own = properties.value.get("boot_data") if isinstance(properties.value, Mapping) else None
    written = node.prop("boot_data")
    if is_function(own) or not isinstance(written.value, Mapping):
        text = parameters.text(properties, "boot_data") or written.text("")
        return text or None, BootSettings(values=parameters.defaults)
    content = written.at("content_or_file_data")
    text = parameters.text(content, "content") or _file(content.at("source_path"), topology)
    pairs = parameters.texts(written.at("kvp_data", "data"))
    if not text and not pairs:
        topology.warnings.append(written.warning(_EMPTY))
    vim = written.at("vim_specific_properties")
    settings = BootSettings(
        destination=content.at("destination_path").text("") or None,
        pairs=pairs,
        values={**parameters.texts(content.at("data")), **parameters.defaults},
        vim_type=vim.at("vim_type").text("") or None,
        vim_properties={key: value.text("") for key, value in vim.at("properties").items()},
    )
    if settings.vim_properties:
        topology.warnings.append(vim.warning("is passed over: what a VIM takes beside text and pairs is not set"))
    return text or None, settings


def _file(source: Field, topology: Topology) -> str:
    """The text of a file inside the package."""
    if not source.given:
        return ""
    inside = topology.path_inside(source)
    if inside is None:
        raise source.refusal(f"is {source.shown()}, which is not in the package", "add the file or correct the path")
    content = topology.read(inside)
    if len(content) > USER_DATA_LIMIT:
        problem = f"is {inside} with {len(content)} bytes; a VIM takes {USER_DATA_LIMIT} as boot data"
        raise source.refusal(problem, "shorten it, or have the VNF fetch what it needs")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise source.refusal(f"is {inside}, which is not UTF-8 text", "boot data is text: save it as UTF-8") from error
