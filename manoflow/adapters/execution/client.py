"""The way to Temporal: a client, what our executions are called there, and no answer in our words."""

from datetime import timedelta
from functools import cache
from uuid import UUID

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.service import RPCError

from manoflow.domain.errors import UnreachableError

SEARCH_ATTRIBUTES = ("VnfInstanceId", "LcmOpOccId", "LcmOperation", "LcmOperationState")
"""Keyword search attributes that the namespace must know."""
OCCURRENCE = "lcmOpOccId"
"""The memo that says which occurrence an execution performs."""

UPLOAD = "uploadId"
"""The memo that says which upload an onboarding takes in."""

CALL_TIMEOUT = timedelta(seconds=5)
WORKER_BEAT = timedelta(seconds=1)
"""How often a worker tells the server that it lives: the shortest that the SDK allows."""

NO_ANSWER = (RPCError, RuntimeError)
"""What the client raises; RuntimeError where it is lazy and could not connect."""


async def connect(address: str, namespace: str, *, lazy: bool = True) -> Client:
    """A client that connects when it is first used, so that the API starts without Temporal.

    Workers need one that is connected (`lazy` False): raises `RuntimeError` where Temporal does not answer.
    """
    return await Client.connect(
        address, namespace=namespace, lazy=lazy, data_converter=pydantic_data_converter, runtime=beating_runtime()
    )


@cache
def beating_runtime() -> Runtime:
    """The SDK's threads, one set for each process. Workers on it beat so often that a dead one is soon missed."""
    return Runtime(telemetry=TelemetryConfig(), worker_heartbeat_interval=WORKER_BEAT)


def workflow_id(vnf_instance_id: UUID) -> str:
    """All operations of a VNF instance share it."""
    return f"vnf/{vnf_instance_id}"


def onboarding_id(vnf_pkg_id: UUID) -> str:
    """All uploads to a VNF package share it."""
    return f"pkg/{vnf_pkg_id}"


def unreachable(error: Exception, what: str) -> UnreachableError:
    """What could not be done, because nobody answered."""
    return UnreachableError(f"cannot {what}: Temporal does not answer ({error})")
