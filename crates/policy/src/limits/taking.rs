//! Taking units from several counters at once: from all of them, or from none when one has no room.
//!
//! All are asked before any is taken from. Between the two another call may take what was left; then the counters that
//! were taken from already have counted a call that is refused. None ever gives more than its limit.

use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::step::{Flow, Outcome};
use std::future::Future;
use std::pin::Pin;
use store::{Reply, Taken, Window};

/// What is wanted of one counter.
pub(crate) struct Ask {
    pub counter: String,
    pub window: Window,
    /// Units; 0 asks whether there is room for one.
    pub amount: u64,
}

/// Asks on their way.
pub(crate) struct Taking {
    asks: Vec<Ask>,
    /// Whether nothing is taken yet.
    probing: bool,
    taken: Vec<Taken>,
    /// The counter that has no room, with its answer.
    refused: Option<(usize, Taken)>,
}

type Later = Pin<Box<dyn Future<Output = Taken> + Send>>;

impl Taking {
    pub fn new(asks: Vec<Ask>) -> Self {
        Self {
            probing: asks.len() > 1,
            asks,
            taken: Vec::new(),
            refused: None,
        }
    }

    /// Takes, and decides when all have answered: at once where the counters are at hand.
    pub fn run<'a>(
        mut self,
        exchange: &'a mut Exchange,
        decide: impl FnOnce(Self, &mut Exchange) -> Result<Flow, Failure> + 'a,
    ) -> Outcome<'a> {
        let Some(mut later) = self.go_on(exchange) else {
            return Outcome::Now(decide(self, exchange));
        };
        Outcome::Later(Box::pin(async move {
            loop {
                self.note(later.await);
                match self.go_on(exchange) {
                    Some(next) => later = next,
                    None => return decide(self, exchange),
                }
            }
        }))
    }

    /// The counter that has no room, by its place among the asks, with its answer.
    pub fn refused(&self) -> Option<(usize, Taken)> {
        self.refused
    }

    /// The answers of the counters that were taken from, in the order of the asks.
    pub fn taken(&self) -> &[Taken] {
        &self.taken
    }

    pub fn asks(&self) -> &[Ask] {
        &self.asks
    }

    /// Asks until all have answered, or until one does later.
    fn go_on(&mut self, exchange: &Exchange) -> Option<Later> {
        let now = exchange.services.clock.monotonic();
        while let Some(ask) = self.next() {
            let amount = if self.probing { 0 } else { ask.amount };
            match exchange.services.counters.take(&ask.counter, ask.window, amount, now) {
                Reply::Now(taken) => self.note(taken),
                Reply::Later(taken) => return Some(taken),
            }
        }
        None
    }

    fn next(&self) -> Option<&Ask> {
        if self.refused.is_some() {
            return None;
        }
        self.asks.get(self.taken.len())
    }

    fn note(&mut self, taken: Taken) {
        if !taken.allowed {
            self.refused = Some((self.taken.len(), taken));
            return;
        }
        self.taken.push(taken);
        if self.probing && self.taken.len() == self.asks.len() {
            self.probing = false;
            self.taken.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, Caller};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;
    use store::{Counters, InProcessCounters, Period, Reply, Taken, Window};

    /// Counters that answer later, as a network's do, and what they were asked.
    #[derive(Default)]
    struct Later {
        counters: InProcessCounters,
        asked: Mutex<Vec<u64>>,
    }

    impl Counters for Later {
        fn take(&self, key: &str, window: Window, amount: u64, now: Duration) -> Reply<Taken> {
            self.asked.lock().unwrap().push(amount);
            let taken = self.counters.take(key, window, amount, now);
            Reply::Later(Box::pin(taken.wait()))
        }
        fn add(&self, key: &str, period: Period, amount: u64, now: Duration) {
            self.counters.add(key, period, amount, now);
        }
    }

    #[test]
    fn counters_that_answer_later_are_all_asked_before_any_is_taken_from() {
        let quota = "<quota calls='3' renewal-period='60'><api id='a' calls='1' renewal-period='60' /></quota>";
        let document = format!("<policies><inbound>{quota}</inbound><backend /></policies>");
        let mut bench = Bench::with_documents(&[("product", &document)]);
        let later = Arc::new(Later::default());
        bench.counters = Arc::clone(&later) as Arc<dyn Counters>;
        for (api, status, asked) in [
            ("a", "200", vec![0, 0, 1, 1]),
            ("a", "403", vec![0, 0]),
            ("b", "200", vec![1]),
            ("b", "200", vec![1]),
            ("b", "403", vec![1]),
        ] {
            let response = bench.run_as(&Caller::subscribed("ann").calling(api, "x"), "GET /");
            assert!(response.starts_with(status), "{api}: {response}");
            assert_eq!(std::mem::take(&mut *later.asked.lock().unwrap()), asked, "{api}");
        }
    }
}
