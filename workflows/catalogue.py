"""The catalogue: every LCM operation found by looking through `workflows.vnf`.

One scan feeds the worker, the API's routes, the laws of the test suite and the table in the docs, so a new operation
is a new file and nothing else. Nothing registers itself: the sandbox imports workflow modules again for every run.
"""

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType

import workflows.vnf
from manoflow.domain.base import Model
from manoflow.domain.lcm import InstantiationState, LcmOperationType
from workflows.operation import LcmOperation


@dataclass(frozen=True)
class Operation:
    """What everybody but the workflow itself needs to know of an operation."""

    workflow: type[LcmOperation]
    operation: LcmOperationType
    request: type[Model]
    """The body of ``{method} /vnf_instances/{vnfInstanceId}/{path}``."""
    method: str
    """POST to a task resource; PATCH of the instance itself."""
    allowed_in: InstantiationState | None
    """The state that the VNF instance must be in; None: any."""
    check: Callable[..., object]
    """``check(instance, vnfd, request, vim_connection_id)`` raises `InvalidInputError` for a request that cannot be
    planned. An operation that touches no VIM is given its `Surroundings` as the last."""

    @property
    def name(self) -> str:
        """The workflow type, as the Temporal UI shows it."""
        return self.workflow.__name__

    @property
    def path(self) -> str:
        """The task resource's last segment; empty where the instance itself is asked."""
        return "" if self.method == "PATCH" else self.operation.value.lower()

    @property
    def summary(self) -> str:
        """The first line of the workflow's docstring."""
        return (self.workflow.__doc__ or self.name).splitlines()[0]


def operations() -> tuple[Operation, ...]:
    """Every operation, in the order of their file names."""
    modules = [
        importlib.import_module(f"{workflows.vnf.__name__}.{module.name}")
        for module in pkgutil.iter_modules(workflows.vnf.__path__)
    ]
    return tuple(_described(kind) for module in modules for kind in _defined_in(module))


def _defined_in(module: ModuleType) -> list[type[LcmOperation]]:
    return [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, LcmOperation) and value.__module__ == module.__name__
    ]


def _described(workflow: type[LcmOperation]) -> Operation:
    return Operation(
        workflow=workflow,
        operation=workflow.operation,
        request=workflow.request,
        method=workflow.method,
        allowed_in=workflow.allowed_in,
        check=workflow.check,
    )
