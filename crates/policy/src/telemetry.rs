//! Measurements that policies make.
//!
//! Never here: who collects them.

use expression::text::Text;

/// Where measurements go. How many different ones are kept is bounded by whoever keeps them.
pub trait Telemetry: Send + Sync {
    /// Takes one.
    fn measure(&self, measurement: Measurement<'_>);
}

/// A value of a metric.
#[derive(Clone, Copy, Debug)]
pub struct Measurement<'m> {
    /// Namespace of the metric.
    pub namespace: &'m str,
    /// Its name.
    pub name: &'m str,
    /// The value.
    pub value: f64,
    /// What it is told apart by, in order.
    pub dimensions: &'m [(Text, Text)],
}
