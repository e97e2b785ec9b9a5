"""As a member of a project: what policy and quotas refuse, and what the driver makes of it."""

import asyncio
from collections.abc import Iterator

import pytest

from manoflow.adapters.vim.openstack import connect
from manoflow.domain.cloud import FixedAddress
from manoflow.domain.errors import ForbiddenError, QuotaError
from tests.adapters.vim.conformance import Bench
from tests.lab import laboratory

pytestmark = [pytest.mark.lab, pytest.mark.timeout(600)]


@pytest.fixture
def one_of_each() -> Iterator[None]:
    """Quotas that let the member have one network, one volume and one server more than it has."""
    sdk = laboratory.sdk("oslab")
    project = laboratory.identity("oslab").find_project("demo", ignore_missing=False).id
    mine = laboratory.sdk("demo")
    sdk.network.update_quota(project, networks=1 + len(list(mine.network.networks(project_id=project))))
    sdk.block_storage.update_quota_set(project, volumes=1 + len(list(mine.block_storage.volumes())))
    sdk.compute.update_quota_set(project, instances=1 + len(list(mine.compute.servers())))
    yield
    sdk.network.delete_quota(project)
    sdk.block_storage.revert_quota_set(project)
    sdk.compute.revert_quota_set(project)


async def test_a_port_is_made_without_the_mac_that_policy_refuses(member: Bench) -> None:
    new = member.external_port()

    port = await member.make(new)
    (found,) = await member.driver.ports.find(new.uid)

    assert port.mac_address != new.mac_address
    assert port.detail == "the VIM's policy refused what was asked for: mac"
    assert found == port


async def test_a_port_is_made_without_the_address_that_policy_refuses(member: Bench) -> None:
    fixed = FixedAddress(ip_address="10.20.99.99")
    new = member.external_port().model_copy(update={"addresses": (fixed,)})

    port = await member.make(new)

    assert port.detail == "the VIM's policy refused what was asked for: mac and address"
    assert port.addresses[0].ip_address not in (None, "10.20.99.99")


async def test_a_port_keeps_the_subnet_it_asked_for_when_the_address_is_refused(member: Bench) -> None:
    (somewhere,) = (await member.make(member.external_port("first"))).addresses
    fixed = FixedAddress(ip_address="10.20.99.98", subnet_id=somewhere.subnet_id)

    port = await member.make(member.external_port("second").model_copy(update={"addresses": (fixed,)}))

    assert [address.subnet_id for address in port.addresses] == [somewhere.subnet_id]


async def test_a_mac_that_was_asked_for_by_name_is_not_given_up(member: Bench) -> None:
    new = member.external_port().model_copy(update={"mac_required": True})

    with pytest.raises(ForbiddenError, match=new.name):
        await member.create(new)


async def test_on_a_network_of_its_own_a_member_chooses_freely(member: Bench) -> None:
    link = member.link(cidr="192.168.80.0/24")
    await member.make(link)
    new = member.port("one", link, FixedAddress(ip_address="192.168.80.7"))

    port = await member.make(new)

    assert (port.mac_address, port.addresses[0].ip_address, port.detail) == (new.mac_address, "192.168.80.7", None)


async def test_a_flavor_that_may_not_be_made_is_named_as_the_command_that_makes_it(member: Bench) -> None:
    new = member.flavor().model_copy(update={"extra_specs": {"hw:cpu_policy": "dedicated"}})

    with pytest.raises(ForbiddenError) as refused:
        await member.create(new)

    command = "openstack flavor create --vcpus 1 --ram 576 --disk 1 --property hw:cpu_policy=dedicated manoflow-1-576-1"
    assert f"`{command}`" in refused.value.message


@pytest.mark.usefixtures("one_of_each")
async def test_a_quota_that_is_used_up_is_a_permanent_error_in_every_service(member: Bench) -> None:
    await member.make(member.link("first"))
    with pytest.raises(QuotaError, match="network"):
        await member.create(member.link("second"))

    await member.make(await member.storage("first"))
    with pytest.raises(QuotaError, match="volume"):
        await member.create(await member.storage("second"))

    port = member.external_port()
    await member.make(port)
    await member.make(await member.server("first", port))
    with pytest.raises(QuotaError, match="server"):
        await member.create(await member.server("second"))


async def test_an_application_credential_is_enough(member: Bench) -> None:
    keystone, user = laboratory.identity("demo"), str(laboratory.sdk("demo").current_user_id)
    made = await asyncio.to_thread(keystone.create_application_credential, user, f"manoflow-{member.vnf}")
    connection = member.site.connection.model_copy(
        update={
            "access_info": laboratory.secrets(applicationCredentialId=made.id, applicationCredentialSecret=made.secret)
        }
    )
    driver = await connect(connection)

    found = await driver.check()

    await driver.close()
    await asyncio.to_thread(keystone.delete_application_credential, user, made)
    assert str(laboratory.sdk("demo").current_project_id) in found


async def test_a_wrong_password_is_a_permanent_error(member: Bench) -> None:
    access = {**member.site.connection.access_info, **laboratory.secrets(password="wrong")}
    driver = await connect(member.site.connection.model_copy(update={"access_info": access}))

    with pytest.raises(ForbiddenError, match=r"^cannot log in to VIM openstack-lab"):
        await driver.check()

    await driver.close()
