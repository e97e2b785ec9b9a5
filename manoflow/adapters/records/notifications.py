"""Notifications: one row for each state change, written in its transaction (SOL003 clause 5.5.2.17)."""

from uuid import uuid5

from manoflow.adapters.records.rows import wire
from manoflow.domain.base import rfc3339
from manoflow.domain.lcm import LcmOperationState, VnfLcmOpOcc

_RESULTS = frozenset(
    {
        LcmOperationState.COMPLETED,
        LcmOperationState.FAILED_TEMP,
        LcmOperationState.FAILED,
        LcmOperationState.ROLLED_BACK,
    }
)


def announcement(occurrence: VnfLcmOpOcc) -> dict[str, object]:
    """The row that tells of the state an occurrence has just entered. Its id follows from the revision."""
    state = occurrence.operation_state
    return {
        "id": uuid5(occurrence.id, f"rev{occurrence.rev}"),
        "vnf_instance_id": occurrence.vnf_instance_id,
        "lcm_op_occ_id": occurrence.id,
        "rev": occurrence.rev,
        "notification_type": "VnfLcmOperationOccurrenceNotification",
        "notification_status": "RESULT" if state in _RESULTS else "START",
        "body": {
            "operation": occurrence.operation.value,
            "operationState": state.value,
            "error": wire(occurrence.error),
            "timeStamp": rfc3339(occurrence.state_entered_time),
        },
    }
