"""The histories of an operation: an execution is a chain of runs, each continued as new into the next."""

from temporalio.client import Client, WorkflowHistory


async def chain(client: Client, workflow_id: str, first_run_id: str) -> list[WorkflowHistory]:
    """Every run of an execution, first run first."""
    found: list[WorkflowHistory] = []
    run_id = first_run_id
    while run_id:
        history = await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
        found.append(history)
        last = history.events[-1]
        run_id = last.workflow_execution_continued_as_new_event_attributes.new_execution_run_id
    return found
