"""The API's own documentation: complete, and readable without the Internet."""

import re

import httpx

from tests.api.consumer import URL
from workflows.catalogue import operations


async def test_the_docs_need_nothing_from_elsewhere(client: httpx.AsyncClient) -> None:
    page = await client.get("/docs")
    assert page.status_code == 200
    named = re.findall(r"""(?:src|href)=["']([^"']+)""", page.text)
    assert len(named) >= 2
    for resource in named:
        assert not resource.startswith(("http", "//")), resource
        assert (await client.get(resource)).status_code == 200


async def test_the_docs_describe_every_resource(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation["summary"], (method, path)
    for operation in operations():
        path = f"/vnflcm/v2/vnf_instances/{{vnfInstanceId}}/{operation.path}".rstrip("/")
        described = document["paths"][path][operation.method.lower()]
        assert described["summary"] == operation.summary
        media_type = "application/merge-patch+json" if operation.method == "PATCH" else "application/json"
        schema = described["requestBody"]["content"][media_type]["schema"]
        assert schema == {"$ref": f"#/components/schemas/{operation.request.__name__}"}
        assert "ProblemDetails" in str(described["responses"]["409"])
    assert URL not in str(document)


async def test_every_reference_in_the_docs_leads_somewhere(client: httpx.AsyncClient) -> None:
    answer = await client.get("/openapi.json")
    schemas = answer.json()["components"]["schemas"]
    assert set(re.findall(r"#/components/schemas/([^\"]+)", answer.text)) <= schemas.keys()
