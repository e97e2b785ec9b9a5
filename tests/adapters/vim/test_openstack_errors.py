"""What OpenStack answers, in the words of the port. The texts are those that the laboratory's services gave."""

import json

import pytest
from keystoneauth1 import exceptions as login
from openstack import exceptions as sdk
from requests import Response

from manoflow.adapters.vim.openstack.errors import translate
from manoflow.domain import errors

MAC_TAKEN = "Unable to complete operation for network 6681. The mac address fe:00:00:00:00:01 is in use."
IP_TAKEN = "IP address 192.168.9.135 already allocated in subnet 3ce6"
NETWORK_IN_USE = "Unable to complete operation on network 6681. There are one or more ports still in use on the network"


def _answer(status: int, text: str, **headers: str) -> Exception:
    response = Response()
    response.status_code = status
    response.url = "http://cloud/"
    response.headers.update({"Content-Type": "application/json", **headers})
    response._content = json.dumps({"error": {"message": text, "code": status}}).encode()
    with pytest.raises(sdk.HttpException) as raised:
        sdk.raise_from_response(response)
    return raised.value


def test_a_connection_that_fails_is_told_in_one_line() -> None:
    url = "http://127.0.0.1:15003/v2.1/servers/detail"
    refused = (
        f"Unable to establish connection to {url}: HTTPConnectionPool(host='127.0.0.1', port=15003): "
        "Max retries exceeded with url: /v2.1/servers/detail "
        "(Caused by NewConnectionError(\"HTTPConnection(host='127.0.0.1', port=15003): "
        'Failed to establish a new connection: [Errno 111] Connection refused"))'
    )
    error = translate("list servers", login.ConnectFailure(refused))

    assert type(error) is errors.UnreachableError
    assert error.message == (
        f"cannot list servers: Unable to establish connection to {url}: [Errno 111] Connection refused"
    )


@pytest.mark.parametrize(
    ("status", "text", "expected"),
    [
        (400, "Can not find requested image", errors.InvalidInputError),
        (401, "The request you have made requires authentication.", errors.ForbiddenError),
        (403, "(rule:create_port and rule:create_port:mac_address) is disallowed by policy", errors.ForbiddenError),
        (403, "Quota exceeded for instances: Requested 1, but already used 1 of 1 instances", errors.QuotaError),
        (404, "Network 6681 could not be found.", errors.NotFoundError),
        (409, MAC_TAKEN, errors.AlreadyExistsError),
        (409, IP_TAKEN, errors.AlreadyExistsError),
        (409, "Flavor with ID b4fd already exists.", errors.AlreadyExistsError),
        (409, "Quota exceeded for resources: ['port'].", errors.QuotaError),
        (409, "No more IP addresses available on network 6681.", errors.QuotaError),
        (409, NETWORK_IN_USE, errors.BusyError),
        (409, "Port 7f35 is still in use.", errors.BusyError),
        (409, "Cannot 'reboot' instance 5398 while it is in task_state reboot_started", errors.BusyError),
        (413, "VolumeLimitExceeded: Maximum number of volumes allowed (1) exceeded", errors.QuotaError),
        (418, "I'm a teapot", errors.PermanentError),
        (429, "Too many requests", errors.UnreachableError),
        (500, "Unexpected API Error.", errors.UnreachableError),
        (503, "Service Unavailable", errors.UnreachableError),
    ],
)
def test_an_answer_becomes_an_error_that_says_what_could_not_be_done(
    status: int, text: str, expected: type[errors.ManoError]
) -> None:
    error = translate("make port web (3f2a)", _answer(status, text))

    assert type(error) is expected
    assert error.message == f"cannot make port web (3f2a): {text} (HTTP {status})"


def test_a_service_that_asks_to_wait_is_waited_for() -> None:
    error = translate("list ports", _answer(429, "slower", **{"Retry-After": "7"}))

    assert isinstance(error, errors.TemporaryError)
    assert error.retry_after == 7.0


@pytest.mark.parametrize(
    ("raised", "expected"),
    [
        (login.ConnectFailure("refused"), errors.UnreachableError),
        (login.ConnectTimeout("timed out"), errors.UnreachableError),
        (login.DiscoveryFailure("no versions"), errors.UnreachableError),
        (login.SSLError("[SSL: CERTIFICATE_VERIFY_FAILED] self-signed"), errors.PermanentError),
        (login.Unauthorized("who are you?"), errors.ForbiddenError),
        (login.EndpointNotFound("no block-storage"), errors.PermanentError),
        (sdk.NotSupported("no microversion"), errors.PermanentError),
        (sdk.NotSupported("The image service does not have any supported versions."), errors.UnreachableError),
    ],
)
def test_what_the_login_raises_is_told_apart(raised: Exception, expected: type[errors.ManoError]) -> None:
    assert type(translate("log in", raised)) is expected


def test_a_misuse_of_the_sdk_is_a_bug_and_stays_one() -> None:
    with pytest.raises(sdk.InvalidResourceQuery):
        translate("list ports", sdk.InvalidResourceQuery("no such filter"))


def test_a_long_text_is_bounded() -> None:
    assert len(translate("list ports", _answer(400, "x" * 100_000)).message) < 1_000
