//! When a call is counted, and how much: on entry where the document says how much, else when the response leaves.

use crate::element::ElementReader;
use crate::exchange::Exchange;
use crate::value::Value;
use expression::Reads;
use std::sync::Arc;

/// When and how much a call counts.
pub(crate) enum Counting {
    /// So many units on entry; none when the condition is literally false.
    OnEntry(u32),
    /// When the response leaves.
    OnLeaving(Arc<Increment>),
}

/// `increment-condition` and `increment-count`
pub(crate) struct Increment {
    condition: Value<bool>,
    count: Value<u32>,
    reads: Reads,
}

impl Counting {
    /// Reads what a call counts. The bodies that these expressions read must be there when the response leaves, and are
    /// asked for as if the policy read them.
    pub fn read(element: &mut ElementReader<'_, '_>, after_response: bool) -> Self {
        let condition = element.or("increment-condition", true);
        let count = element.or("increment-count", 1);
        match (condition.constant(), count.constant()) {
            (Some(condition), Some(count)) if !after_response => Self::OnEntry(if *condition { *count } else { 0 }),
            _ => Self::OnLeaving(Arc::new(Increment {
                condition,
                count,
                reads: element.needs().reads,
            })),
        }
    }
}

impl Increment {
    /// Has `count` told how much the call counts when its response leaves, if it does. An increment that cannot be had
    /// counts nothing: the response is made.
    pub fn when_leaving(self: &Arc<Self>, exchange: &mut Exchange, count: impl FnOnce(&mut Exchange, u64) + 'static) {
        let increment = Arc::clone(self);
        exchange.when_leaving(self.reads, move |exchange| {
            let amount = match increment.condition.get(exchange) {
                Ok(false) => Ok(0),
                Ok(true) => increment.count.get(exchange),
                Err(failure) => Err(failure),
            };
            let amount = amount.unwrap_or_else(|failure| {
                let request_id = exchange.activity_id();
                tracing::warn!(%request_id, "a call is not counted: {}", failure.message);
                0
            });
            if amount > 0 {
                count(exchange, amount.into());
            }
            None
        });
    }
}
