//! Taking units from several counters at once: from all of them, or from none when one has no room.
//!
//! Never here: how they do it in one step; that is the counters'.

use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::step::{Flow, Outcome};
use store::{Ask, Reply, Taken};

/// What became of asks.
pub(crate) struct Taking {
    asks: Vec<Ask>,
    /// In the order of the asks; the last may be a refusal, after which none was asked.
    answers: Vec<Taken>,
}

impl Taking {
    /// Takes, and decides when the counters have answered: at once where they are at hand.
    pub fn run<'a>(
        asks: Vec<Ask>,
        exchange: &'a mut Exchange,
        decide: impl FnOnce(Self, &mut Exchange) -> Result<Flow, Failure> + 'a,
    ) -> Outcome<'a> {
        let now = exchange.services.clock.monotonic();
        match exchange.services.counters.take_together(&asks, now) {
            Reply::Now(answers) => Outcome::Now(decide(Self { asks, answers }, exchange)),
            Reply::Later(answers) => Outcome::Later(Box::pin(async move {
                let answers = answers.await;
                decide(Self { asks, answers }, exchange)
            })),
        }
    }

    /// The counter that has no room, with its answer.
    pub fn refused(&self) -> Option<(&Ask, Taken)> {
        self.answered().find(|(_, taken)| !taken.allowed)
    }

    /// The asks that were answered, broadest first, with their answers.
    pub fn answered(&self) -> impl Iterator<Item = (&Ask, Taken)> {
        self.asks.iter().zip(self.answers.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{Bench, Caller};
    use std::sync::{Arc, Mutex};
    use std::time::Duration;
    use store::{Ask, CounterName, Counters, InProcessCounters, Period, Reply, Taken, Window};

    /// Counters that answer later, as a network's do, and what they were asked.
    #[derive(Default)]
    struct Later {
        counters: InProcessCounters,
        asked: Mutex<Vec<Vec<String>>>,
    }

    impl Counters for Later {
        fn take(&self, _counter: &CounterName, _window: Window, _amount: u64, _now: Duration) -> Reply<Taken> {
            unreachable!("limits with parts take together")
        }
        fn take_together(&self, asks: &[Ask], now: Duration) -> Reply<Vec<Taken>> {
            let groups = asks.iter().map(|ask| ask.counter.parts().0);
            let mut groups: Vec<String> = groups.map(str::to_owned).collect();
            groups.dedup();
            assert_eq!(groups.len(), 1, "counters of several groups");
            let names = asks.iter().map(|ask| ask.counter.as_str().replace(&groups[0], "…"));
            self.asked.lock().unwrap().push(names.collect());
            let taken = self.counters.take_together(asks, now);
            Reply::Later(Box::pin(taken.wait()))
        }
        fn add(&self, counter: &CounterName, period: Period, amount: u64, now: Duration) {
            self.counters.add(counter, period, amount, now);
        }
    }

    /// What is asked for a call of operation `x` of API `a` and of API `b`, each in one step, and the statuses.
    fn check(limit: &str, first: &[&str], second: &[&str], statuses: [&str; 5]) {
        let document = format!("<policies><inbound>{limit}</inbound><backend /></policies>");
        let mut bench = Bench::with_documents(&[("product", &document)]);
        let later = Arc::new(Later::default());
        bench.counters = Arc::clone(&later) as Arc<dyn Counters>;
        for (api, status) in ["a", "a", "b", "b", "b"].into_iter().zip(statuses) {
            let response = bench.run_as(&Caller::subscribed("ann").calling(api, "x"), "GET /");
            assert!(response.starts_with(status), "{api}: {response}");
            let asked = std::mem::take(&mut *later.asked.lock().unwrap());
            assert_eq!(asked, [if api == "a" { first } else { second }], "{api}");
        }
    }

    #[test]
    fn a_limit_and_those_inside_it_are_taken_from_in_one_step() {
        check(
            "<rate-limit calls='3' renewal-period='60'><api id='a' calls='1' renewal-period='60'>\
             <operation id='x' calls='2' renewal-period='30' /></api></rate-limit>",
            &["…/60", "…/of api \"a\"/60", "…/of api \"a\"/operation \"x\"/30"],
            &["…/60"],
            ["200", "429", "200", "200", "429"],
        );
        check(
            "<quota calls='3' bandwidth='9' renewal-period='0'><api id='a' calls='1' renewal-period='0' /></quota>",
            &["…/0/0/calls", "…/0/0/bytes", "…/of api \"a\"/0/0/calls"],
            &["…/0/0/calls", "…/0/0/bytes"],
            ["200", "403", "200", "200", "403"],
        );
    }
}
