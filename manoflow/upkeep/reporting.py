"""Reports of a pass: written where they differ from what is written, logged when they appear and disappear."""

from collections.abc import Iterable, Mapping
from uuid import UUID

import structlog

from manoflow.domain.lcm import LcmOperationState, VnfLcmOpOcc
from manoflow.domain.upkeep import Anomaly, Report
from manoflow.ports.records import Records

Subject = tuple[Anomaly, UUID]

log = structlog.stdlib.get_logger(__name__)


async def publish(records: Records, found: Iterable[Report], still_open: Mapping[UUID, VnfLcmOpOcc]) -> None:
    """Write what a pass found. What was taken over stays reported as long as it waits for its verdict."""
    before = {_subject(report): report for report in await records.reports()}
    kept = (report for report in before.values() if _waits(report, still_open.get(report.lcm_op_occ_id)))
    now = {_subject(report): report for report in (*kept, *found)}
    if {key: report.detail for key, report in now.items()} == {key: report.detail for key, report in before.items()}:
        return
    await records.report(list(now.values()))
    _tell(before, now)


def _waits(report: Report, occurrence: VnfLcmOpOcc | None) -> bool:
    """A verdict leads to a state that was entered after the take-over."""
    if report.anomaly is not Anomaly.VANISHED or occurrence is None:
        return False
    parked = occurrence.operation_state is LcmOperationState.FAILED_TEMP
    return parked or occurrence.state_entered_time <= report.since


def _tell(before: Mapping[Subject, Report], now: Mapping[Subject, Report]) -> None:
    for subject, report in now.items():
        if subject not in before:
            _log_of(report).warning("out of order", detail=report.detail)
    for subject, report in before.items():
        if subject not in now:
            _log_of(report).info("in order again")


def _log_of(report: Report) -> structlog.stdlib.BoundLogger:
    bound: structlog.stdlib.BoundLogger = log.bind(
        anomaly=report.anomaly, lcmOpOccId=str(report.lcm_op_occ_id), vnfInstanceId=str(report.vnf_instance_id)
    )
    return bound


def _subject(report: Report) -> Subject:
    return report.anomaly, report.lcm_op_occ_id
