"""Key rotation as the settings have it: with the keys that they name, else with a new key in the home's file."""

from manoflow.adapters.records import Rotation, keys_rotated, rotate
from manoflow.runtime.record import key_file
from manoflow.runtime.settings import PREFIX, Settings


async def rotate_key(settings: Settings) -> str:
    """Have the newest key seal everything; says what was done and what is left to do.

    Where the settings name the keys, API and workers may run, if they have the same ones; else none of this home may.
    """
    named = settings.secret_key
    if named is not None:
        done = await rotate(settings.database_url, named.get_secret_value())
        return f"{_told(done)}; nothing needs the older keys any more: take them out of {PREFIX}SECRET_KEY"
    with keys_rotated(key_file(settings)) as keys:
        done = await rotate(settings.database_url, keys)
    return f"{_told(done)}; it is the only one in {key_file(settings)}"


def _told(done: Rotation) -> str:
    return f"{done.rotated} sealed with the newest key, {done.kept} were already"
