#!/usr/bin/env bash
# What does each ring run?

all_rings=(format lint docs unit fake-peer embedded cost real older doc)

# One feature set in all rings, and no compiler flags of their own: everything is compiled once. The ring `cost`, which
# counts what optimized code does, compiles the proxy's crates once more, as a release does.
everything=(--workspace --all-features)

list_rings() {
    cat <<'RINGS'
format     cargo fmt
lint       clippy with warnings denied, on all targets; shellcheck
docs       the API's documentation, with warnings denied
unit       unit tests, and integration tests that belong to no other ring
fake-peer  integration tests in tests/fake_peers*: scripted brokers and clients
embedded   integration tests in tests/embedded*: librdkafka's cluster in the test's process
cost       instructions and socket calls of the data path, beside those in cost/baseline
real       integration tests in tests/real_kafka*: Kafka itself, in containers or as processes
older      the core of the ring real (core::) with the last Kafka before 4, as processes
doc        the examples in the documentation
RINGS
}

is_ring() {
    [[ -n $1 && " ${all_rings[*]} " == *" $1 "* ]]
}

# Whether one of the given rings was chosen.
wants() {
    local ring
    for ring in "$@"; do
        [[ " ${rings[*]} " == *" $ring "* ]] && return
    done
    return 1
}

target_folder() {
    cargo metadata --no-deps --format-version 1 | python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])'
}

# The names of the integration tests that are in no ring by their name, as options of cargo.
other_tests() {
    cargo metadata --no-deps --format-version 1 | python3 -c '
import json, sys
targets = [t for p in json.load(sys.stdin)["packages"] for t in p["targets"] if "test" in t["kind"]]
rings = ("fake_peers", "embedded", "real_kafka")
for name in sorted({t["name"] for t in targets if not t["name"].startswith(rings)}):
    print("--test", name, sep="\n")
'
}

# bounded SECONDS LOG COMMAND...: shows and keeps the output, ends the command and its children in time.
bounded() {
    local limit=$1 log=$2 status
    shift 2
    echo "+ $*" | tee -a "$log"
    local seen
    seen=$(wc -c <"$log")
    timeout --kill-after=30 "$limit" "$@" >>"$log" 2>&1 7>&- 8>&- &
    running=$!
    tail -c "+$((seen + 1))" -s 0.2 -f --pid="$running" "$log" 7>&- 8>&- &
    wait "$running"
    status=$?
    wait $!
    running=""
    ((status != 124)) || echo "Not done after $limit s" | tee -a "$log"
    return "$status"
}

# Compiles all integration tests, and with them the binaries that they start.
# A ring that does not compile says so itself, later.
compile_all_tests() {
    [[ -z ${SHOTOVER_TEST_BIN_DIR:-} ]] || return
    : >"$logs/compile.log"
    bounded 1800 "$logs/compile.log" cargo test "${everything[@]}" --no-run --tests
    export SHOTOVER_TEST_BIN_DIR
    SHOTOVER_TEST_BIN_DIR=$(target_folder)/debug
}

run_ring() {
    local ring=$1 log="$logs/$1.log" start=$SECONDS
    printf '\n== %s\n' "$ring"
    : >"$log"
    passed=0 failed=0 skipped=0 note=""
    case $ring in
    format) check 120 cargo fmt --all --check ;;
    lint)
        check 1200 cargo clippy "${everything[@]}" --all-targets -- -D warnings
        check 120 shellcheck -x -a scripts/test scripts/build-trained .ci/run
        # A workspace of its own.
        check 600 cargo clippy --manifest-path fuzz/Cargo.toml --target-dir "$(target_folder)" --locked -- -D warnings
        # Advisories are left to the workflow: they are fetched.
        if has cargo-deny; then
            check 120 cargo deny check licenses bans sources
        else
            note="${note:-cargo-deny is not here: only the workflow runs it}"
        fi
        ;;
    docs) RUSTDOCFLAGS="-D warnings" check 900 cargo doc "${everything[@]}" --no-deps ;;
    unit)
        local others
        mapfile -t others < <(other_tests)
        tests 900 --lib --bins "${others[@]}"
        ;;
    fake-peer | embedded | real | older)
        compile_all_tests
        "run_${ring/-/_}"
        ;;
    cost) run_cost ;;
    doc) tests 900 --doc ;;
    esac
    report_row "$ring" "$passed" "$failed" "$skipped" $((SECONDS - start)) "$note"
}

