"""Writes every configuration file of the laboratory under $OSLAB_DIR/etc."""

import os

import configure_workers  # noqa: F401  # writes nova, cinder and heat
from config_files import KS, PW, RABBIT, B, D, auth, authtoken, base, cache, db, lock, pool, rabbit, stock, write

# ---- keystone
write(
    "keystone/keystone.conf",
    {
        "DEFAULT": {**base, "public_endpoint": KS[:-3], "notification_format": "basic"},
        "database": {"connection": db("keystone"), **pool()},
        "cache": cache,
        "token": {"provider": "fernet", "expiration": 86400},
        "fernet_tokens": {"key_repository": f"{D}/state/keystone/fernet"},
        "credential": {"key_repository": f"{D}/state/keystone/credential"},
        "identity": {"password_hash_algorithm": "bcrypt", "password_hash_rounds": 4},
        "oslo_messaging_notifications": {"driver": "noop"},
    },
)
os.makedirs(f"{D}/state/keystone", exist_ok=True)

# ---- placement
write(
    "placement/placement.conf",
    {
        "DEFAULT": base,
        "api": {"auth_strategy": "keystone"},
        "keystone_authtoken": authtoken("placement"),
        "placement_database": {"connection": db("placement"), **pool()},
    },
)

# ---- glance
stock("glance/glance-api-paste.ini", "glance/glance-api-paste.ini")
for d in ("images", "staging", "tasks", "cache"):
    os.makedirs(f"{D}/state/glance/{d}", exist_ok=True)
write(
    "glance/glance-api.conf",
    {
        "DEFAULT": {
            **base,
            "enabled_backends": "file:file",
            "worker_self_reference_url": f"http://127.0.0.1:{B + 2}",
            "image_cache_dir": f"{D}/state/glance/cache",
            "transport_url": RABBIT,
        },
        "database": {"connection": db("glance"), **pool()},
        "glance_store": {"default_backend": "file"},
        "file": {"filesystem_store_datadir": f"{D}/state/glance/images"},
        "os_glance_staging_store": {"filesystem_store_datadir": f"{D}/state/glance/staging"},
        "os_glance_tasks_store": {"filesystem_store_datadir": f"{D}/state/glance/tasks"},
        "keystone_authtoken": authtoken("glance"),
        "paste_deploy": {"flavor": "keystone"},
        "oslo_concurrency": lock,
        "oslo_messaging_notifications": {"driver": "noop"},
    },
)

# ---- neutron (API only: no agents, no rpc-server)
stock("neutron/api-paste.ini", "neutron/api-paste.ini")
write(
    "neutron/neutron.conf",
    {
        "DEFAULT": {
            **base,
            "core_plugin": "ml2",
            "service_plugins": "router,qos,trunk,port_forwarding,network_ip_availability",
            "auth_strategy": "keystone",
            "transport_url": RABBIT,
            "state_path": f"{D}/state/neutron",
            "api_paste_config": f"{D}/etc/neutron/api-paste.ini",
            "enable_traditional_dhcp": False,
            "dhcp_agent_notification": False,
            "notify_nova_on_port_status_changes": True,
            "notify_nova_on_port_data_changes": True,
            "max_allowed_address_pair": 64,
            "vlan_transparent": False,
            "rpc_workers": 0,
            "rpc_state_report_workers": 0,
            "global_physnet_mtu": 9000,
        },
        "ml2": {
            "type_drivers": "flat,vlan,vxlan",
            "tenant_network_types": "vxlan",
            "mechanism_drivers": "oslab,openvswitch",
            "extension_drivers": "port_security,qos",
            "path_mtu": 9000,
        },
        "ml2_type_flat": {"flat_networks": "*"},
        "ml2_type_vlan": {"network_vlan_ranges": "physnet1:100:3999,physnet2:100:3999"},
        "ml2_type_vxlan": {"vni_ranges": "1:100000"},
        "database": {"connection": db("neutron"), **pool()},
        "keystone_authtoken": authtoken("neutron"),
        "nova": auth("nova"),
        "placement": auth("placement"),
        "quotas": {
            "quota_network": 1000,
            "quota_subnet": 2000,
            "quota_port": 10000,
            "quota_router": 500,
            "quota_floatingip": 1000,
            "quota_security_group": 1000,
            "quota_security_group_rule": 10000,
        },
        "oslo_concurrency": lock,
        "oslo_messaging_rabbit": rabbit,
        "oslo_messaging_notifications": {"driver": "noop"},
    },
)

# ---- rabbit
with open(f"{D}/etc/rabbit.conf", "w") as f:
    f.write(
        "loopback_users.guest = true\nlog.console = true\nlog.console.level = warning\n"
        "vm_memory_high_watermark.absolute = 512MB\ndisk_free_limit.absolute = 100MB\n"
    )
with open(f"{D}/etc/rabbit.plugins", "w") as f:
    f.write("[].\n")


# ---- client
def cloud(user, project, **auth_more):
    return f"""  {user if user != "admin" else "oslab"}:
    auth:
      auth_url: {KS}
      username: {user}
      password: {PW}
      project_name: {project}
      user_domain_name: Default
      project_domain_name: Default
    region_name: RegionOne
    identity_api_version: 3
"""


with open(f"{D}/clouds.yaml", "w") as f:
    f.write("clouds:\n" + cloud("admin", "admin") + cloud("demo", "demo"))
