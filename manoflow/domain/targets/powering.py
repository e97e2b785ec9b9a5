"""Changes of power that a plan makes whatever the record says of it.

A server may run or not without Manoflow having a part in it: it crashed, or ended by itself. So whoever asks for a VNFC
to run gets a step that looks, and acts only where it has to.
"""

from collections.abc import Mapping

from manoflow.domain.cloud import Power
from manoflow.domain.diff import Change, Verb
from manoflow.domain.topology import Element


def powered(vnfcs: Mapping[str, Element], power: Power) -> tuple[Change, ...]:
    """A change for every VNFC."""
    return tuple(
        Change(verb=Verb.UPDATE, key=key, before=vnfc, after=vnfc.model_copy(update={"power": power}))
        for key, vnfc in vnfcs.items()
    )