# check SECONDS COMMAND...: one check, by the exit status of a command.
check() {
    if ((${#filter[@]})); then
        note="not run: a filter was given"
    elif bounded "$1" "$log" "${@:2}"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        note="failed: $2 $3"
    fi
}

# tests SECONDS SELECTION...: the tests of a selection of targets.
tests() {
    local limit=$1 status
    shift
    # Examples in the documentation are compiled one by one, as they run.
    if [[ $1 != --doc ]] && ! bounded 1800 "$log" cargo test "${everything[@]}" --no-run "$@"; then
        if grep -q 'no test target matches pattern' "$log"; then
            note="there are no such tests"
        else
            failed=1 note="does not compile"
        fi
        return
    fi
    : >"$log"
    bounded "$limit" "$log" cargo test "${everything[@]}" --no-fail-fast "$@" -- "${filter[@]}"
    status=$?
    read -r passed failed skipped note < <(count_tests "$log")
    ((status == 0 || failed > 0)) || failed=1
    if ((status == 124 || status == 137)); then
        note="ended after $limit s; $note"
    fi
}

run_fake_peer() {
    # Where packets cannot be lost, the tests that lose some are listed as ignored.
    local -a ignored=()
    can_lose_packets && ignored=(--include-ignored)
    local -a filter=("${filter[@]}" "${ignored[@]}")
    tests 600 --test 'fake_peers*'
}

can_lose_packets() {
    unshare --map-root-user --net sh -c \
        'ip link set lo up && iptables -A INPUT -p tcp --dport 1 -j DROP' >>"$log" 2>&1
}

run_embedded() {
    tests 600 --test 'embedded*'
}

run_cost() {
    if ((${#filter[@]})); then
        note="not run: a filter was given"
        return
    fi
    if ! has valgrind; then
        failed=1 note="did not run: no valgrind"
        return
    fi
    if ! bounded 1800 "$log" cargo build --release -p cost; then
        failed=1 note="does not compile"
        return
    fi
    bounded 600 "$log" cargo run --quiet --release -p cost
    local status=$?
    passed=$(sed -n 's/^\([0-9]*\) cases as before.*/\1/p' "$log")
    failed=$(grep -c '^FAILED' "$log")
    passed=${passed:-0}
    ((status == 0 || failed > 0)) || failed=1
    note=$(sed -n 's/^FAILED \([^:]*\):.*/failed: \1/p' "$log" | head -n 3 | paste -sd ' ')
    ! grep -q '^COUNTED ELSEWHERE' "$log" || note="not the compiler or machine of the baseline: wide tolerance${note:+; $note}"
}

run_real() {
    await_kafka
    if [[ -n $problem ]]; then
        failed=1 note="did not run: $problem"
        return
    fi
    tests 1500 --test 'real_kafka*'
    if ((passed + failed == 0 && ${#filter[@]} == 0)); then
        failed=1 note="did not run: no tests"
    fi
    note="Kafka $kafka_version $place_note${note:+; $note}"
}

run_older() {
    if ((${#filter[@]})); then
        note="not run: a filter was given"
        return
    fi
    await_kafka
    if [[ -n $problem ]]; then
        failed=1 note="did not run: $problem"
        return
    fi
    local filter=(core::)
    # A second image is not worth its time.
    SHOTOVER_TEST_KAFKA=process SHOTOVER_TEST_KAFKA_LIBS=$older_kafka_libs tests 600 --test real_kafka_cluster
    if ((passed + failed == 0)); then
        failed=1 note="did not run: no tests"
    fi
    note="Kafka $older_kafka_version as processes${note:+; $note}"
}
