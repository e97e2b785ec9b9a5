"""Our Temporal namespace, and what it must know before the first operation.

Those are search attributes, and how long to keep histories.

Looked up at every start of a worker and set where it differs, so repeats change nothing.
"""

import asyncio
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest, ListSearchAttributesRequest
from temporalio.api.workflowservice.v1 import (
    DescribeNamespaceRequest,
    RegisterNamespaceRequest,
    UpdateNamespaceRequest,
)
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from manoflow.adapters.execution.client import SEARCH_ATTRIBUTES
from manoflow.runtime.settings import Settings

RETENTION = timedelta(days=30)
"""Closed operations vanish from Temporal afterwards; their occurrences stay in the record."""
LOOK_AGAIN = 0.1


async def namespace_answers(settings: Settings) -> None:
    """Wait until the server knows the namespace; the caller sets the bound."""
    while True:
        try:
            client = await Client.connect(settings.temporal_address, namespace=settings.namespace)
            await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=settings.namespace))
        except (RPCError, RuntimeError):  # RuntimeError: nobody listens yet
            await asyncio.sleep(LOOK_AGAIN)
        else:
            return


async def prepare_namespace(client: Client) -> None:
    """Make what is missing. Raises `RPCError` where that is refused, or is not known to all of the server yet."""
    try:
        await _keep_histories(client)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        await _register(client)
    await _know_search_attributes(client)


async def _keep_histories(client: Client) -> None:
    namespace = client.namespace
    described = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=namespace))
    if described.config.workflow_execution_retention_ttl.ToTimedelta() < RETENTION:
        config = NamespaceConfig(workflow_execution_retention_ttl=_retention())
        await client.workflow_service.update_namespace(UpdateNamespaceRequest(namespace=namespace, config=config))


async def _register(client: Client) -> None:
    request = RegisterNamespaceRequest(namespace=client.namespace, workflow_execution_retention_period=_retention())
    await client.workflow_service.register_namespace(request)


def _retention() -> Duration:
    retention = Duration()
    retention.FromTimedelta(RETENTION)
    return retention


async def _know_search_attributes(client: Client) -> None:
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    missing = set(SEARCH_ATTRIBUTES) - set(listed.custom_attributes)
    if missing:
        keyword = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(
                namespace=client.namespace, search_attributes=dict.fromkeys(sorted(missing), keyword)
            )
        )
