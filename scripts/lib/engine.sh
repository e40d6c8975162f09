#!/usr/bin/env bash
# Does Kafka run in containers here, of which image, on which engine?

# The engine that this script starts itself where none answers. Its images stay for the next run.
engine_state="$cache/docker"
engine_socket="$engine_state/docker.sock"
engine_pid_file="$engine_state/docker.pid"

# Marks the containers of this run.
export SHOTOVER_TEST_RUN="$$-$RANDOM"
preparation="" uses_engine=""

# Prints the variables that say where Kafka runs. What it says beside that goes to standard error.
prepare_place() {
    local reason
    if [[ $place == process ]]; then
        reason="as asked for"
    elif ! find_engine >&2; then
        reason="no container engine"
    elif ! find_image >&2; then
        reason="no image of Kafka"
    elif ! timeout 60 docker run --rm --network host --entrypoint java "$image" -version >&2; then
        reason="the container engine cannot run the image"
    else
        printf 'export SHOTOVER_TEST_KAFKA=container SHOTOVER_TEST_KAFKA_IMAGE=%q\n' "$image"
        [[ -z ${DOCKER_HOST:-} ]] || printf 'export DOCKER_HOST=%q\n' "$DOCKER_HOST"
        printf 'place_note=%q\n' "in containers of $image"
        return
    fi
    echo 'export SHOTOVER_TEST_KAFKA=process'
    printf 'place_note=%q\n' "as processes: $reason"
}

find_engine() {
    docker info >/dev/null 2>&1 && return
    export DOCKER_HOST="unix://$engine_socket"
    docker info >/dev/null 2>&1 && return
    if ((EUID != 0)) || ! has dockerd; then
        return 1
    fi
    echo "Starting a container engine"
    mkdir -p "$engine_state"
    # No network but the host's: nothing of the machine's own network is changed.
    # It outlives the preparation, and must not hold the locks of this script.
    setsid dockerd --bridge=none --iptables=false --ip6tables=false --host "$DOCKER_HOST" --pidfile "$engine_pid_file" \
        --data-root "$engine_state/data" --exec-root "$engine_state/run" 7>&- 8>&- 9>&- >"$engine_state/log" 2>&1 &
    local starting=$! deadline=$((SECONDS + 60))
    until docker info >/dev/null 2>&1; do
        if ((SECONDS > deadline)) || ! kill -0 "$starting" 2>/dev/null; then
            tail -n 5 "$engine_state/log"
            kill "$starting" 2>/dev/null
            return 1
        fi
        sleep 0.2
    done
}

# Sets `image`: the one that is asked for, the official one, or one built from Debian's packages.
find_image() {
    image="${SHOTOVER_TEST_KAFKA_IMAGE:-apache/kafka:$kafka_version}"
    docker image inspect "$image" >/dev/null 2>&1 && return
    # A registry that cannot be reached is found out soon; a slow one gets its time.
    if timeout 15 docker manifest inspect "$image" >/dev/null 2>&1 && timeout 600 docker pull "$image"; then
        return
    fi
    [[ -z ${SHOTOVER_TEST_KAFKA_IMAGE:-} ]] || return
    image="shotover-test-kafka:$kafka_jars_key"
    docker image inspect "$image" >/dev/null 2>&1 || build_image
}

# A Debian with Java, and Kafka where the official image has it.
build_image() {
    if ((EUID != 0)) || ! has debootstrap; then
        return 1
    fi
    echo "Building $image"
    local root suite result
    # Not in /tmp, which may be small or forbid devices.
    root=$(mktemp -d "$cache/image.XXXXXX")
    # shellcheck source=/dev/null
    suite=$(source /etc/os-release && echo "$VERSION_CODENAME")
    debootstrap --variant=minbase --include=default-jre-headless "$suite" "$root" >"$logs/image.log" 2>&1 &&
        mkdir -p "$root/opt/kafka" && cp -r "$kafka_libs" "$root/opt/kafka/libs" &&
        chmod -R a+rX "$root/opt/kafka" && rm -rf "$root"/var/cache/apt "$root"/var/lib/apt/lists &&
        tar -C "$root" -c . | docker import - "$image"
    result=$?
    ((result == 0)) || tail -n 5 "$logs/image.log"
    rm -rf "$root"
    return $result
}

# Removes what this run has left, and the engine when nobody else uses it.
release_kafka() {
    [[ -z $preparation ]] || kill -- "-$preparation" 2>/dev/null
    if [[ ${SHOTOVER_TEST_KAFKA:-} == container ]]; then
        docker ps -aq --filter "label=shotover-test-run=$SHOTOVER_TEST_RUN" | xargs -r docker rm -f >/dev/null
    fi
    [[ -n $uses_engine && -e $engine_pid_file ]] || return 0
    # Nobody starts it or stops it meanwhile.
    exec 9>"$cache/prepare.lock"
    flock -w 120 9 || return
    exec 8>&-
    exec 8>"$cache/engine.users"
    if flock -n 8; then
        stop_engine
    fi
    exec 8>&- 9>&-
}

stop_engine() {
    local pid
    pid=$(cat "$engine_pid_file" 2>/dev/null) || return 0
    # The file may be left from a machine that was switched off.
    [[ $(cat "/proc/$pid/comm" 2>/dev/null) == dockerd ]] || return 0
    kill "$pid"
    timeout 30 tail -f --pid="$pid" /dev/null || kill -9 "$pid"
}
