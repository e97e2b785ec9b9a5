"""Boot data with its parameters: where their values come from, and what is refused."""

import json
from base64 import b64decode
from typing import Any

import pytest

from manoflow.domain.boot_data import USER_DATA_LIMIT, BootData, BootSettings, filled
from manoflow.domain.errors import InvalidInputError


def text(written: str, values: dict[str, str] | None = None, **parameters: Any) -> str | None:  # noqa: ANN401 - JSON
    data = filled("app", written, BootSettings(values=values or {}), parameters)
    assert data is not None
    return data.user_data


def test_a_vdu_may_have_none() -> None:
    assert filled("app", None, BootSettings(), {"a": "b"}) is None


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("host {{ name }}", "host one"),
        ("{{name}}-{{ count }}-{{ fast }}", "one-3-true"),
        ("{{ name }}{{ name }}", "oneone"),
        ("$name ${name} {name} {{ v1.local_hostname }}", "$name ${name} {name} {{ v1.local_hostname }}"),
        ("docker ps --format '{{.Names}}'", "docker ps --format '{{.Names}}'"),
        ("## template: jinja\n{{ name }}", "## template: jinja\n{{ name }}"),
    ],
)
def test_parameters_come_from_the_request(written: str, expected: str) -> None:
    assert text(written, name="one", count=3, fast=True) == expected


def test_what_the_descriptor_declares_is_a_parameter_in_either_form_also_for_jinja() -> None:
    declared = {"site": "north"}
    assert text("${site} {{ site }} ${HOME}", declared) == "north north ${HOME}"
    assert text("## template: jinja\n{{ site }} {{ hostname }}", declared) == "## template: jinja\nnorth {{ hostname }}"


def test_the_request_wins_over_the_descriptor() -> None:
    assert text("{{ site }}", {"site": "north"}, site="south") == "south"


def test_a_declared_value_may_have_parameters() -> None:
    declared = {"motto": "from {{ region }} to {{ city }}", "region": "north"}
    assert text("{{ motto }}", declared, city="Oslo") == "from north to Oslo"


def test_what_a_request_gives_is_taken_as_it_is() -> None:
    assert text("{{ a }}", a="{{ b }}") == "{{ b }}"


@pytest.mark.parametrize(
    ("values", "parameters", "told"),
    [
        ({}, {}, "cannot give boot data to VDU app: its parameter name has no value; add name to additionalParams"),
        ({"name": "{{ other }}"}, {}, "its parameter other has no value; add other to additionalParams"),
        ({"name": "{{ other }}", "other": "${name}"}, {}, "its parameter name has itself as its value"),
        ({}, {"name": ["a"]}, "additionalParams entry name is a list or an object; give a text"),
        ({}, {"name": None}, "additionalParams entry name is nothing; give a text"),
    ],
)
def test_a_parameter_without_a_text_is_refused_by_name(
    values: dict[str, str], parameters: dict[str, Any], told: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        text("{{ name }}", values, **parameters)
    assert told in refused.value.message


def test_what_a_vim_would_not_take_is_refused() -> None:
    assert text("{{ a }}", a="x" * USER_DATA_LIMIT)
    with pytest.raises(InvalidInputError, match=rf"it is {USER_DATA_LIMIT + 1} bytes, a VIM takes {USER_DATA_LIMIT}"):
        text("{{ a }}", a="x" * (USER_DATA_LIMIT + 1))


def test_pairs_are_metadata_and_may_come_alone() -> None:
    settings = BootSettings(pairs={"role": "db", "peer": "{{ peer }}"})
    data = filled("app", None, settings, {"peer": "10.0.0.1"})
    assert data == BootData(metadata={"role": "db", "peer": "10.0.0.1"})


def test_a_destination_makes_it_a_file() -> None:
    data = filled("app", "größe={{ n }}\n", BootSettings(destination="/etc/app.conf"), {"n": 1})
    assert data is not None
    assert data.user_data is not None
    head, _, body = data.user_data.partition("\n")
    (file,) = json.loads(body)["write_files"]
    assert (head, file["path"], b64decode(file["content"]).decode()) == ("#cloud-config", "/etc/app.conf", "größe=1\n")


def test_alike_data_has_one_reference_and_comes_back_from_its_content() -> None:
    one = BootData(user_data="a", metadata={"x": "1", "y": "2"})
    other = BootData(user_data="a", metadata={"y": "2", "x": "1"})
    assert one.reference == other.reference != BootData(user_data="b").reference
    assert BootData.model_validate_json(one.content) == one
