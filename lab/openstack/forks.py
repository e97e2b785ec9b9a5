"""Starts workers of nova or of cinder from one warm process.  usage: forks.py NAME...

Imports the project once, forks once per worker, and calls in each child that
worker's own main() with the arguments its launcher would have had.  The
children share the imported code copy-on-write and start without the import's
CPU time.  NAME: nova-conductor, nova-scheduler, computeN; or cinder-scheduler,
cinder-volume.
"""

import gc
import importlib
import os
import sys
import threading
import time

D = os.environ["OSLAB_DIR"]
names = sys.argv[1:]
KIND = "cinder" if names[0].startswith("cinder") else "nova"
CONF = f"{D}/etc/{KIND}/{KIND}.conf"
sys.argv = [KIND, "--config-file", CONF]  # read while importing
# Not nova.scheduler.manager: it reads its discover_hosts_in_cells_interval when it is
# imported, and the config is parsed in the child only.
COMMON = ["oslo_messaging._drivers.impl_rabbit", "oslo_messaging.rpc.server", "keystoneauth1.loading", "pymysql"]
PRELOAD = {
    "nova": [
        "nova.compute.manager",
        "nova.conductor.manager",
        "nova.scheduler.host_manager",
        "nova.virt.fake",
        "nova.virt.oslab_virt",
        "nova.network.neutron",
        "nova.image.glance",
        "nova.volume.cinder",
        "nova.scheduler.client.report",
        "nova.pci.manager",
        "openstack.connection",
        "glanceclient.v2.client",
        "cinderclient.v3.client",
    ],
    "cinder": [
        "cinder.volume.manager",
        "cinder.scheduler.manager",
        "cinder.scheduler.filter_scheduler",
        "cinder.scheduler.host_manager",
        "cinder.volume.flows.manager.create_volume",
        "cinder.db.api",
        "cinder.image.glance",
        "cinder.keymgr",
        "oslab_cinder",
    ],
}


def module(name):
    return importlib.import_module(f"{KIND}.cmd." + ("compute" if name.startswith("compute") else name.split("-")[1]))


def conductor_listens():
    """Or a compute host's first call is lost, and it waits 10 s before the next."""
    import amqp

    for _ in range(150):
        try:
            with amqp.Connection(f"127.0.0.1:{int(os.environ['OSLAB_PORT']) + 20}") as c:
                if c.channel().queue_declare(queue="conductor", passive=True).consumer_count:
                    return
        except Exception:
            pass  # no such queue yet
        time.sleep(0.2)


mains = {n: module(n).main for n in names}  # threads or eventlet: the modules choose, by the config
importlib.import_module(f"{KIND}.objects").register_all()
for mod in PRELOAD[KIND] + COMMON:
    try:
        importlib.import_module(mod)
    except ImportError as e:
        print("not preloaded:", mod, e)
assert threading.active_count() == 1, threading.enumerate()
gc.collect()
gc.freeze()

waited = "nova-conductor" not in names
for name in names:
    if name.startswith("compute") and not waited:
        conductor_listens()
        waited = True
    pid = os.fork()
    if pid:
        with open(f"/proc/{pid}/stat") as f:
            born = f.read().rsplit(") ", 1)[1].split()[19]
        with open(f"{D}/run/{name}.pid", "w") as f:
            f.write(f"{pid} {born}\n")
        continue
    os.setsid()
    fd = os.open(f"{D}/log/{name}.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.dup2(fd, 1)
    os.dup2(fd, 2)
    host = name.startswith("compute")
    sys.argv = [f"{D}/venv/bin/" + ("nova-compute" if host else name), "--config-file", CONF]
    if host:
        sys.argv += ["--config-file", f"{D}/etc/nova/{name}.conf"]
    sys.exit(mains[name]())
