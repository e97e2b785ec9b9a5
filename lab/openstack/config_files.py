"""What the configuration files have in common: where things are, how services log in, how a file is written."""

import os
import shutil
import sysconfig

D = os.environ["OSLAB_DIR"]
B = int(os.environ["OSLAB_PORT"])
PW = os.environ["OSLAB_PASSWORD"]
N = int(os.environ["OSLAB_COMPUTES"])
DRIVER = os.environ.get("OSLAB_DRIVER", "oslab_virt.NfvFakeDriver")
STOCK = os.path.join(sysconfig.get_path("data"), "etc")  # files from the wheels
KS = f"http://127.0.0.1:{B}/v3"
RABBIT = f"rabbit://guest:guest@127.0.0.1:{B + 20}/"
MC = f"127.0.0.1:{B + 23}"


def db(name):
    return f"mysql+pymysql://root@localhost/{name}?unix_socket={D}/run/mysql.sock&charset=utf8mb3"


def auth(user, **more):
    return {
        "auth_type": "password",
        "auth_url": KS,
        "username": user,
        "password": PW,
        "project_name": "service",
        "user_domain_name": "Default",
        "project_domain_name": "Default",
        "region_name": "RegionOne",
        **more,
    }


def authtoken(user):
    return auth(
        user,
        www_authenticate_uri=KS,
        memcached_servers=MC,
        service_token_roles="service",
        service_token_roles_required=True,
    )


def write(path, sections):
    path = os.path.join(D, "etc", path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        for name, values in sections.items():
            f.write(f"[{name}]\n")
            for k, v in values.items():
                f.writelines(f"{k} = {one}\n" for one in (v if isinstance(v, list) else [v]))
            f.write("\n")


def stock(src, dst):
    dst = os.path.join(D, "etc", dst)
    os.makedirs(os.path.dirname(dst), exist_ok=True)
    shutil.copy(os.path.join(STOCK, src), dst)


def pool(size=5):
    return {"max_pool_size": size, "max_overflow": 20, "connection_recycle_time": 3600}


lock = {"lock_path": f"{D}/run/lock"}
cache = {"enabled": True, "backend": "dogpile.cache.memcached", "memcache_servers": MC}
rabbit = {
    "heartbeat_in_pthread": True,
    "rabbit_transient_quorum_queue": False,
    "rabbit_interval_max": 2,
}  # so that all are back soon after the bus is
LEVELS = (
    "amqp=WARN,amqplib=WARN,sqlalchemy=WARN,oslo.messaging=INFO,oslo_messaging=INFO,"
    "urllib3=WARN,keystonemiddleware=WARN,stevedore=WARN,dogpile.core.dogpile=WARN"
)
base = {
    "debug": os.environ.get("OSLAB_DEBUG", "False"),
    "default_log_levels": LEVELS,
    "use_stderr": True,
    "log_color": False,
}
