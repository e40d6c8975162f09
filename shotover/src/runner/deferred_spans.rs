//! How does a task have a span that costs nothing while nothing is logged?

use std::cell::Cell;
use tracing::level_filters::LevelFilter;
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::Interest;
use tracing::{Dispatch, Event, Metadata, Subscriber};
use tracing_core::span::Current;

thread_local! {
    /// The span that the thread is in, as long as the subscriber below does not know.
    static DEFERRED: Cell<Option<Id>> = const { Cell::new(None) };
}

/// A subscriber that is told of the span that a thread enters once it matters: with the next event, the next span, or
/// the question which span it is.
///
/// The task of a connection enters its span whenever it wakes, and hardly ever logs. There may be one of these per
/// thread.
#[derive(Debug)]
pub(super) struct DeferredSpans<S>(S);

impl<S: Subscriber> DeferredSpans<S> {
    /// In front of `subscriber`.
    pub(super) fn new(subscriber: S) -> Self {
        Self(subscriber)
    }

    /// The subscriber below, once it knows where the thread is.
    fn told(&self) -> &S {
        if let Some(span) = DEFERRED.take() {
            self.0.enter(&span);
        }
        &self.0
    }
}

impl<S: Subscriber> Subscriber for DeferredSpans<S> {
    fn enter(&self, span: &Id) {
        if let Some(outer) = DEFERRED.replace(Some(span.clone())) {
            self.0.enter(&outer);
        }
    }

    fn exit(&self, span: &Id) {
        let deferred = DEFERRED.take();
        if deferred.as_ref() != Some(span) {
            DEFERRED.set(deferred);
            self.0.exit(span);
        }
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.told().new_span(span)
    }

    fn event(&self, event: &Event<'_>) {
        self.told().event(event);
    }

    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.told().enabled(metadata)
    }

    fn event_enabled(&self, event: &Event<'_>) -> bool {
        self.told().event_enabled(event)
    }

    fn current_span(&self) -> Current {
        self.told().current_span()
    }

    fn on_register_dispatch(&self, subscriber: &Dispatch) {
        self.0.on_register_dispatch(subscriber);
    }

    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        self.0.register_callsite(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        self.0.max_level_hint()
    }

    fn record(&self, span: &Id, values: &Record<'_>) {
        self.0.record(span, values);
    }

    fn record_follows_from(&self, span: &Id, follows: &Id) {
        self.0.record_follows_from(span, follows);
    }

    fn clone_span(&self, span: &Id) -> Id {
        self.0.clone_span(span)
    }

    fn try_close(&self, span: Id) -> bool {
        self.0.try_close(span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tracing::subscriber::with_default;
    use tracing::{Span, info, info_span};
    use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
    use tracing_subscriber::registry::{LookupSpan, Registry};

    /// What the subscriber below was told, as `+span`, `-span` and, for an event, the spans it is in.
    #[derive(Clone, Default)]
    struct Told(Arc<Mutex<Vec<String>>>);

    impl Told {
        fn add(&self, told: String) {
            self.0.lock().unwrap().push(told);
        }
    }

    impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Told {
        fn on_enter(&self, span: &Id, context: Context<'_, S>) {
            self.add(format!("+{}", context.span(span).unwrap().name()));
        }

        fn on_exit(&self, span: &Id, context: Context<'_, S>) {
            self.add(format!("-{}", context.span(span).unwrap().name()));
        }

        fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
            let scope = context.event_scope(event).unwrap().from_root();
            let names: Vec<&str> = scope.map(|span| span.name()).collect();
            self.add(names.join(":"));
        }
    }

    #[track_caller]
    fn check(run: impl FnOnce(), expected: &[&str]) {
        let told = Told::default();
        let subscriber = DeferredSpans::new(Registry::default().with(told.clone()));
        with_default(subscriber, run);
        assert_eq!(*told.0.lock().unwrap(), expected);
    }

    #[test]
    fn of_a_span_in_which_nothing_happens_nobody_hears() {
        check(
            || {
                let span = info_span!("a");
                for _ in 0..3 {
                    span.in_scope(|| ());
                }
            },
            &[],
        );
    }

    #[test]
    fn an_event_is_in_its_span() {
        check(
            || {
                info_span!("a").in_scope(|| {
                    info!("one");
                    info!("two");
                });
            },
            &["+a", "a", "a", "-a"],
        );
    }

    #[test]
    fn a_span_within_another_has_it_around() {
        check(
            || {
                let _a = info_span!("a").entered();
                info_span!("b").in_scope(|| info!("one"));
                info!("two");
            },
            &["+a", "+b", "a:b", "-b", "a", "-a"],
        );
    }

    #[test]
    fn a_span_that_is_entered_within_another_is_told_when_it_matters() {
        check(
            || {
                let (a, b) = (info_span!("a"), info_span!("b"));
                let _a = a.enter();
                b.in_scope(|| ());
                info!("one");
            },
            &["+a", "a", "-a"],
        );
    }

    #[test]
    fn spans_may_be_left_in_any_order_and_entered_twice() {
        check(
            || {
                let (a, b) = (info_span!("a"), info_span!("b"));
                let first = a.enter();
                let second = b.enter();
                drop(first);
                info!("one");
                drop(second);
                let _first = a.enter();
                let second = a.enter();
                drop(second);
                info!("two");
            },
            &["+a", "-a", "+b", "b", "-b", "+a", "a", "-a"],
        );
    }

    #[test]
    fn the_current_span_is_known() {
        check(
            || {
                let a = info_span!("a");
                assert!(Span::current().is_none());
                a.in_scope(|| assert_eq!(Span::current().id(), a.id()));
                assert!(Span::current().is_none());
            },
            &["+a", "-a"],
        );
    }
}
