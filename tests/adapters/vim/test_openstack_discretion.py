"""Services quote what they were sent; their texts are read by people who may not know the password."""

import json
from urllib.parse import quote

import pytest
from keystoneauth1 import exceptions as login
from pydantic import SecretStr

from manoflow.adapters.vim.openstack.discretion import HIDDEN, hiding
from manoflow.adapters.vim.openstack.errors import TEXT_LENGTH, translate
from manoflow.domain.vim import VimConnection

SECRET = 'p@ss "word"/é'


def connection(**access: str) -> VimConnection:
    secrets = {name: SecretStr(value) for name, value in access.items()}
    return VimConnection(id="vim-1", vim_id="vim-1", driver="openstack", access_info=secrets)


@pytest.mark.parametrize("said", [SECRET, json.dumps(SECRET)[1:-1], quote(SECRET, safe="")])
@pytest.mark.parametrize("key", ["password", "applicationCredentialSecret"])
def test_a_secret_is_hidden_however_it_is_written(key: str, said: str) -> None:
    hide = hiding(connection(**{key: SECRET, "username": "tenant-7"}))
    assert hide(f"tenant-7 cannot log in with {said}!") == f"tenant-7 cannot log in with {HIDDEN}!"


def test_a_text_that_is_cut_inside_of_a_secret_shows_no_part_of_it() -> None:
    padding = "x" * (TEXT_LENGTH - 4)
    error = translate("log in", login.ConnectFailure(f"{padding}{SECRET}"), hiding(connection(password=SECRET)))
    assert SECRET[:4] not in error.message


def test_an_empty_password_hides_nothing() -> None:
    assert hiding(connection(password=""))("as it is") == "as it is"
