#!/usr/bin/env bash
# Where do Kafka and its clients come from?

# The Python client, which shares no code with the other two.
python_client="kafka-python==3.0.12"

# Everything that is made from the list of jars is made again when the list changes.
pom_key=$(cksum <scripts/kafka/pom.xml | cut -d ' ' -f 1)
kafka_jars_key="$kafka_version-$pom_key"
kafka_libs="$cache/kafka-$kafka_jars_key"

# The last version before 4, with which a core of the tests is run as well.
older_kafka_version=3.9.1
older_kafka_libs="$cache/kafka-$older_kafka_version-$pom_key"
kafka_python="$cache/${python_client/==/-}/bin/python"

# fetch_kafka VERSION LIBS
fetch_kafka() {
    local version=$1 libs=$2 profiles=()
    [[ -d $libs ]] && return
    # Groups of Kafka Streams came with 4.
    [[ $version == 3.* ]] || profiles=(-Pstreams-groups)
    echo "Fetching the jars of Kafka $version"
    rm -rf "$libs.partial"
    # 3.x brings another logger.
    mvn -q -B -f scripts/kafka/pom.xml "${profiles[@]}" "-Dkafka.version=$version" dependency:copy-dependencies \
        -DincludeScope=runtime -DexcludeArtifactIds=slf4j-reload4j "-DoutputDirectory=$libs.partial" &&
        mv "$libs.partial" "$libs"
}

fetch_python_client() {
    local folder="${kafka_python%/bin/python}"
    [[ -e $folder/complete ]] && return
    echo "Fetching $python_client"
    rm -rf "$folder"
    python3 -m venv "$folder" && "$kafka_python" -m pip install -q "$python_client" && touch "$folder/complete"
}

# Prints what the tests read; test-helpers/src/kafka/environment.rs says what each is for.
kafka_variables() {
    printf 'export SHOTOVER_TEST_KAFKA_LIBS=%q\n' "$kafka_libs"
    printf 'export SHOTOVER_TEST_PYTHON=%q\n' "$kafka_python"
}

print_environment() {
    (
        mkdir -p "$cache"
        exec 9>"$cache/prepare.lock"
        flock 9
        fetch_kafka "$kafka_version" "$kafka_libs" && fetch_python_client
    ) >&2 || return
    kafka_variables
    echo 'export SHOTOVER_TEST_KAFKA=process'
}

# Fetches and builds while the rings that need no Kafka compile and run. The result is in $work/kafka.
prepare_kafka_in_background() {
    # Held until this script ends: tells other runs that the engine is in use.
    exec 8>"$cache/engine.users"
    flock -s 8
    uses_engine=yes
    # In a process group of its own, to be ended as a whole.
    set -m
    prepare_kafka >"$logs/prepare.log" 2>&1 &
    preparation=$!
    set +m
}

fetch_all() {
    if wants older && ! fetch_kafka "$older_kafka_version" "$older_kafka_libs"; then
        return 1
    fi
    fetch_kafka "$kafka_version" "$kafka_libs" && fetch_python_client
}

prepare_kafka() {
    trap - EXIT
    # One run prepares, those beside it find everything there.
    exec 9>"$cache/prepare.lock"
    flock 9
    # Left by a run that was interrupted.
    rm -rf "$cache"/image.*
    if ! fetch_all; then
        echo "problem='Kafka or the Python client could not be fetched'" >"$work/kafka"
        return
    fi
    kafka_variables >"$work/kafka.partial"
    ! wants real || prepare_place >>"$work/kafka.partial"
    mv "$work/kafka.partial" "$work/kafka"
}

# Waits for the preparation; sets what the tests need, `place_note`, and `problem` if there is one.
await_kafka() {
    problem="" place_note=""
    [[ -z $preparation ]] || wait "$preparation"
    preparation=""
    # shellcheck disable=SC1091 # written by prepare_kafka
    if ! source "$work/kafka"; then
        problem="the preparation was interrupted"
    fi
    [[ -z $problem ]] || cat "$logs/prepare.log"
}
