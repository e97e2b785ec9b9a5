"""`manoflow vim`: clouds are registered, tried and searched; credentials go in and never come out."""

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest

from manoflow.adapters.vim.fake import connect
from manoflow.domain.cloud import NewPlacementGroup
from manoflow.domain.vim import VimConnection
from manoflow.runtime.cli.vim import patch_of_cloud
from tests.cli.conftest import Run

pytestmark = [pytest.mark.processes, pytest.mark.timeout(180)]

CLOUDS = """
clouds:
  edge:
    auth:
      auth_url: https://127.0.0.1:1/v3
      application_credential_id: 0123
      application_credential_secret: canary-7f3a
    auth_type: v3applicationcredential
    region_name: north
    cacert: /etc/ssl/edge.pem
"""


def test_a_vim_of_any_driver_is_registered_and_tried(manoflow: Run, tmp_path: Path) -> None:
    world = tmp_path / "world.db"
    manoflow("vim", "add", "--driver", "fake", "--id", "second", "--interface", f"world={world}")
    assert f"fake VIM {world}: " in manoflow("vim", "check", "second")
    listed = {vim["id"]: vim for vim in json.loads(manoflow("vim", "list", "--json"))}
    assert listed["second"]["default"] is False
    assert "second" in manoflow("vim", "list")
    assert "second" in manoflow("vim", "add", "--driver", "fake", "--id", "second", code=1)


async def stray_in(world: Path) -> NewPlacementGroup:
    """Something that bears our tag and that no record has."""
    interface = {"world": str(world)}
    driver = await connect(VimConnection(id="third", vim_id="third", driver="fake", interface_info=interface))
    stray = NewPlacementGroup(
        uid=uuid4(), vnf_instance_id=uuid4(), lcm_op_occ_id=uuid4(), name="stray", anti_affinity=True
    )
    await driver.placement_groups.create(stray)
    await driver.close()
    return stray


def test_orphans_are_listed(manoflow: Run, tmp_path: Path) -> None:
    world = tmp_path / "world.db"
    manoflow("vim", "add", "--driver", "fake", "--id", "third", "--interface", f"world={world}")
    assert "no orphans" in manoflow("vim", "orphans", "third")
    stray = asyncio.run(stray_in(world))
    for form in ((), ("--json",)):
        assert str(stray.uid) in manoflow("vim", "orphans", "third", *form, code=1)


def test_a_cloud_of_a_clouds_yaml_is_registered_without_showing_its_secret(manoflow: Run, tmp_path: Path) -> None:
    clouds = tmp_path / "clouds.yaml"
    clouds.write_text(CLOUDS)
    printed = manoflow("vim", "add", "--cloud", "edge", "--file", str(clouds), "--json")
    vim = json.loads(printed)
    assert (vim["id"], vim["driver"]) == ("edge", "openstack")
    assert vim["interfaceInfo"]["endpoint"] == "https://127.0.0.1:1/v3"
    assert vim["interfaceInfo"]["region"] == "north"
    assert vim["interfaceInfo"]["caFile"] == "/etc/ssl/edge.pem"
    shown = printed + manoflow("vim", "list", "--json") + manoflow("vim", "check", "edge", code=1)
    assert "canary" not in shown


def test_a_vim_is_changed_and_deleted(manoflow: Run, tmp_path: Path) -> None:
    worlds = [tmp_path / f"{name}.db" for name in ("first", "second")]
    manoflow("vim", "add", "--driver", "fake", "--id", "fourth", "--interface", f"world={worlds[0]}")
    assert str(worlds[0]) in manoflow("vim", "check", "fourth")
    changed = json.loads(manoflow("vim", "modify", "fourth", "--interface", f"world={worlds[1]}", "--json"))
    assert (changed["interfaceInfo"], changed["default"]) == ({"world": str(worlds[1])}, False)
    assert str(worlds[1]) in manoflow("vim", "check", "fourth")
    assert str(worlds[1]) in manoflow("vim", "show", "fourth")
    was = next(vim["id"] for vim in json.loads(manoflow("vim", "list", "--json")) if vim["default"])
    manoflow("vim", "modify", "fourth", "--default")
    assert not json.loads(manoflow("vim", "show", was, "--json"))["default"]
    manoflow("vim", "modify", was, "--default")
    assert "VIM fourth is deleted" in manoflow("vim", "delete", "fourth")
    assert "cannot find VIM fourth" in manoflow("vim", "delete", "fourth", code=1)


def test_a_vim_follows_its_clouds_yaml(manoflow: Run, tmp_path: Path) -> None:
    clouds = tmp_path / "clouds.yaml"
    clouds.write_text(CLOUDS)
    manoflow("vim", "add", "--cloud", "edge", "--file", str(clouds), "--id", "follows")
    moved = CLOUDS.replace("north", "south").replace("canary-7f3a", "canary-8e4b")
    clouds.write_text(moved.replace("    cacert: /etc/ssl/edge.pem\n", ""))
    printed = manoflow("vim", "modify", "follows", "--cloud", "edge", "--file", str(clouds), "--json")
    interface = json.loads(printed)["interfaceInfo"]
    assert (interface["region"], "caFile" in interface) == ("south", False)
    assert "canary" not in printed + manoflow("vim", "check", "follows", code=1)


def test_a_patch_from_a_clouds_yaml_takes_away_what_it_does_not_say(tmp_path: Path) -> None:
    clouds = tmp_path / "clouds.yaml"
    clouds.write_text(CLOUDS)
    access = patch_of_cloud(clouds, "edge")["accessInfo"]
    assert {name for name, value in access.items() if value} == {
        "applicationCredentialId",
        "applicationCredentialSecret",
    }
    assert {"username", "password", "project", "region"} <= access.keys()


def test_an_unknown_cloud_is_named(manoflow: Run, tmp_path: Path) -> None:
    clouds = tmp_path / "clouds.yaml"
    clouds.write_text(CLOUDS)
    assert "cannot find cloud north" in manoflow("vim", "add", "--cloud", "north", "--file", str(clouds), code=1)
