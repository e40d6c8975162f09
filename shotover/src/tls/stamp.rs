//! Did a file change?

use std::fs::{Metadata, metadata};
use std::os::unix::fs::MetadataExt;

/// What changes with a file. The inode tells a file that was put in the place of another one, the time of the last
/// change of the inode one that was overwritten by a tool that keeps the time of modification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    device_and_inode: (u64, u64),
    length: u64,
    modified: (i64, i64),
    changed: (i64, i64),
}

impl Stamp {
    /// Nothing when there is no such file. Links are followed, as Kubernetes swaps them.
    pub(super) fn of(path: &str) -> Option<Self> {
        metadata(path).ok().as_ref().map(Self::from)
    }
}

impl From<&Metadata> for Stamp {
    fn from(file: &Metadata) -> Self {
        Self {
            device_and_inode: (file.dev(), file.ino()),
            length: file.len(),
            modified: (file.mtime(), file.mtime_nsec()),
            changed: (file.ctime(), file.ctime_nsec()),
        }
    }
}
