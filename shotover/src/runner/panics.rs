//! Who learns of a panic?

use std::backtrace::Backtrace;
use std::panic::{self, PanicHookInfo};

/// Sends panics to the log instead of standard error.
///
/// A panic ends only the task it happens in, which is one client connection; tokio catches it. It is always a defect.
pub(super) fn log_panics() {
    panic::set_hook(Box::new(log));
}

fn log(panic: &PanicHookInfo<'_>) {
    let payload = panic.payload();
    let message = payload.downcast_ref::<&str>().copied();
    let message = message.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let location = panic
        .location()
        .map(ToString::to_string)
        .unwrap_or_default();
    let thread = std::thread::current()
        .name()
        .unwrap_or("unnamed")
        .to_owned();
    tracing::error!(
        panic = ?message.unwrap_or("no message"),
        location,
        thread,
        // Empty unless RUST_BACKTRACE asks for it.
        backtrace = %Backtrace::capture(),
        "a task panicked, which is a defect in Shotover or one of its transforms"
    );
}
