"""Where a URI in a request may lead: public addresses over HTTPS, and what a setting opens."""

from ipaddress import ip_address, ip_network

import pytest

from manoflow.domain.errors import ForbiddenError, InvalidInputError
from manoflow.domain.outbound import CLOSED, OutboundPolicy, shown

PUBLIC = ("93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::808:808", "2002:808:808::1")
NOT_PUBLIC = (
    "127.0.0.1",
    "127.255.255.254",
    "0.0.0.0",  # noqa: S104 - an address in a test
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "224.0.0.1",
    "239.1.2.3",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a00:1",
    "64:ff9b:1::a00:1",
    "2002:a00:1::1",
    "2001:db8::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
)


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_allowed(address: str) -> None:
    assert CLOSED.allows(ip_address(address))


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_any_other_is_not(address: str) -> None:
    assert not CLOSED.allows(ip_address(address))


def test_a_setting_opens_a_network_and_no_more() -> None:
    opened = OutboundPolicy(allow=(ip_network("10.20.0.0/16"), ip_network("fd00::/8")))
    for address, allowed in (("10.20.1.1", True), ("10.21.1.1", False), ("fd00::1", True), ("::ffff:10.20.1.1", True)):
        assert opened.allows(ip_address(address)) is allowed, address


def test_of_several_addresses_the_first_that_is_allowed_is_taken() -> None:
    addresses = [ip_address(one) for one in ("10.0.0.1", "8.8.8.8", "8.8.4.4")]
    assert CLOSED.judged("host.example", addresses) == ip_address("8.8.8.8")
    with pytest.raises(ForbiddenError, match=r"host.example is 10.0.0.1, which is not public; .*OUTBOUND__ALLOW"):
        CLOSED.judged("host.example", addresses[:1])


@pytest.mark.parametrize(
    ("uri", "said"),
    [
        ("http://host.example/a", "must be https, not http"),
        ("ftp://host.example/a", "not ftp"),
        ("/a.csar", "no absolute URI"),
        ("https:///a.csar", "no absolute URI"),
        ("https://host.example:99999/a", "no absolute URI"),
        ("https://[::1/a", "no absolute URI"),
        ("https://a..b/a", "no absolute URI"),
        (f"https://{'a' * 64}.example/a", "no absolute URI"),
        ("https://host.example/a b", "no absolute URI"),
        ("https://host.example/\r\nHost: other", "no absolute URI"),
        ("https://me@host.example/a", "credentials"),
        ("https://:secret@host.example/a", "credentials"),
        ("https://10.0.0.1/a", "10.0.0.1 is not public"),
        ("https://[::1]:8443/a", "::1 is not public"),
    ],
)
def test_a_uri_is_judged_before_anybody_is_asked(uri: str, said: str) -> None:
    with pytest.raises(InvalidInputError, match=r"cannot use addressInformation") as refused:
        CLOSED.require_allowed(uri, "addressInformation")
    assert said in refused.value.message
    assert "secret" not in refused.value.message


def test_what_may_be_secret_in_a_uri_is_not_shown() -> None:
    assert shown("https://me:pass@host.example:8443/a.csar?sig=secret#x") == "https://host.example:8443/a.csar"
    assert shown("https://[2606::1]/a?b") == "https://[2606::1]/a"
