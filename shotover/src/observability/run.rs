//! How is counted once what happens many times in a row?
//!
//! What arrives together is mostly of one kind: fifty Produce requests from one read. Counting a run costs as much as
//! counting one of it.

/// How often the same happened in a row.
#[derive(Debug)]
pub struct Run<T>(Option<(T, u64)>);

impl<T: Copy + PartialEq> Run<T> {
    /// Adds what happened. If that is something else than before, `count` is told of the run that has ended.
    #[inline]
    pub fn add(&mut self, what: T, count: impl FnOnce(T, u64)) {
        match &mut self.0 {
            Some((of, times)) if *of == what => *times += 1,
            _ => {
                self.end(count);
                self.0 = Some((what, 1));
            }
        }
    }

    /// Tells `count` of the last run, if there was any.
    #[inline]
    pub fn end(&mut self, count: impl FnOnce(T, u64)) {
        if let Some((of, times)) = self.0.take() {
            count(of, times);
        }
    }
}

impl<T> Default for Run<T> {
    fn default() -> Self {
        Self(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_ends_where_something_else_begins() {
        let (mut run, mut counted) = (Run::default(), Vec::new());
        for letter in "aabccca".chars() {
            run.add(letter, |of, times| counted.push((of, times)));
        }
        run.end(|of, times| counted.push((of, times)));
        run.end(|of, times| counted.push((of, times)));
        assert_eq!(counted, [('a', 2), ('b', 1), ('c', 3), ('a', 1)]);
    }
}
