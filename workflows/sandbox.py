"""The one sandbox that workers, tests and replay share.

Models, ports and activities are passed through: they are import-light and have no state. `workflows` itself is not,
so that operations and their base class are both checked for determinism.
"""

from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

PASSED_THROUGH = ("activities", "manoflow", "annotated_types", "structlog")

RUNNER = SandboxedWorkflowRunner(
    restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH),
)
