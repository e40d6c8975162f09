//! How much memory and time does a process take?

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The kernel counts time for programs in hundredths of a second, whatever its own clock is.
const TICKS_PER_SECOND: u64 = 100;

/// Bytes of memory that are in use by the process, without what is swapped out.
///
/// # Errors
/// When there is no such process.
pub fn resident_bytes(process: u32) -> Result<usize> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let resident = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .context("the process has ended")?;
    let kibibytes: usize = resident.trim().trim_end_matches(" kB").parse()?;
    Ok(kibibytes * 1024)
}

/// Files and sockets that the process has open.
///
/// # Errors
/// When there is no such process.
pub fn open_descriptors(process: u32) -> Result<usize> {
    Ok(fs::read_dir(format!("/proc/{process}/fd"))?.count())
}

/// Time of all its threads on a processor so far, in the program and in the kernel.
///
/// # Errors
/// When there is no such process.
pub fn processor_time(process: u32) -> Result<Duration> {
    time_in(&fs::read_to_string(format!("/proc/{process}/stat"))?)
}

/// Time of this thread on a processor so far, in the program and in the kernel.
///
/// # Errors
/// When the kernel does not say.
pub fn processor_time_of_this_thread() -> Result<Duration> {
    time_in(&fs::read_to_string("/proc/thread-self/stat")?)
}

fn time_in(stat: &str) -> Result<Duration> {
    // The name, in parentheses, may hold spaces; what is counted from 1 in the manual starts with 3 behind it.
    let (_, behind) = stat.rsplit_once(')').context("a process without a name")?;
    let mut fields = behind.split_whitespace().skip(14 - 3);
    let mut ticks = || -> Result<u64> { Ok(fields.next().context("a field is missing")?.parse()?) };
    let ticks = ticks()? + ticks()?;
    Ok(Duration::from_millis(ticks * 1000 / TICKS_PER_SECOND))
}

/// Lets this process have as many files and sockets open as it may, and returns how many that are.
#[must_use]
pub fn raise_descriptor_limit() -> usize {
    let limit = getrlimit(Resource::Nofile).maximum;
    let raised = Rlimit {
        current: limit,
        maximum: limit,
    };
    setrlimit(Resource::Nofile, raised).ok();
    let raised = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
    usize::try_from(raised).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[test]
    fn memory_that_is_written_to_is_resident() {
        let before = resident_bytes(std::process::id()).unwrap();
        let bytes = vec![1_u8; 64 * 1024 * 1024];
        let after = resident_bytes(std::process::id()).unwrap();
        assert!(after > before + bytes.len() / 2, "{before} {after}");
    }

    #[test]
    fn a_file_that_is_opened_is_counted() {
        let before = open_descriptors(std::process::id()).unwrap();
        let files: Vec<_> = (0..50).map(|_| fs::File::open("/dev/null")).collect();
        // Other tests of this process open and close files, too.
        let after = open_descriptors(std::process::id()).unwrap();
        assert!(files.len() == 50 && after > before + 25, "{before} {after}");
    }

    #[test]
    fn a_busy_thread_takes_time() {
        let before = processor_time(std::process::id()).unwrap();
        let mut sum = 0_u64;
        while processor_time(std::process::id()).unwrap() < before + Duration::from_millis(50) {
            sum = (0..100_000).fold(sum, |sum, number| black_box(sum.wrapping_add(number)));
        }
    }

    #[test]
    fn the_time_of_another_thread_is_not_that_of_this_one() {
        let before = processor_time_of_this_thread().unwrap();
        std::thread::scope(|scope| scope.spawn(a_busy_thread_takes_time).join().unwrap());
        let after = processor_time_of_this_thread().unwrap();
        assert!(
            after < before + Duration::from_millis(40),
            "{before:?} {after:?}"
        );
    }
}
