#!/usr/bin/env bash
# Which programs do the rings need, and how do they get onto this machine?

as_root() {
    if ((EUID == 0)); then
        "$@"
    else
        sudo -n "$@"
    fi
}

has() {
    command -v "$1" >/dev/null
}

# Installs Debian packages; the lists may be older than the mirror.
apt_install() {
    local get=(as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300)
    "${get[@]}" install -y --no-install-recommends "$@" && return
    "${get[@]}" update && "${get[@]}" install -y --no-install-recommends "$@"
}

# Installs what the chosen rings need and the machine lacks. What cannot be installed is missed by its ring.
install_tools() {
    local missing=()
    # For librdkafka.
    has make || missing+=(make)
    has c++ || missing+=(g++)
    pkg-config --exists openssl 2>/dev/null || missing+=(pkg-config libssl-dev)
    if wants lint; then
        has shellcheck || missing+=(shellcheck)
    fi
    if wants fake-peer; then
        has ip || missing+=(iproute2)
        has iptables || missing+=(iptables)
    fi
    if wants cost; then
        has valgrind || missing+=(valgrind)
    fi
    if wants real older; then
        has java || missing+=(default-jre-headless)
        has mvn || missing+=(maven)
        has kcat || missing+=(kcat)
        python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)
        if wants real && [[ $place == container ]] && ! docker info >/dev/null 2>&1; then
            has dockerd || missing+=(docker.io)
            has debootstrap || missing+=(debootstrap)
        fi
    fi
    ((${#missing[@]})) || return 0
    echo "Installing ${missing[*]}"
    apt_install "${missing[@]}" >"$logs/install.log" 2>&1 && return
    tail -n 5 "$logs/install.log"
    echo "Not all could be installed: $logs/install.log"
}
