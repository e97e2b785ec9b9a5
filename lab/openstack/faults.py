"""Takes one service after another away and gives it back; proves that the lab works again.

usage: faults.py [stop|kill9|pause [SERVICE...]]        (default: stop, every service)
For each: `svc stop X`, what a client then gets for eight calls, `svc start X`
(`cont` after `pause`), then a server on a port with a volume, made and removed.
"""

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

D = os.environ.get("OSLAB_DIR", "/tmp/oslab")
HERE = os.path.dirname(os.path.abspath(__file__))
os.environ["OS_CLIENT_CONFIG_FILE"] = f"{D}/clouds.yaml"
import openstack  # noqa: E402

X = f"flt{os.getpid()}"
c = openstack.connect(cloud="oslab")
cinder = any(s.type == "block-storage" for s in c.identity.services())


def svc(*a):
    return subprocess.run([f"{HERE}/svc", *a], capture_output=True, text=True)


def calls(k):
    """What a client sees: each call, with a new connection and 6 s of patience."""

    def one(what, f):
        t = time.time()
        try:
            f(openstack.connect(cloud="oslab", api_timeout=6))
            return f"{what} ok"
        except Exception as e:
            code = getattr(e, "status_code", None) or getattr(e, "http_status", None)
            return f"{what} {code or type(e).__name__} {time.time() - t:.0f}s"

    todo = {
        "token": lambda n: n.authorize(),
        "servers": lambda n: list(n.compute.servers()),
        "ports": lambda n: list(n.network.ports(network_id=net.id)),
        "images": lambda n: list(n.image.images()),
        "providers": lambda n: list(n.placement.resource_providers()),
        "port+": lambda n: n.network.create_port(network_id=net.id, name=f"{X}-{k}"),
        "server+": lambda n: n.compute.create_server(
            name=f"{X}-{k}", image_id=img.id, flavor_id=fl.id, networks="none"
        ),
    }
    if cinder:
        todo["volume+"] = lambda n: n.block_storage.create_volume(name=f"{X}-{k}", size=1)
    with ThreadPoolExecutor(8) as ex:
        got = list(ex.map(lambda a: one(*a), todo.items()))
    return "; ".join(g for g in got if not g.endswith(" ok")) or "all eight calls answered"


def works(k):
    """A server on a port, with a volume: made, attached, removed."""
    n = openstack.connect(cloud="oslab")
    p = n.network.create_port(network_id=net.id, name=f"{X}-w{k}")
    s = n.compute.create_server(name=f"{X}-w{k}", image_id=img.id, flavor_id=fl.id, networks=[{"port": p.id}])
    s = n.compute.wait_for_server(s, interval=0.3, wait=200)
    if cinder:
        v = n.block_storage.create_volume(name=f"{X}-w{k}", size=1)
        v = n.block_storage.wait_for_status(v, "available", failures=["error"], interval=0.3, wait=200)
        n.compute.create_volume_attachment(s, volume_id=v.id)
        n.block_storage.wait_for_status(v, "in-use", interval=0.3, wait=200)
    n.compute.delete_server(s)
    n.compute.wait_for_delete(s, interval=0.3, wait=200)
    n.network.delete_port(p)


def remove():
    """Everything of ours, half-made or not; again while something is left."""
    end = time.time() + 240
    while True:
        left = [(c.compute.delete_server, s) for s in c.compute.servers() if s.name.startswith(X)]
        left += [(c.network.delete_port, p) for p in c.network.ports() if p.name.startswith(X)]
        if cinder:
            left += [(c.block_storage.delete_volume, v) for v in c.block_storage.volumes() if v.name.startswith(X)]
        if not left:
            return
        assert time.time() < end, [o.name + " " + str(o.status) for _, o in left]
        for f, o in left:
            try:
                if o.status == "creating" and time.time() > end - 210:  # its message is lost: nobody creates it
                    c.block_storage.reset_volume_status(o, status="error")
                    print(f'     volume {o.name} stayed "creating"')
                f(o)
            except Exception:
                pass
        time.sleep(1)


how = sys.argv[1] if len(sys.argv) > 1 else "stop"
which = sys.argv[2:] or [ln.split()[0] for ln in svc("status").stdout.splitlines()]
img = c.create_image(f"{X}-img", filename=__file__, disk_format="raw", container_format="bare", wait=True)
fl = c.compute.create_flavor(name=f"{X}-f", ram=512, vcpus=1, disk=1)
net = c.network.create_network(name=f"{X}-net")
c.network.create_subnet(network_id=net.id, ip_version=4, cidr="10.79.0.0/16")
bad = []
for w in which:
    a = svc(how, w)
    seen = calls(w)
    t = time.time()
    b = svc("cont" if how == "pause" else "start", w)
    t1 = time.time()
    try:
        assert a.returncode == b.returncode == 0, a.stderr + b.stderr
        works(w)
        t2 = time.time()
        remove()
        print(f"ok   {how} {w}: {seen} | back in {t1 - t:.0f} s, a server in {t2 - t1:.0f} s", flush=True)
    except Exception as e:
        bad.append(w)
        print(f"FAIL {how} {w}: {seen} | {type(e).__name__}: {str(e)[:300]}", flush=True)
remove()
c.network.delete_network(net)
c.compute.delete_flavor(fl)
c.image.delete_image(img.id)
print(f"{len(bad)} failed: {bad}" if bad else "all came back")
sys.exit(bool(bad))
