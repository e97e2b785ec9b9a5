"""ETSI's OpenAPI files judge every exchange of every test here; these tests judge the judge, and what it has seen."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from manoflow.domain.operate_request import OperateVnfRequest
from manoflow.domain.scale_requests import ScaleVnfRequest
from tests.api.consumer import (
    INSTANCES,
    OCCURRENCES,
    ONBOARDED,
    PACKAGES,
    Json,
    Vnf,
    modification,
    onboarded,
    termination,
)
from tests.api.etsi_openapi import EtsiOpenApi
from tests.api.executing import Performance
from tests.packages import example_package
from tests.reference import VNFD_ID, example_of

INSTANCE = "nfv-sol002-sol003/SOL003/VNFLifecycleManagement/definitions/SOL003VNFLifecycleManagement_def.yaml"
OCCURRENCE = f"{INSTANCE}#/definitions/VnfLcmOpOcc"

CONTENT = (
    ("vnfd", 200),
    ("manifest", 200),
    ("package_content", 200),
    ("package_content", 206),
    ("artifacts", 200),
    ("artifacts", 206),
    ("artifacts/{artifactPath}", 200),
    ("artifacts/{artifactPath}", 206),
)
ACCESS = {
    "artifactUri": "http://127.0.0.1:9/tool",
    "overrideUri": "http://127.0.0.1:9/mirror",
    "authType": "OAUTH2_CLIENT_CREDENTIALS",
    "paramsOauth2ClientCredentials": {
        "clientId": "me",
        "clientPassword": "it",
        "tokenEndpoint": "http://127.0.0.1:9/token",
    },
}
STORY = {
    ("GET", "/api_versions", 200),
    ("POST", "/vnf_packages", 201),
    ("GET", "/vnf_packages", 200),
    ("GET", "/vnf_packages/{vnfPkgId}", 200),
    ("PATCH", "/vnf_packages/{vnfPkgId}", 200),
    ("DELETE", "/vnf_packages/{vnfPkgId}", 204),
    ("PUT", "/vnf_packages/{vnfPkgId}/package_content", 202),
    ("POST", "/vnf_packages/{vnfPkgId}/package_content/upload_from_uri", 202),
    ("GET", "/vnf_packages/{vnfPkgId}/ext_artifacts_access", 200),
    ("PUT", "/vnf_packages/{vnfPkgId}/ext_artifacts_access", 200),
    *(("GET", f"/vnf_packages/{{vnfPkgId}}/{resource}", status) for resource, status in CONTENT),
    *(("GET", f"/onboarded_vnf_packages/{{vnfdId}}/{resource}", status) for resource, status in CONTENT),
    ("GET", "/onboarded_vnf_packages", 200),
    ("GET", "/onboarded_vnf_packages/{vnfdId}", 200),
    ("POST", "/vnf_instances", 201),
    ("GET", "/vnf_instances", 200),
    ("GET", "/vnf_instances/{vnfInstanceId}", 200),
    ("PATCH", "/vnf_instances/{vnfInstanceId}", 202),
    ("DELETE", "/vnf_instances/{vnfInstanceId}", 204),
    ("POST", "/vnf_instances/{vnfInstanceId}/instantiate", 202),
    ("POST", "/vnf_instances/{vnfInstanceId}/operate", 202),
    ("POST", "/vnf_instances/{vnfInstanceId}/scale", 202),
    ("POST", "/vnf_instances/{vnfInstanceId}/scale_to_level", 202),
    ("POST", "/vnf_instances/{vnfInstanceId}/terminate", 202),
    ("GET", "/vnf_lcm_op_occs", 200),
    ("GET", "/vnf_lcm_op_occs/{vnfLcmOpOccId}", 200),
    ("POST", "/vnf_lcm_op_occs/{vnfLcmOpOccId}/retry", 202),
    ("POST", "/vnf_lcm_op_occs/{vnfLcmOpOccId}/rollback", 202),
    ("POST", "/vnf_lcm_op_occs/{vnfLcmOpOccId}/fail", 200),
}


@pytest.fixture
def judge(etsi: EtsiOpenApi | None, foreign_openapi: Path) -> EtsiOpenApi:
    """The judge; skips loudly where ETSI's files are not there."""
    assert etsi is not None
    assert foreign_openapi.is_dir()
    return etsi


