"""The tables of a world: what a cloud keeps and allows, knobs that are set, calls that are held, the journal of calls.

The seven tables of resources are named like the ports of `manoflow.ports.vim.VimDriver`. Moments are whole milliseconds
since the epoch. Rules that a real cloud's database enforces are constraints here too; what a resource takes with it
when somebody makes it vanish is a foreign key's doing, for deletes are refused before (`resources`).
"""

from manoflow.domain.identity import Kind

VERSION = 4
"""Of the tables; a world of another version is refused."""

KINDS = {
    "images": Kind.IMAGE,
    "flavors": Kind.FLAVOR,
    "placement_groups": Kind.PLACEMENT_GROUP,
    "virtual_links": Kind.VIRTUAL_LINK,
    "ports": Kind.PORT,
    "storages": Kind.STORAGE,
    "servers": Kind.VNFC,
}
"""The kinds of resources: the names of tables and of the driver's attributes, and what they are in a topology."""

_POWERING = frozenset({"servers.start", "servers.stop"})

IN_BACKGROUND = _POWERING | {f"{kind}.{verb}" for kind in ("storages", "servers") for verb in ("create", "delete")}
"""Calls that are answered at once and spend their latency afterwards: the resource is BUILDING or DELETING."""

CALLS = frozenset(
    {f"{kind}.{verb}" for kind in KINDS for verb in ("find", "of_vnf", "create", "finish", "delete")}
    | _POWERING
    | {"flavors.available", "virtual_links.look_up", "images.look_up", "site.capacity", "check", "tagged"}
)
"""Every call that a driver makes, as knobs, settings and the journal name it."""

HOSTS = tuple((f"{zone}-host{number}", zone) for zone in ("az1", "az2") for number in (1, 2, 3))
"""Hosts and their zones, the same in every world."""

_OF_EVERY_RESOURCE = """
    id TEXT PRIMARY KEY,
    uid TEXT,
    vnf_instance_id TEXT,
    lcm_op_occ_id TEXT,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    ready_at INTEGER NOT NULL,
    gone_at INTEGER,
    vanishes_at INTEGER,
    stalled_by INTEGER REFERENCES knobs ON DELETE SET NULL,
    half_made INTEGER NOT NULL DEFAULT 0,
    fault TEXT
"""

TABLES = (
    "CREATE TABLE hosts (name TEXT PRIMARY KEY, zone TEXT NOT NULL)",
    f"CREATE TABLE images ({_OF_EVERY_RESOURCE}, digest TEXT)",
    f"""CREATE TABLE flavors ({_OF_EVERY_RESOURCE},
        vcpus INTEGER NOT NULL, memory_mib INTEGER NOT NULL, disk_gib INTEGER NOT NULL, extra_specs TEXT NOT NULL)""",
    f"CREATE TABLE placement_groups ({_OF_EVERY_RESOURCE}, anti_affinity INTEGER NOT NULL)",
    f"CREATE TABLE virtual_links ({_OF_EVERY_RESOURCE}, network_type TEXT, mtu INTEGER)",
    """CREATE TABLE subnets (
        id TEXT PRIMARY KEY,
        network_id TEXT NOT NULL REFERENCES virtual_links ON DELETE CASCADE,
        cidr TEXT NOT NULL, gateway_ip TEXT, dhcp_enabled INTEGER NOT NULL, pools TEXT NOT NULL DEFAULT '[]',
        UNIQUE (network_id, cidr))""",
    f"""CREATE TABLE servers ({_OF_EVERY_RESOURCE},
        flavor_id TEXT NOT NULL, vcpus INTEGER NOT NULL, memory_mib INTEGER NOT NULL, image_id TEXT, group_id TEXT,
        zone TEXT, host TEXT REFERENCES hosts, power TEXT NOT NULL,
        user_data TEXT, metadata TEXT NOT NULL DEFAULT '{{}}', config_drive INTEGER NOT NULL DEFAULT 0)""",
    f"""CREATE TABLE ports ({_OF_EVERY_RESOURCE},
        network_id TEXT NOT NULL REFERENCES virtual_links ON DELETE CASCADE,
        mac_address TEXT NOT NULL, vnic_type TEXT NOT NULL, allowed_addresses TEXT NOT NULL DEFAULT '[]',
        server_id TEXT REFERENCES servers ON DELETE SET NULL, position INTEGER,
        UNIQUE (network_id, mac_address))""",
    """CREATE TABLE addresses (
        port_id TEXT NOT NULL REFERENCES ports ON DELETE CASCADE,
        subnet_id TEXT NOT NULL REFERENCES subnets ON DELETE CASCADE,
        ip_address TEXT NOT NULL,
        UNIQUE (subnet_id, ip_address))""",
    f"""CREATE TABLE storages ({_OF_EVERY_RESOURCE},
        size_gib INTEGER NOT NULL, image_id TEXT,
        server_id TEXT REFERENCES servers ON DELETE SET NULL, position INTEGER)""",
    *(f"CREATE INDEX {kind}_uid ON {kind} (uid)" for kind in KINDS),
    *(f"CREATE INDEX {kind}_vnf ON {kind} (vnf_instance_id)" for kind in KINDS),
    *(f"CREATE INDEX {kind}_going ON {kind} (gone_at) WHERE gone_at IS NOT NULL" for kind in KINDS),
    "CREATE TABLE limits (measure TEXT PRIMARY KEY, amount INTEGER NOT NULL)",
    """CREATE TABLE knobs (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        call TEXT NOT NULL, matching TEXT NOT NULL, effect TEXT NOT NULL, remaining INTEGER,
        seconds REAL, error TEXT, text TEXT)""",
    """CREATE TABLE held (
        id TEXT PRIMARY KEY,
        knob_id INTEGER NOT NULL REFERENCES knobs ON DELETE CASCADE,
        call TEXT NOT NULL, uid TEXT, name TEXT NOT NULL, point TEXT NOT NULL, pid INTEGER NOT NULL)""",
    """CREATE TABLE journal (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        call TEXT NOT NULL, uid TEXT, name TEXT NOT NULL,
        pid INTEGER NOT NULL, began_at INTEGER NOT NULL, outcome TEXT NOT NULL)""",
)
