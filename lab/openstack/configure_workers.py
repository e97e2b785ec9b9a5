"""Writes the configuration of nova, cinder and heat: the services that have workers beside their API."""

import os
import uuid

from config_files import (
    DRIVER,
    KS,
    PW,
    RABBIT,
    B,
    D,
    N,
    auth,
    authtoken,
    base,
    cache,
    db,
    lock,
    pool,
    rabbit,
    stock,
    write,
)

# ---- nova
stock("nova/api-paste.ini", "nova/api-paste.ini")
nova = {
    "DEFAULT": {
        **base,
        "transport_url": RABBIT,
        "my_ip": "127.0.0.1",
        "host": "controller",
        "state_path": f"{D}/state/nova",
        "compute_driver": DRIVER,
        "concurrency_backend": "threading",
        "allow_resize_to_same_host": True,
        "resize_confirm_window": 0,
        "vif_plugging_is_fatal": False,
        "vif_plugging_timeout": 0,
        "default_thread_pool_size": 32,
        "instance_usage_audit": False,
        "periodic_fuzzy_delay": 0,  # or new hosts are mapped up to 60 s late
        "report_interval": 10,
        "service_down_time": 60,
        "reserved_host_memory_mb": 0,
        "initial_cpu_allocation_ratio": 4.0,
    },
    "api_database": {"connection": db("nova_api"), **pool()},
    "database": {"connection": db("nova"), **pool()},
    "api": {"auth_strategy": "keystone"},
    "wsgi": {"api_paste_config": f"{D}/etc/nova/api-paste.ini"},
    "cache": cache,
    "keystone_authtoken": authtoken("nova"),
    "service_user": {**auth("nova"), "send_service_user_token": True},
    "placement": auth("placement"),
    "neutron": auth("neutron", service_metadata_proxy=False),
    "glance": auth("glance", num_retries=2),
    "cinder": auth("nova", catalog_info="block-storage::publicURL", http_retries=1),
    "conductor": {"workers": 1},
    "scheduler": {"workers": 1, "discover_hosts_in_cells_interval": 5},
    "filter_scheduler": {
        "enabled_filters": "ComputeFilter,ComputeCapabilitiesFilter,ImagePropertiesFilter,"
        "ServerGroupAntiAffinityFilter,ServerGroupAffinityFilter,SameHostFilter,"
        "DifferentHostFilter,AggregateInstanceExtraSpecsFilter,NUMATopologyFilter,"
        "PciPassthroughFilter",
        "track_instance_changes": False,
    },
    "quota": {
        "instances": 1000,
        "cores": 10000,
        "ram": 40960000,
        "key_pairs": 1000,
        "server_groups": 1000,
        "server_group_members": 100,
    },
    "vnc": {"enabled": False},
    "oslo_concurrency": lock,
    "oslo_messaging_rabbit": rabbit,
    "oslo_messaging_notifications": {"driver": "noop"},
}
write("nova/nova.conf", nova)
os.makedirs(f"{D}/state/nova", exist_ok=True)
for i in range(1, N + 1):
    state = f"{D}/state/nova-compute{i}"  # own folder: it holds compute_id
    os.makedirs(f"{state}/instances", exist_ok=True)
    with open(f"{state}/compute_id", "w") as f:  # what drivers/oslab_virt.py reports
        f.write(str(uuid.uuid5(uuid.NAMESPACE_DNS, f"compute{i}")))
    write(
        f"nova/compute{i}.conf",
        {"DEFAULT": {"host": f"compute{i}", "state_path": state, "instances_path": f"{state}/instances"}},
    )

# ---- cinder
stock("cinder/api-paste.ini", "cinder/api-paste.ini")
stock("cinder/resource_filters.json", "cinder/resource_filters.json")
write(
    "cinder/cinder.conf",
    {
        "DEFAULT": {
            **base,
            "transport_url": RABBIT,
            "my_ip": "127.0.0.1",
            "host": "controller",
            "auth_strategy": "keystone",
            "state_path": f"{D}/state/cinder",
            "api_paste_config": f"{D}/etc/cinder/api-paste.ini",
            "resource_query_filters_file": f"{D}/etc/cinder/resource_filters.json",
            "enabled_backends": "oslab",
            "glance_api_servers": f"http://127.0.0.1:{B + 2}",
            "report_interval": 10,
            "service_down_time": 60,
            "quota_volumes": 1000,
            "quota_snapshots": 1000,
            "quota_gigabytes": 100000,
        },
        "oslab": {"volume_driver": "oslab_cinder.OslabVolumeDriver", "volume_backend_name": "oslab"},
        "database": {"connection": db("cinder"), **pool()},
        "keystone_authtoken": authtoken("cinder"),
        "service_user": {**auth("cinder"), "send_service_user_token": True},
        "nova": auth("cinder", interface="public"),
        "coordination": {"backend_url": f"file://{D}/state/cinder"},
        "oslo_concurrency": lock,
        "oslo_messaging_rabbit": rabbit,
        "oslo_messaging_notifications": {"driver": "noop"},
    },
)
os.makedirs(f"{D}/state/cinder", exist_ok=True)

# ---- heat
stock("heat/api-paste.ini", "heat/api-paste.ini")
write(
    "heat/heat.conf",
    {
        "DEFAULT": {
            **base,
            "transport_url": RABBIT,
            "host": "controller",
            "heat_metadata_server_url": f"http://127.0.0.1:{B + 5}",
            "stack_domain_admin": "heat_domain_admin",
            "stack_domain_admin_password": PW,
            "stack_user_domain_name": "heat",
            "num_engine_workers": 1,
            "auth_encryption_key": "0123456789abcdef0123456789abcdef",
            "max_stacks_per_tenant": 1000,
            "max_nested_stack_depth": 10,
        },
        "database": {"connection": db("heat"), **pool()},
        "keystone_authtoken": authtoken("heat"),
        "trustee": auth("heat"),
        "clients_keystone": {"auth_uri": KS[:-3]},
        "paste_deploy": {"api_paste_config": f"{D}/etc/heat/api-paste.ini"},
        "cache": cache,
        "oslo_concurrency": lock,
        "oslo_messaging_rabbit": rabbit,
        "oslo_messaging_notifications": {"driver": "noop"},
    },
)
for name in "heat", "cinder":  # their wsgi modules know no other way to their file
    link = f"{D}/home/.{name}"
    if not os.path.islink(link):
        os.symlink(f"{D}/etc/{name}", link)
os.makedirs(f"{D}/run/lock", exist_ok=True)
