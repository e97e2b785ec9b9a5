"""Logs: one JSON object a line on stderr, from our own code and from the libraries alike.

A line bears `vnfInstanceId` and `lcmOpOccId` wherever they are known, so that one operation can be followed through all
processes. `manoflow up` writes the stderr of each process to a file in the home's `log` folder.
"""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

LIBRARIES = ("httpx", "httpcore", "aiosqlite", "asyncio", "alembic", "uvicorn.access")
"""Their warnings are kept; what they tell on level info only their own developers want to know."""

TEMPORAL_EXTRAS = ("temporal_workflow", "temporal_activity")


def log_to_stderr(process: str, level: str) -> None:
    """Set up logging for a process; called once, before anything else."""

    def of_process(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        return {"process": process, **event}

    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(allow=TEMPORAL_EXTRAS),
        vnf_of_temporal,
        of_process,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,  # text: what local variables hold may be secret
    ]
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for library in LIBRARIES:
        logging.getLogger(library).setLevel(max(logging.WARNING, logging.getLogger().level))


def vnf_of_temporal(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Name the VNF of a line that Temporal's SDK wrote: its workflow ids are ``vnf/{vnfInstanceId}``."""
    for extra in TEMPORAL_EXTRAS:
        workflow_id = str(event.pop(extra, {}).get("workflow_id", ""))
        if workflow_id.startswith("vnf/"):
            event.setdefault("vnfInstanceId", workflow_id.removeprefix("vnf/"))
    return event
