"""Notifications: one row for each state change, written in its transaction (SOL003 clause 5.5.2.17)."""

from uuid import uuid5

from manoflow.adapters.records.rows import wire
from manoflow.domain.base import rfc3339
from manoflow.domain.lcm import LcmOperationState, VnfLcmOpOcc
from manoflow.domain.vnf_info import VnfInfoModifications

_RESULTS = frozenset(
    {
        LcmOperationState.COMPLETED,
        LcmOperationState.FAILED_TEMP,
        LcmOperationState.FAILED,
        LcmOperationState.ROLLED_BACK,
    }
)


def announcement(occurrence: VnfLcmOpOcc, changed: VnfInfoModifications | None = None) -> dict[str, object]:
    """The row that tells of the state an occurrence has just entered. Its id follows from the revision.

    `changed` is what it has changed of what is said about the instance.
    """
    state = occurrence.operation_state
    changed_info = {"changedInfo": changed.shown} if changed is not None and changed.model_fields_set else {}
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
            **changed_info,
        },
    }
