"""The reference VNF of the tests: one VDU with everything a VDU can have, built without reading its package.

The package has the VDU's image, and nothing else that anybody reads; `shelve` puts it where packages are stored.

Requests that fit it are the examples in the request models themselves (`example_of`), so that an operation added
later is tried by the laws without a line of test code.
"""

from datetime import UTC, datetime
from hashlib import sha256
from io import BytesIO
from typing import Any
from uuid import UUID, uuid5
from zipfile import ZipFile, ZipInfo

from manoflow.domain.base import Model
from manoflow.domain.packages import OnboardingState, OperationalState, PackageContent, VnfPackage
from manoflow.domain.vnf import VnfInstance
from manoflow.domain.vnfd import (
    ExternalCp,
    Flavour,
    InstantiationLevel,
    PlacementGroup,
    ScalingAspect,
    ScalingDelta,
    SwImage,
    Vdu,
    VduCp,
    VirtualCompute,
    VirtualLink,
    VirtualStorage,
    Vnfd,
)
from manoflow.ports.artifacts import Artifacts

NOW = datetime(2026, 11, 21, 5, 0, tzinfo=UTC)
VNFD_ID = "5b1e0000-0000-4000-8000-000000000001"
PACKAGE_ID = UUID("5b1e0000-0000-4000-8000-000000000002")
IMAGE = "demo-image"
IMAGE_FILE = "Files/images/demo-image.img"
IMAGE_CONTENT = b"what servers of the fake cloud start from\n"
NETWORK = "mgmt"


def reference_vnfd() -> Vnfd:
    """One flavour, `simple`: VDU `app` with a data volume, an internal and an external connection point."""
    app = Vdu(
        id="app",
        name="app",
        compute=VirtualCompute(num_vcpus=1, memory_mib=512, local_disk_gib=1),
        image=SwImage(id="app", name=IMAGE, artifact=IMAGE_FILE, digest=sha256(IMAGE_CONTENT).hexdigest()),
        storages=("app_data",),
        min_instances=1,
        max_instances=4,
        initial_instances=1,
    )
    simple = Flavour(
        id="simple",
        vdus=(app,),
        cps=(
            VduCp(id="app_mgmt", vdu="app", order=0),
            VduCp(id="app_internal", vdu="app", order=1, virtual_link="internal"),
        ),
        ext_cps=(ExternalCp(id="app_mgmt", vdu_cp="app_mgmt", mapped_names=("mgmt_network",)),),
        virtual_links=(VirtualLink(id="internal", cidr="192.168.10.0/24"),),
        storages=(VirtualStorage(id="app_data", size_gib=1),),
        placement_groups=(PlacementGroup(id="apart", anti_affinity=True, members=("app",)),),
        aspects=(ScalingAspect(id="app_scale", max_scale_level=3, steps=(ScalingDelta(instances={"app": 1}),)),),
        levels=(
            InstantiationLevel(id="small", scale_levels={"app_scale": 0}),
            InstantiationLevel(id="pair", scale_levels={"app_scale": 1}),
        ),
        default_level="small",
    )
    return Vnfd(
        id=VNFD_ID,
        provider="Manoflow",
        product_name="Reference",
        software_version="1.0",
        descriptor_version="1.0",
        flavours=(simple,),
    )


def reference_csar() -> bytes:
    """The file of the package, the same whenever it is made."""
    files = {
        "TOSCA-Metadata/TOSCA.meta": b"TOSCA-Meta-File-Version: 1.0\nCSAR-Version: 1.1\nCreated-By: Manoflow\n"
        b"Entry-Definitions: Definitions/vnfd.yaml\n",
        "Definitions/vnfd.yaml": b"tosca_definitions_version: tosca_simple_yaml_1_3\n",
        IMAGE_FILE: IMAGE_CONTENT,
    }
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(ZipInfo(name), content)
    return packed.getvalue()


PACKAGE_DIGEST = sha256(reference_csar()).hexdigest()


def shelve(artifacts: Artifacts) -> None:
    """Store the package's file."""
    shelved = artifacts.path(PACKAGE_DIGEST)
    shelved.parent.mkdir(parents=True, exist_ok=True)
    shelved.write_bytes(reference_csar())


def reference_package() -> VnfPackage:
    """The package of the reference VNF, onboarded and enabled."""
    return VnfPackage(
        id=PACKAGE_ID,
        onboarding_state=OnboardingState.ONBOARDED,
        operational_state=OperationalState.ENABLED,
        content=PackageContent(vnfd=reference_vnfd(), digest=PACKAGE_DIGEST, size=len(reference_csar())),
        created_at=NOW,
    )


def reference_instance(name: str) -> VnfInstance:
    """An instance of the reference VNF; its id follows from its name."""
    return VnfInstance(
        id=uuid5(PACKAGE_ID, name),
        vnf_instance_name=name,
        vnfd_id=VNFD_ID,
        vnf_pkg_id=PACKAGE_ID,
        vnf_provider="Manoflow",
        vnf_product_name="Reference",
        vnf_software_version="1.0",
        vnfd_version="1.0",
        created_at=NOW,
    )


def example_of(request: type[Model]) -> dict[str, Any]:
    """The example that a request model gives of itself."""
    example: dict[str, Any] = request.model_json_schema()["examples"][0]
    return example
