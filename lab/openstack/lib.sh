# Shared by up, down and svc.  Every figure below may be set from the environment.
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
OSLAB_DIR=${OSLAB_DIR:-/tmp/oslab}
OSLAB_PORT=${OSLAB_PORT:-15000}         # first of the ports used, all loopback
OSLAB_COMPUTES=${OSLAB_COMPUTES:-3}     # nova-compute processes = hosts
OSLAB_AZS=${OSLAB_AZS:-2}               # availability zones az1..azN, round robin
OSLAB_HEAT=${OSLAB_HEAT:-0}                # no part of Manoflow needs it
OSLAB_CINDER=${OSLAB_CINDER:-1}
OSLAB_WORKERS=${OSLAB_WORKERS:-2}       # processes of nova-api and of neutron
OSLAB_PASSWORD=${OSLAB_PASSWORD:-oslab}
OSLAB_DRIVER=${OSLAB_DRIVER:-oslab_virt.NfvFakeDriver}   # or fake.FakeDriver
export OSLAB_DIR OSLAB_PORT OSLAB_COMPUTES OSLAB_AZS OSLAB_HEAT OSLAB_CINDER OSLAB_PASSWORD OSLAB_DRIVER

P_KEYSTONE=$((OSLAB_PORT)) P_PLACEMENT=$((OSLAB_PORT+1)) P_GLANCE=$((OSLAB_PORT+2))
P_NOVA=$((OSLAB_PORT+3)) P_NEUTRON=$((OSLAB_PORT+4)) P_HEAT=$((OSLAB_PORT+5)) P_CINDER=$((OSLAB_PORT+6))
P_AMQP=$((OSLAB_PORT+20)) P_DIST=$((OSLAB_PORT+21)) P_EPMD=$((OSLAB_PORT+22))
P_MEMCACHED=$((OSLAB_PORT+23))

VENV=$OSLAB_DIR/venv ETC=$OSLAB_DIR/etc RUN=$OSLAB_DIR/run LOG=$OSLAB_DIR/log
STATE=$OSLAB_DIR/state SOCK=$OSLAB_DIR/run/mysql.sock
export HOME=$OSLAB_DIR/home PATH=$VENV/bin:/usr/sbin:/sbin:$PATH PYTHONWARNINGS=ignore OS_CINDER_DISABLE_EVENTLET_PATCHING=1    # cinder's workers with threads, as nova's
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY

# field 22 of /proc/PID/stat: with it a reused pid is never taken for ours; a zombie has none
born() { sed -n 's/.*) \([^ZX] .*\)/\1/p' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
alive() {               # alive NAME: is what its pid file names still running?
    local pid t
    [ -f "$RUN/$1.pid" ] && read -r pid t < "$RUN/$1.pid" && [ "$(born "$pid")" = "$t" ]
}
signal() { local pid t; read -r pid t < "$RUN/$2.pid" && kill "-$1" -- "-$pid"; }     # signal SIG NAME: to its group
paused() { local pid t; read -r pid t < "$RUN/$1.pid" && grep -qs "^State:.T" "/proc/$pid/status"; }
thaw() { if paused "$1"; then signal CONT "$1"; fi; }
start() {               # start NAME COMMAND...
    local name=$1; shift
    alive "$name" && { thaw "$name"; return 0; }
    setsid "$@" >> "$LOG/$name.log" 2>&1 < /dev/null &
    local pid=$! t
    sleep 0.05
    t=$(born "$pid"); echo "$pid $t" > "$RUN/$name.pid"
}
stop() {                # stop NAME...: TERM to all, then KILL to their groups
    local n pid t i left
    for n in "$@"; do alive "$n" && read -r pid t < "$RUN/$n.pid" && kill "$pid" && thaw "$n"; done
    for i in $(seq 60); do
        left=0; for n in "$@"; do alive "$n" && left=1; done
        [ $left = 0 ] && break; sleep 0.1
    done
    for n in "$@"; do
        if alive "$n"; then signal KILL "$n"; fi
        rm -f "$RUN/$n.pid"
    done
}
wait_for() {            # wait_for SECONDS WHAT COMMAND...
    local s=$1 what=$2 i; shift 2
    local end=$(($(date +%s)+s))
    while [ "$(date +%s)" -lt $end ]; do
        "$@" >/dev/null 2>&1 && return 0
        [ ! -f "$RUN/$what.pid" ] || alive "$what" || break
        sleep 0.3
    done
    echo "up: $what did not come up; see $LOG/$what.log" >&2; return 1
}
port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
http_up() {             # any answer below 500, without the cost of a python
    exec 3<>"/dev/tcp/127.0.0.1/$1" || return 1
    printf 'GET %s HTTP/1.0\r\nHost: 127.0.0.1:%s\r\n\r\n' "$2" "$1" >&3
    local l; read -r -t 60 l <&3; exec 3>&-
    case $l in "HTTP/1."?" "[1-4]*) return 0;; esac; return 1
} 2>/dev/null
say() { printf '%6.1fs  %s\n' "$(echo "$(date +%s.%N) - $T0" | bc -l 2>/dev/null || awk "BEGIN{print $(date +%s.%N)-$T0}")" "$*"; }
