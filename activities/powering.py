"""Starting and stopping a server so that doing it twice, or half, or from two workers at once, ends in what is wanted.

Find by uid -> wait until the VIM has done what it is doing -> ask only where the power differs -> wait until it is so.
It is the same in every VIM, as `activities.converging` is for what is made and removed.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from activities.awake import require_awake
from activities.watching import Watch
from manoflow.domain.cloud import Power, ResourceState, VimResource
from manoflow.domain.errors import ManoError, NotFoundError, PermanentError, TemporaryError
from manoflow.domain.plan import Step
from manoflow.ports.vim import Servers

PAUSE = 1.0
"""Seconds after which a server that is drained is asked again, where the VIM could not be."""

WORKED_ON = frozenset({ResourceState.BUILDING, ResourceState.DELETING})


async def turn(servers: Servers, step: Step, power: Power, watch: Watch) -> VimResource:
    """Have the step's server run, or not.

    Raises `NotFoundError` where it is not there, `PermanentError` where it is broken, `TemporaryError` where the VIM
    has left it as it was.
    """
    server = await _settled(servers, step, power, watch)
    if server.power is power:
        return server
    require_awake()
    try:
        await (servers.start(server) if power is Power.STARTED else servers.stop(server))
    except NotFoundError as error:
        raise _absent(step, power) from error
    server = await _settled(servers, step, power, watch)
    if server.power is not power:
        message = (
            f"cannot see server {server.name} ({server.vim_id}) {power}: the VIM has it {server.power or 'unclear'}"
        )
        raise TemporaryError(message)
    return server


async def turn_back(servers: Servers, step: Step, power: Power, watch: Watch) -> VimResource | None:
    """The same of one that may be gone: None."""
    try:
        return await turn(servers, step, power, watch)
    except NotFoundError:
        return None


async def drain(servers: Servers, step: Step, seconds: float | None, watch: Watch) -> VimResource | None:
    """Ask the server to end and give it this time for it, or all that the VIM gives it; then answer how it stands.

    None: it is gone, or nobody knows.

    Nothing that the VIM says is an error: what does not end is deleted all the same. After a worker's death the time
    begins anew.
    """
    with suppress(TimeoutError, PermanentError):
        async with asyncio.timeout(seconds):
            return await _insistent(servers, step, watch)
    with suppress(ManoError):
        return _oldest(await servers.find(step.uid))
    return None


async def _insistent(servers: Servers, step: Step, watch: Watch) -> VimResource:
    while True:
        try:
            return await turn(servers, step, Power.STOPPED, watch)
        except TemporaryError:
            require_awake()  # whoever slept leaves it to the next attempt
            await asyncio.sleep(PAUSE)


async def _settled(servers: Servers, step: Step, power: Power, watch: Watch) -> VimResource:
    """The server, once the VIM has ceased to work on it."""
    server = _oldest(await servers.find_for_certain(step.uid))
    if server is not None and server.state in WORKED_ON:
        seen = await watch.until(servers, step.vnf_instance_id, step.uid, _at_rest)
        # What is not finished may not be listed with its VNF instance.
        server = _oldest(seen or await servers.find(step.uid))
    if server is None:
        raise _absent(step, power)
    if server.state in WORKED_ON:
        message = f"cannot have server {server.name} ({server.vim_id}) {power} yet: it is {server.state}"
        raise TemporaryError(message)
    if server.state is ResourceState.BROKEN:
        why = server.detail or "the VIM reports an error without a reason"
        message = f"cannot have server {server.name} ({server.vim_id}) {power}: {why}; heal {step.key}"
        raise PermanentError(message)
    return server


def _oldest(found: Sequence[VimResource]) -> VimResource | None:
    """Of twins the one that stays."""
    return min(found, key=lambda server: (server.created_at, server.vim_id), default=None)


def _at_rest(seen: Sequence[VimResource]) -> bool:
    return not any(server.state in WORKED_ON for server in seen)


def _absent(step: Step, power: Power) -> NotFoundError:
    message = f"cannot have {step.key} ({step.uid}) {power}: its server is not in {step.vim_connection_id}; heal it"
    return NotFoundError(message)
