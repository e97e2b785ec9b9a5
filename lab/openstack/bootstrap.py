"""Fills keystone (no argument) or waits for and zones the hosts (`hosts`)."""

import os
import sys
import time

import openstack
import pymysql

D, B = os.environ["OSLAB_DIR"], int(os.environ["OSLAB_PORT"])
PW, N = os.environ["OSLAB_PASSWORD"], int(os.environ["OSLAB_COMPUTES"])
AZS = int(os.environ["OSLAB_AZS"])
os.environ["OS_CLIENT_CONFIG_FILE"] = f"{D}/clouds.yaml"
c = openstack.connect(cloud="oslab")


def keystone():
    i = c.identity
    role = {
        n: i.find_role(n) or i.create_role(name=n)
        for n in ("admin", "member", "reader", "service", "heat_stack_owner", "heat_stack_user")
    }
    service = i.find_project("service") or i.create_project(name="service", domain_id="default")
    demo = i.find_project("demo") or i.create_project(name="demo", domain_id="default")
    admin = i.find_project("admin")

    def user(name, domain="default", project=service):
        return i.find_user(name, domain_id=domain) or i.create_user(
            name=name, password=PW, domain_id=domain, default_project_id=project.id if project else None
        )

    base = "http://127.0.0.1:"
    for name, kind, url in (
        ("placement", "placement", f"{base}{B + 1}"),
        ("glance", "image", f"{base}{B + 2}"),
        ("nova", "compute", f"{base}{B + 3}/v2.1"),
        ("neutron", "network", f"{base}{B + 4}"),
        ("heat", "orchestration", f"{base}{B + 5}/v1/%(project_id)s"),
        ("cinder", "block-storage", f"{base}{B + 6}/v3"),
    ):
        if os.environ.get(f"OSLAB_{name.upper()}") == "0":
            continue
        u = user(name)
        for r in ("admin", "service"):
            i.assign_project_role_to_user(service, u, role[r])
        s = i.find_service(name) or i.create_service(name=name, type=kind)
        have = {e.interface for e in i.endpoints(service_id=s.id)}
        for face in ("public", "internal", "admin"):
            if face not in have:
                i.create_endpoint(service_id=s.id, interface=face, url=url, region_id="RegionOne")
    u = user("demo", project=demo)
    for r in ("member", "heat_stack_owner"):
        i.assign_project_role_to_user(demo, u, role[r])
    i.assign_project_role_to_user(admin, i.find_user("admin"), role["heat_stack_owner"])
    d = i.find_domain("heat") or i.create_domain(name="heat")
    u = user("heat_domain_admin", domain=d.id, project=None)
    i.assign_domain_role_to_user(d, u, role["admin"])


def hosts():
    t0 = time.time()
    names = [f"compute{k}" for k in range(1, N + 1)]
    while True:
        up = {s.host for s in c.compute.services(binary="nova-compute") if s.state == "up"}
        if up >= set(names):
            break
        if time.time() - t0 > 300:
            sys.exit(f"not up: {sorted(set(names) - up)}")
        time.sleep(0.5)
    # until cinder's scheduler knows the pool, a volume would get "no valid backend"
    while os.environ["OSLAB_CINDER"] != "0" and not list(c.block_storage.backend_pools()):
        if time.time() - t0 > 300:
            sys.exit("cinder has no pool")
        time.sleep(0.5)
    # the scheduler maps new hosts into the cell by itself, every 5 s; a server
    # that lands on one before that goes to ERROR
    while True:
        with (
            pymysql.connect(unix_socket=f"{D}/run/mysql.sock", user="root", database="nova_api") as db,
            db.cursor() as q,
        ):
            q.execute("select host from host_mappings")
            left = set(names) - {host for (host,) in q.fetchall()}
        if not left:
            break
        if time.time() - t0 > 300:
            sys.exit(f"not mapped to the cell: {sorted(left)}")
        time.sleep(0.5)
    for k, name in enumerate(names if AZS else []):
        az = f"az{k % AZS + 1}"
        agg = c.compute.find_aggregate(az) or c.compute.create_aggregate(name=az, availability_zone=az)
        if name not in (agg.hosts or []):
            c.compute.add_host_to_aggregate(agg, name)


hosts() if sys.argv[1:] == ["hosts"] else keystone()
