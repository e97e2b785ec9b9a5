"""The resources VNF instances and Individual VNF instance (SOL003 clauses 5.4.2 and 5.4.3).

The operations on an instance are in `api.vnf_lcm_operations`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, Depends, Path, Response
from pydantic.alias_generators import to_camel

from api.links import VNF_LCM_PREFIX
from api.problems import documented
from api.requests import JSON, id_in_path
from api.services import Injected, Services
from api.versions import VNF_LCM
from api.views.vnf_instance import VnfInstanceView, detail_of, summary_of
from manoflow.domain.errors import InvalidInputError, NotFoundError
from manoflow.domain.lcm import LcmOperationType
from manoflow.domain.packages import OperationalState, VnfPackage
from manoflow.domain.vnf import CreateVnfRequest, VnfInstance
from workflows.catalogue import operations

router = APIRouter(
    prefix=f"{VNF_LCM_PREFIX}/vnf_instances",
    tags=["VNF instances"],
    dependencies=[Depends(VNF_LCM.require_version), *JSON],
    responses=documented(400, 404, 406, 409, 415, 422),
)

INDIVIDUAL = "/{vnfInstanceId}"

_OPERATIONS = operations()
_LINK_NAMES = {LcmOperationType.CHANGE_VNFPKG: "changeCurrentVnfPkg"}
"""Where ETSI names the link otherwise than the task resource."""


async def existing_instance(
    vnf_instance_id: Annotated[str, Path(alias="vnfInstanceId")], services: Injected
) -> VnfInstance:
    """The instance that a path names."""
    return await services.records.instance(id_in_path(vnf_instance_id, "VNF instance"))


ExistingInstance = Annotated[VnfInstance, Depends(existing_instance)]


@router.post("", status_code=201, response_model_exclude_none=True, summary="Create a VNF identifier")
async def create(asked: CreateVnfRequest, services: Injected, response: Response) -> VnfInstanceView:
    """Make a VNF instance resource, not instantiated, of an onboarded and enabled package."""
    package = await _usable_package(services, asked.vnfd_id)
    instance = _instance_of(package, asked)
    await services.records.add_instance(instance)
    response.headers["Location"] = services.links.vnf_instance(instance.id)
    return await _shown(instance, services)


@router.get("", response_model_exclude_none=True, summary="List the VNF instances")
async def read_all(services: Injected) -> Sequence[VnfInstanceView]:
    """All instances, without their complex attributes."""
    return [_summary(instance, services) for instance in await services.records.instances()]


@router.get(INDIVIDUAL, response_model_exclude_none=True, summary="Read a VNF instance")
async def read(instance: ExistingInstance, services: Injected) -> VnfInstanceView:
    """One instance with everything that is recorded of it."""
    return await _shown(instance, services)


@router.delete(INDIVIDUAL, status_code=204, summary="Delete a VNF identifier")
async def delete(instance: ExistingInstance, services: Injected) -> None:
    """Forget an instance that is not instantiated, that no operation holds and of which no resource is recorded."""
    await services.records.delete_instance(instance.id)


async def _usable_package(services: Services, vnfd_id: str) -> VnfPackage:
    try:
        package = await services.records.package_of(vnfd_id)
    except NotFoundError as error:
        message = f"cannot create a VNF instance: no VNF package with vnfdId {vnfd_id} is onboarded, onboard one first"
        raise InvalidInputError(message) from error
    if package.operational_state is not OperationalState.ENABLED:
        message = f"cannot create a VNF instance: VNF package {package.id} (vnfdId {vnfd_id}) is disabled, enable it"
        raise InvalidInputError(message)
    return package


def _instance_of(package: VnfPackage, asked: CreateVnfRequest) -> VnfInstance:
    if package.content is None:
        message = f"cannot create a VNF instance: VNF package {package.id} has no content"
        raise InvalidInputError(message)
    vnfd = package.content.vnfd
    return VnfInstance(
        id=uuid4(),
        vnf_instance_name=asked.vnf_instance_name,
        vnf_instance_description=asked.vnf_instance_description,
        vnfd_id=vnfd.id,
        vnf_pkg_id=package.id,
        vnf_provider=vnfd.provider,
        vnf_product_name=vnfd.product_name,
        vnf_software_version=vnfd.software_version,
        vnfd_version=vnfd.descriptor_version,
        metadata=asked.metadata or {},
        created_at=datetime.now(UTC),
    )


async def _shown(instance: VnfInstance, services: Services) -> VnfInstanceView:
    resources = await services.records.resources(instance.id)
    return detail_of(_summary(instance, services), instance, resources, await services.records.vims())


def _summary(instance: VnfInstance, services: Services) -> VnfInstanceView:
    allowed = [one for one in _OPERATIONS if one.allowed_in is instance.instantiation_state]
    tasks = {_LINK_NAMES.get(one.operation, to_camel(one.path)): one.path for one in allowed}
    return summary_of(instance, services.links, tasks)
