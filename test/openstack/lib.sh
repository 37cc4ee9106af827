# Shared by up, down and status: where things are, and how processes are begun,
# found and ended. Sourced, not run.

BASE=${OPENSTACK_DIR:-/tmp/openstack}
ETC=$BASE/etc LOG=$BASE/log RUN=$BASE/run LIB=$BASE/lib
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL=C.UTF-8 no_proxy=127.0.0.1,localhost NO_PROXY=127.0.0.1,localhost
unset PYTHONPATH PYTHONHOME VIRTUAL_ENV PYENV_VERSION

# The order in which they are started; they are stopped the other way round.
SERVICES="mariadb epmd rabbitmq keystone placement glance neutron cinder-scheduler
cinder-volume cinder-api nova-conductor nova-scheduler nova-compute nova-api"

# A pid file holds the pid and the start time of the first process of a session.
# The start time tells a process from a later one with the same pid, so that no
# foreign process is ever taken for a service or stopped.

born() { # PID: its start time, nothing when it is gone or a zombie
    sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" {print $20}'
}

pid_of() { # NAME: the pid of a service that runs; fails when it does not
    local pid since
    read -r pid since <"$RUN/$1.pid" && [ -n "$since" ] && [ "$(born "$pid")" = "$since" ] && echo "$pid"
} 2>/dev/null

members() { # NAME: all pids of its session, also when the first process is dead
    local pid since now
    read -r pid since <"$RUN/$1.pid" || return 0
    now=$(born "$pid")
    [ -n "$now" ] && [ "$now" != "$since" ] || pgrep -s "$pid" -r D,R,S,T || true
} 2>/dev/null

start() { # NAME COMMAND...: in a session of its own, unless it runs
    local name=$1
    shift
    pid_of "$name" >/dev/null && return 0
    setsid "$@" >>"$LOG/$name.log" 2>&1 </dev/null 9>&- &
    echo "$! $(born $!)" >"$RUN/$name.pid"
}

stop() { # NAME: TERM to the first process, KILL to what is left after 15 s
    local left i
    left=$(members "$1")
    if [ -n "$left" ]; then
        # shellcheck disable=SC2046,SC2086
        kill -TERM $(pid_of "$1" || echo $left) 2>/dev/null || true
        for i in $(seq 150); do
            sleep 0.1
            left=$(members "$1")
            [ -n "$left" ] || break
        done
        # shellcheck disable=SC2086
        [ -z "$left" ] || kill -KILL $left 2>/dev/null || true
        echo "stopped $1"
    fi
    rm -f "$RUN/$1.pid"
}

lock() { # one up or down at a time
    exec 9>"$RUN/lock"
    flock -n 9 || { echo "another up or down is at work in $BASE" >&2; exit 1; }
}
