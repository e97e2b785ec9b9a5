"""Boot data in the forms of SOL001: texts, files of the package, inputs, and what is refused."""

from pathlib import Path
from typing import Any

import pytest

from manoflow.domain.boot_data import USER_DATA_LIMIT
from manoflow.domain.errors import InvalidInputError
from manoflow.domain.vnfd import Vdu
from tests.descriptors.building import Edit, Tree, edited_flavour_with, nodes


def booting(boot_data: object, **inputs: object) -> Edit:
    def edit(tree: Tree) -> None:
        nodes(tree)["probe"]["properties"]["boot_data"] = boot_data
        tree["topology_template"]["inputs"] = inputs

    return edit


def vdu(folder: Path, edit: Edit, **files: str | bytes) -> Vdu:
    return edited_flavour_with(folder, {f"Files/{name}": content for name, content in files.items()}, edit).vdus[0]


def content(**properties: object) -> dict[str, Any]:
    return {"content_or_file_data": properties}


@pytest.mark.parametrize("written", [{"get_input": "script"}, content(content={"get_input": "script"})])
def test_an_input_is_a_parameter_and_its_default_a_value(written: object, tmp_path: Path) -> None:
    read = vdu(tmp_path, booting(written, script={"type": "string", "default": "#!/bin/sh\n"}))
    assert (read.boot_data, read.boot_settings.values) == ("{{ script }}", {"script": "#!/bin/sh\n"})
    read = vdu(tmp_path, booting(written, script={"type": "string"}))
    assert (read.boot_data, read.boot_settings.values) == ("{{ script }}", {})


def test_texts_are_joined_around_inputs(tmp_path: Path) -> None:
    joined = {"concat": ["hostname: ", {"get_input": "host"}, "\n"]}
    assert vdu(tmp_path, booting(joined)).boot_data == "hostname: {{ host }}\n"


def test_declared_values_and_defaults_of_inputs_stand_side_by_side(tmp_path: Path) -> None:
    data = {"name": {"get_input": "host"}, "port": 80}
    read = vdu(tmp_path, booting(content(content="x", data=data), host={"type": "string", "default": "one"}))
    assert read.boot_settings.values == {"name": "{{ host }}", "port": "80", "host": "one"}


@pytest.mark.parametrize("path", ["../Files/boot.sh", "Files/boot.sh", "/Files/boot.sh"])
def test_a_file_of_the_package_is_read(path: str, tmp_path: Path) -> None:
    read = vdu(tmp_path, booting(content(source_path=path)), **{"boot.sh": "größe\n"})
    assert read.boot_data == "größe\n"


def test_content_counts_where_there_is_a_path_too(tmp_path: Path) -> None:
    read = vdu(tmp_path, booting(content(content="text", source_path="http://vendor.example/boot.sh")))
    assert read.boot_data == "text"


@pytest.mark.parametrize(
    ("written", "file", "told"),
    [
        (
            content(source_path="../Files/gone.sh"),
            b"",
            "source_path is '../Files/gone.sh', which is not in the package",
        ),
        (content(source_path="../Files/boot.sh"), b"\xff", "is Files/boot.sh, which is not UTF-8 text"),
        (
            content(source_path="../Files/boot.sh"),
            b"x" * (USER_DATA_LIMIT + 1),
            f"is Files/boot.sh with {USER_DATA_LIMIT + 1} bytes; a VIM takes {USER_DATA_LIMIT} as boot data",
        ),
        (content(content={"get_input": ["a", 0]}), b"", "has a get_input that cannot be read"),
        (content(content=["a"]), b"", "content is a list, not text"),
    ],
)
def test_what_cannot_be_boot_data_is_refused(written: object, file: bytes, told: str, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as refused:
        vdu(tmp_path, booting(written), **{"boot.sh": file})
    assert told in refused.value.message
    assert refused.value.message.startswith("cannot read the package: Definitions/vnfd.yaml line ")
