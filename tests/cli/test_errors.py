"""What a command cannot do is one sentence on stderr and exit code 1, never a traceback."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from manoflow.runtime.cli.app import app
from manoflow.runtime.cli.vnf import ext_virtual_links
from manoflow.runtime.stack.ports import free_ports


def said(*arguments: str, **environment: str) -> str:
    result = CliRunner().invoke(app, arguments, env=environment)
    assert (result.exit_code, result.stdout) == (1, ""), result.output
    return result.stderr.strip()


def test_an_api_that_does_not_answer_is_named() -> None:
    url = f"http://127.0.0.1:{free_ports(1)[0]}"
    asked = ["--url", url, "op", "list"], ["--url", url, "op", "watch", "id"], ["--url", url, "pkg", "delete", "id"]
    for told in (*(said(*command) for command in asked), said("op", "list", MANOFLOW_URL=url)):
        assert told.startswith(f"cannot reach the API at {url}: ")
        assert told.endswith("is `make up` running?")


def test_a_url_that_is_none_is_named() -> None:
    assert said("--url", "http://mano:port", "op", "list").startswith(
        "cannot use http://mano:port as the URL of the API: "
    )


def test_a_setting_that_cannot_be_used_is_named() -> None:
    assert said("up", MANOFLOW_HOST="0.0.0.0").startswith("cannot use MANOFLOW_HOST=0.0.0.0: ")  # noqa: S104 - refused
    assert said("worker", MANOFLOW_PORT="http").startswith("cannot use MANOFLOW_PORT=http: ")


def test_a_package_that_is_not_there_is_named(tmp_path: Path) -> None:
    missing = tmp_path / "missing.csar"
    assert said("pkg", "upload", str(missing)) == f"cannot upload {missing}: there is no such file or folder"


def test_a_folder_that_is_no_package_is_named(tmp_path: Path) -> None:
    assert said("pkg", "upload", str(tmp_path)).startswith(f"cannot pack {tmp_path}: ")


@pytest.mark.parametrize("options", [[], ["--vnfd", "a", "--package", "b"]])
def test_a_vnf_is_made_of_one_vnfd(options: list[str]) -> None:
    assert said("vnf", "create", *options) == "cannot tell which VNFD is meant: give either --vnfd or --package"


def test_a_vim_is_a_cloud_or_a_driver() -> None:
    assert said("vim", "add") == "cannot tell which VIM is meant: give either --cloud or --driver"


def test_a_change_of_a_vim_changes_something() -> None:
    told = said("vim", "modify", "lab")
    assert told == "cannot tell what is to change of VIM lab: give --cloud, --interface or --default"


def test_an_option_that_is_no_pair_is_named() -> None:
    assert "cannot read --ext-net mgmt:" in said("vnf", "instantiate", "id", "--ext-net", "mgmt")
    assert "cannot read --interface world:" in said("vim", "add", "--driver", "fake", "--interface", "world")


@pytest.mark.parametrize("content", ["{", "[]", None])
def test_a_request_that_cannot_be_read_is_named(tmp_path: Path, content: str | None) -> None:
    request = tmp_path / "request.json"
    if content is not None:
        request.write_text(content)
    assert f"the request {request}: " in said("vnf", "instantiate", "id", "--request", str(request))


def test_a_missing_clouds_yaml_is_named_with_where_it_was_looked_for(tmp_path: Path) -> None:
    missing = str(tmp_path / "clouds.yaml")
    told = said("vim", "add", "--cloud", "lab", OS_CLIENT_CONFIG_FILE=missing)
    assert told == f"cannot find a clouds.yaml (looked for {missing}): name it by --file"


def test_external_cps_are_grouped_by_network() -> None:
    links = ext_virtual_links(["a=mgmt", "b=data", "c=mgmt"])
    connected = {link["resourceId"]: [cp["cpdId"] for cp in link["extCps"]] for link in links}
    assert connected == {"mgmt": ["a", "c"], "data": ["b"]}
    assert json.dumps(links).count('"numDynamicAddresses": 1') == 3
