//! How is described where an answer says what went wrong?

use crate::wire::ErrorCode;

/// What the answer to a request takes over from it, and where its error stands.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) top: Top,
    /// Fields at the top of the request that the response repeats.
    pub(super) echoes: &'static [&'static str],
    /// Numbers that mean "none" here though the field's default is 0.
    pub(super) numbers: &'static [(&'static str, i64)],
    pub(super) lists: &'static [List],
}

impl Plan {
    /// An error at the top and no entities.
    pub(super) const fn top() -> Self {
        Self {
            top: Top::Always,
            echoes: &[],
            numbers: &[],
            lists: &[],
        }
    }

    /// Errors beside the entities in these lists; none at the top.
    pub(super) const fn lists(lists: &'static [List]) -> Self {
        Self {
            top: Top::Never,
            echoes: &[],
            numbers: &[],
            lists,
        }
    }

    /// An error at the top, and these lists.
    pub(super) const fn top_and_lists(lists: &'static [List]) -> Self {
        Self {
            top: Top::Always,
            echoes: &[],
            numbers: &[],
            lists,
        }
    }

    /// Errors beside the entities in these lists; at the top instead if it is one of these codes, or if the request
    /// names no entity.
    pub(super) const fn lists_or_top(lists: &'static [List], codes: &'static [ErrorCode]) -> Self {
        Self {
            top: Top::Instead(codes),
            echoes: &[],
            numbers: &[],
            lists,
        }
    }

    pub(super) const fn echoing(mut self, fields: &'static [&'static str]) -> Self {
        self.echoes = fields;
        self
    }

    pub(super) const fn numbers(mut self, numbers: &'static [(&'static str, i64)]) -> Self {
        self.numbers = numbers;
        self
    }
}

/// Whether the error stands in the response's own `ErrorCode`.
#[derive(Debug)]
pub(super) enum Top {
    Always,
    Never,
    /// For these codes or without entities, in place of the entities' own errors.
    Instead(&'static [ErrorCode]),
}

/// An array of the response with an element for each one of an array of the request.
#[derive(Debug)]
pub(super) struct List {
    pub(super) into: &'static str,
    pub(super) source: Source,
    /// Fields that have the same name on both sides.
    pub(super) same: &'static [&'static str],
    /// A field of the response and the one of the request it is taken from.
    pub(super) renamed: Option<(&'static str, &'static str)>,
    /// The field that holds the request's element if that is not a structure.
    pub(super) element: Option<&'static str>,
    /// The fields with the error; the message stands beside each.
    pub(super) errors: &'static [&'static str],
    /// Numbers that mean "none" here though the field's default is 0.
    pub(super) numbers: &'static [(&'static str, i64)],
    /// Whether `CurrentLeader` has to say that there is none, for its defaults name broker 0.
    pub(super) leaderless: bool,
    /// Whether elements with the same value in this field are one.
    pub(super) distinct: Option<&'static str>,
    pub(super) when: When,
    pub(super) lists: &'static [Self],
}

/// Where the elements come from.
#[derive(Debug)]
pub(super) enum Source {
    Array(&'static str),
    /// The second array in each element of the first.
    Nested(&'static str, &'static str),
    /// One element, whatever the request says.
    Once,
}

/// In which answers the list has elements.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum When {
    Always,
    Failure,
    Success,
}

impl List {
    const fn new(into: &'static str, source: Source) -> Self {
        Self {
            into,
            source,
            same: &[],
            renamed: None,
            element: None,
            errors: &[],
            numbers: &[],
            leaderless: false,
            distinct: None,
            when: When::Always,
            lists: &[],
        }
    }

    pub(super) const fn same(mut self, fields: &'static [&'static str]) -> Self {
        self.same = fields;
        self
    }

    pub(super) const fn renamed(mut self, response: &'static str, request: &'static str) -> Self {
        self.renamed = Some((response, request));
        self
    }

    pub(super) const fn element(mut self, field: &'static str) -> Self {
        self.element = Some(field);
        self
    }

    pub(super) const fn error(self) -> Self {
        self.errors(&["ErrorCode"])
    }

    pub(super) const fn errors(mut self, fields: &'static [&'static str]) -> Self {
        self.errors = fields;
        self
    }

    pub(super) const fn numbers(mut self, numbers: &'static [(&'static str, i64)]) -> Self {
        self.numbers = numbers;
        self
    }

    pub(super) const fn leaderless(mut self) -> Self {
        self.leaderless = true;
        self
    }

    pub(super) const fn distinct(mut self, field: &'static str) -> Self {
        self.distinct = Some(field);
        self
    }

    pub(super) const fn when(mut self, when: When) -> Self {
        self.when = when;
        self
    }

    pub(super) const fn lists(mut self, lists: &'static [Self]) -> Self {
        self.lists = lists;
        self
    }
}

/// An element of `into` for each one of the request's `from`.
pub(super) const fn list(into: &'static str, from: &'static str) -> List {
    List::new(into, Source::Array(from))
}

/// An element of `into` for each one of `from` in each one of the request's `outer`.
pub(super) const fn nested(into: &'static str, outer: &'static str, from: &'static str) -> List {
    List::new(into, Source::Nested(outer, from))
}

/// A single element of `into`.
pub(super) const fn once(into: &'static str) -> List {
    List::new(into, Source::Once)
}