async def test_every_answer_of_a_whole_story_was_judged(judge: EtsiOpenApi, vnf: Vnf, tmp_path: Path) -> None:
    judge.seen.clear()
    await _packages(vnf.client, example_package("three-vdus", tmp_path))
    await _verdicts(vnf, await vnf.begin(), "retry", "rollback")
    await _verdicts(vnf, await vnf.begin(), "fail")
    await (await vnf.begin("operate", example_of(OperateVnfRequest))).complete()
    await (await vnf.begin("scale", example_of(ScaleVnfRequest))).complete()
    await (await vnf.begin("scale_to_level", {"instantiationLevelId": "small"})).complete()
    await (await vnf.begin("terminate", termination())).complete()
    await (await vnf.begin("", modification())).complete()
    for resource in (INSTANCES, OCCURRENCES, vnf.here, "/vnflcm/v2/api_versions"):
        await vnf.client.get(resource)
    await vnf.client.post(INSTANCES, json={"vnfdId": VNFD_ID})
    await vnf.client.delete(vnf.here)
    assert judge.seen == STORY


async def _packages(client: httpx.AsyncClient, file: Path) -> None:
    made = (await client.post(PACKAGES, json={"userDefinedData": {"a": 1}})).json()
    package = f"{PACKAGES}/{made['id']}"
    await client.put(f"{package}/package_content", content=await asyncio.to_thread(file.read_bytes))
    shown = await onboarded(client, package)
    assert shown["onboardingState"] == "ONBOARDED"
    for here in (package, f"{ONBOARDED}/{shown['vnfdId']}"):
        for resource, status in CONTENT:
            path = resource.format(artifactPath="README.md")
            await client.get(f"{here}/{path}", headers={"Range": "bytes=0-9"} if status == 206 else {})
        await client.get(here)
    await client.get(PACKAGES)
    await client.get(ONBOARDED)
    await client.patch(package, json={"operationalState": "DISABLED"})
    await client.delete(package)
    other = (await client.post(PACKAGES, json={})).json()
    await client.put(f"{PACKAGES}/{other['id']}/ext_artifacts_access", json={"artifact": [ACCESS]})
    await client.get(f"{PACKAGES}/{other['id']}/ext_artifacts_access")
    request = {"addressInformation": "http://127.0.0.1:9/a.csar"}
    await client.post(f"{PACKAGES}/{other['id']}/package_content/upload_from_uri", json=request)


async def _verdicts(vnf: Vnf, performance: Performance, *verdicts: str) -> None:
    await performance.perform()
    for verdict in verdicts:
        await performance.fail()
        vnf.execution.decisions.append(performance.take)
        await vnf.give(performance, verdict)
        await vnf.occurrence(performance)
    if "rollback" in verdicts:
        await performance.roll_back()


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda one: one.pop("isCancelPending"), "isCancelPending"),
        (lambda one: one.update(operationState="DONE"), "DONE"),
        (lambda one: one.update(startTime="yesterday"), "date-time"),
        (lambda one: one.update(operationalState="ENABLED"), "operationalState"),
        (lambda one: one["resourceChanges"]["affectedVnfcs"][0].pop("computeResource"), "computeResource"),
        (lambda one: one.update(modificationsTriggeredByVnfPkgChange={}, changedInfo={}), "not be valid"),
    ],
)
async def test_a_spoilt_answer_is_noticed(
    judge: EtsiOpenApi, vnf: Vnf, spoil: Callable[[Json], object], complaint: str
) -> None:
    shown = await vnf.occurrence(await vnf.instantiated())
    judge.validate(shown, judge.uri(OCCURRENCE))
    spoil(shown)
    with pytest.raises(AssertionError, match=complaint):
        judge.validate(shown, judge.uri(OCCURRENCE))
