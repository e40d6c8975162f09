#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| shotover::fuzzing::sasl_frames(bytes));
