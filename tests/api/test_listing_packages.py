"""Lists of packages: filters, selectors and pages (SOL013 clause 5)."""

from base64 import urlsafe_b64encode
from datetime import timedelta
from uuid import uuid4

import httpx
import pytest
from fastapi import HTTPException

from api import paging
from api.attribute_filter import Filter
from api.views.vnf_package import VnfPkgInfo
from manoflow.domain.packages import VnfPackage
from manoflow.ports.records import Records
from tests.api.consumer import PACKAGES, URL
from tests.reference import NOW, PACKAGE_ID

REFERENCE = str(PACKAGE_ID)


@pytest.fixture
async def others(records: Records) -> list[str]:
    """Packages that are not onboarded, with data of their own; younger than the reference package."""
    made = [
        VnfPackage(
            id=uuid4(),
            created_at=NOW + timedelta(seconds=number + 1),
            user_defined_data={"site": f"site, {number}", "rack": number, "blade": {"spare": number == 1}},
        )
        for number in range(3)
    ]
    for package in made:
        await records.add_package(package)
    return [str(package.id) for package in made]


async def test_no_filter_lists_all_oldest_first(client: httpx.AsyncClient, others: list[str]) -> None:
    assert [one["id"] for one in (await client.get(PACKAGES)).json()] == [REFERENCE, *others]
    answer = await client.get(PACKAGES, params={"filter": "(gte,userDefinedData/rack,1);(eq,usageState,NOT_IN_USE)"})
    assert [one["id"] for one in answer.json()] == others[1:]
    answer = await client.get(PACKAGES, params={"filter": "(eq,nonsense,1)"})
    assert (answer.status_code, "no attribute nonsense" in answer.json()["detail"]) == (400, True)


DOCUMENT = {
    "id": "1",
    "vnfProvider": "Manoflow, inc.",
    "onboardingState": "ONBOARDED",
    "vnfmInfo": ["one:v1", "two:v2"],
    "softwareImages": [{"id": "app", "minDisk": 10, "isEncrypted": False}, {"id": "db", "minDisk": 20}],
    "userDefinedData": {"rack": 7, "blade": {"spare": True}, "a/b": "c", "o'clock": 1.5},
    "_links": {"self": {"href": "here"}},
}


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("(eq,onboardingState,ONBOARDED)", True),
        ("(neq,onboardingState,ONBOARDED)", False),
        ("(eq,vnfdId,1)", False),
        ("(neq,vnfdId,1)", True),
        ("(in,id,2,1)", True),
        ("(nin,id,2,1)", False),
        ("(cont,vnfProvider,flow)", True),
        ("(ncont,vnfProvider,flow,row)", False),
        ("(eq,vnfProvider,'Manoflow, inc.')", True),
        ("(gt,userDefinedData/rack,7)", False),
        ("(gte,userDefinedData/rack,7);(lt,userDefinedData/rack,8)", True),
        ("(lte,userDefinedData/rack,seven)", False),
        ("(eq,userDefinedData/blade/spare,true)", True),
        ("(eq,userDefinedData/a~1b,c)", True),
        ("(eq,userDefinedData/rack,7.0)", True),
        ("(eq,softwareImages/id,db)", True),
        ("(gt,softwareImages/minDisk,15)", True),
        ("(gt,softwareImages/minDisk,25)", False),
        ("(eq,softwareImages/isEncrypted,false)", True),
        ("(eq,vnfmInfo,two:v2)", True),
        ("(neq,vnfmInfo,two:v2)", False),
        ("(eq,_links/self/href,here)", True),
        ("(gt,onboardingState,ONBOARD);(lt,onboardingState,P)", True),
        ("(eq,id,'it''s')", False),
    ],
)
def test_a_filter_chooses(text: str, fits: bool) -> None:  # noqa: FBT001 - pytest gives it
    assert Filter(text, VnfPkgInfo).fits(DOCUMENT) is fits


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "from character 1"),
        ("eq,id,1", "from character 1"),
        ("(eq,id)", "from character 1"),
        ("(eq,id,1)(eq,id,1)", "from character 10"),
        ("(eq,id,1);", "from character 11"),
        ("(is,id,1)", "no operator is"),
        ("(eq,id,1,2)", "takes one value"),
        ("(eq,nonsense,1)", "no attribute nonsense"),
        ("(eq,checksum/nonsense,1)", "no attribute checksum/nonsense"),
        ("(eq,id/more,1)", "no attribute id/more"),
        ("(eq,checksum,1)", "is a structure"),
        ("(eq,userDefinedData,1)", "is a structure"),
    ],
)
def test_what_is_no_filter_is_refused(text: str, said: str) -> None:
    with pytest.raises(HTTPException, match="400") as refused:
        Filter(text, VnfPkgInfo)
    assert said in refused.value.detail


COMPLEX = {"checksum", "userDefinedData", "manoflowSecurity"}


SHOWN = {
    "": {"manoflowSecurity"},
    "exclude_default": {"manoflowSecurity"},
    "all_fields": COMPLEX,
    "fields=checksum": {"checksum"},
    "fields=checksum,userDefinedData": {"checksum", "userDefinedData"},
    "fields=checksum&exclude_default": {"checksum", "manoflowSecurity"},
    "exclude_fields=checksum": {"userDefinedData", "manoflowSecurity"},
    "exclude_fields=userDefinedData/a": COMPLEX,
}
REFUSED = (
    "all_fields&fields=checksum",
    "fields=checksum&exclude_fields=checksum",
    "fields=nonsense",
    "exclude_fields=id",
    "exclude_fields=checksum/hash",
    "all_fields=1",
    "nextpage_opaque_marker=1",
    "nextpage_opaque_marker=e30=",
    f"nextpage_opaque_marker={urlsafe_b64encode(b'[' * 20_000).decode()}",
    "nonsense=1",
)


async def test_selectors_say_which_complex_attributes_are_shown(client: httpx.AsyncClient) -> None:
    await client.patch(f"{PACKAGES}/{REFERENCE}", json={"userDefinedData": {"a": 1, "b": 2}})
    for query, shown in SHOWN.items():
        (one,) = (await client.get(f"{PACKAGES}?{query}")).json()
        assert one.keys() & COMPLEX == shown, query
        assert one.keys() >= {"id", "vnfdId", "onboardingState", "_links"}
        assert one.get("userDefinedData") in (None, {"b": 2} if "/a" in query else {"a": 1, "b": 2})


async def test_what_cannot_be_meant_is_refused(client: httpx.AsyncClient) -> None:
    for query in REFUSED:
        answer = await client.get(f"{PACKAGES}?{query}")
        assert answer.status_code == 400, query
        assert answer.json()["detail"].startswith("cannot use ")


async def test_pages_lead_from_one_to_the_next(
    client: httpx.AsyncClient, others: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE", 2)
    query = "filter=(neq,vnfdId,x)&exclude_default"
    first = await client.get(f"{PACKAGES}?{query}")
    assert [one["id"] for one in first.json()] == [REFERENCE, others[0]]
    link = first.links["next"]["url"]
    assert link.startswith(f"{URL}{PACKAGES}?filter=")
    await client.delete(f"{PACKAGES}/{others[0]}")  # What a page ended with may go: the next one begins behind it.
    second = await client.get(link)
    assert [one["id"] for one in second.json()] == others[1:]
    assert "Link" not in second.headers
