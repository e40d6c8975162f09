#!/usr/bin/env bash
# What came out of each ring, and of all of them?

rows=() total_passed=0 total_failed=0

# report_row RING PASSED FAILED SKIPPED SECONDS NOTE
report_row() {
    rows+=("$(printf '%-10s %6d %6d %7d %6ss  %s' "$@")")
    total_passed=$((total_passed + $2))
    total_failed=$((total_failed + $3))
}

# Reads the output of `cargo test` and prints: passed failed skipped note
# A test program that never came to its result has crashed, and counts as a failure.
count_tests() {
    awk '
        function crash() {
            if (running == "") return
            failed++
            failures = failures " " running
            running = ""
        }
        /^ +(Running|Doc-tests) / { crash(); running = $1 == "Running" ? $(NF - 1) : $NF }
        match($0, /test result: [A-Za-z]+\. .*/) {
            running = ""
            words = split(substr($0, RSTART), word, " ")
            for (i = 2; i <= words; i++) {
                if (word[i] == "passed;") passed += word[i - 1]
                if (word[i] == "failed;") failed += word[i - 1]
                if (word[i] == "ignored;") skipped += word[i - 1]
            }
        }
        /^test .* \.\.\. ignored/ { ignored = ignored " " $2 }
        /^test .* \.\.\. FAILED$/ { failures = failures " " $2 }
        END {
            crash()
            note = failures == "" ? "" : "failed:" failures
            if (ignored != "") note = note (note == "" ? "" : "; ") "ignored:" ignored
            print passed + 0, failed + 0, skipped + 0, note
        }
    ' "$1"
}

# Prints everything, ends with the total, and exits.
report_table() {
    printf '\n%-10s %6s %6s %7s %7s  %s\n' Ring Passed Failed Skipped Time Note
    printf '%s\n' "${rows[@]}"
    printf '\nOutput of each ring: %s\n' "$logs"
    printf '%d passed, %d failed\n' "$total_passed" "$total_failed"
    if ((total_passed + total_failed == 0)); then
        echo "no test has this in its name: ${filter[*]}" >&2
        exit 1
    fi
    exit $((total_failed > 0))
}
