//! What policies measure: summaries by name and dimensions, of which there are only so many.
//!
//! Never here: the gateway's own counters.

use policy::{Measurement, Telemetry};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

/// Different combinations of metric and dimensions that are kept.
const MOST: usize = 2_000;
/// Characters of a dimension's value that are kept.
const LONGEST: usize = 128;

/// All measurements so far.
#[derive(Default)]
pub struct Measured {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// By name, then by labels as they are shown.
    metrics: BTreeMap<String, BTreeMap<String, Summary>>,
    series: usize,
    left_out: u64,
}

#[derive(Default)]
struct Summary {
    count: u64,
    sum: f64,
}

impl Telemetry for Measured {
    fn measure(&self, measurement: Measurement<'_>) {
        let name = format!("policy_{}_{}", plain(measurement.namespace), plain(measurement.name));
        let labels = labels(&measurement);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *state;
        let known = state.metrics.get_mut(&name).and_then(|series| series.get_mut(&labels));
        let summary = match known {
            Some(known) => known,
            None if state.series == MOST => {
                state.left_out += 1;
                return;
            }
            None => {
                state.series += 1;
                state.metrics.entry(name).or_default().entry(labels).or_default()
            }
        };
        summary.count += 1;
        summary.sum += measurement.value;
    }
}

impl Measured {
    /// Writes all in Prometheus' text format.
    pub(super) fn write(&self, out: &mut String) -> std::fmt::Result {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for (name, series) in &state.metrics {
            super::text::family(out, name, "summary", "Measured by a policy.")?;
            for (labels, summary) in series {
                writeln!(
                    out,
                    "{name}_sum{labels} {}\n{name}_count{labels} {}",
                    summary.sum, summary.count
                )?;
            }
        }
        let name = "tollgate_policy_measurements_left_out_total";
        super::text::family(
            out,
            name,
            "counter",
            "Measurements of combinations beyond those that are kept.",
        )?;
        writeln!(out, "{name} {}", state.left_out)
    }
}

/// A name of letters, digits and `_`.
fn plain(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    name.chars().take(LONGEST).map(plain).collect()
}

fn labels(measurement: &Measurement<'_>) -> String {
    let mut out = String::new();
    let mut names = Vec::new();
    for (name, value) in measurement.dimensions {
        let mut name = plain(name);
        if !name.starts_with(|first: char| first.is_ascii_alphabetic()) || name == "quantile" {
            name.insert_str(0, "d_");
        }
        if names.contains(&name) {
            continue;
        }
        let value: String = value.chars().take(LONGEST).collect();
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        // Writing to a string cannot fail.
        let _ = write!(out, "{}{name}=\"{value}\"", if names.is_empty() { '{' } else { ',' });
        names.push(name);
    }
    if !out.is_empty() {
        out.push('}');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use expression::text::Text;

    fn measure(measured: &Measured, name: &str, value: f64, dimensions: &[(&str, &str)]) {
        let texts = dimensions
            .iter()
            .map(|(name, value)| (Text::from(*name), Text::from(*value)));
        measured.measure(Measurement {
            namespace: "API Management",
            name,
            value,
            dimensions: &texts.collect::<Vec<_>>(),
        });
    }

    fn text(measured: &Measured) -> String {
        let mut out = String::new();
        measured.write(&mut out).unwrap();
        out
    }

    #[test]
    fn values_are_summed_by_dimensions() {
        let measured = Measured::default();
        measure(&measured, "calls.made", 1.0, &[("API ID", "a"), ("1", "x\"\n\\")]);
        measure(&measured, "calls.made", 2.5, &[("API ID", "a"), ("1", "x\"\n\\")]);
        measure(
            &measured,
            "calls.made",
            -1.0,
            &[("API ID", "b"), ("api id", "c"), ("API-ID", "d")],
        );
        let text = text(&measured);
        let lines: Vec<&str> = text.lines().filter(|line| line.starts_with("policy")).collect();
        assert_eq!(
            lines,
            [
                r#"policy_API_Management_calls_made_sum{API_ID="a",d_1="x\"\n\\"} 3.5"#,
                r#"policy_API_Management_calls_made_count{API_ID="a",d_1="x\"\n\\"} 2"#,
                r#"policy_API_Management_calls_made_sum{API_ID="b",api_id="c"} -1"#,
                r#"policy_API_Management_calls_made_count{API_ID="b",api_id="c"} 1"#,
            ]
        );
    }

    #[test]
    fn there_are_only_so_many() {
        let measured = Measured::default();
        for number in 0..MOST + 10 {
            measure(&measured, "m", 1.0, &[("n", &number.to_string())]);
        }
        measure(&measured, "m", 1.0, &[("n", "0")]);
        measure(&measured, "m", 1.0, &[("n", &"long".repeat(1000))]);
        let text = text(&measured);
        assert!(text.ends_with("tollgate_policy_measurements_left_out_total 11\n"));
        assert!(text.contains("_count{n=\"0\"} 2\n"));
        assert_eq!(text.lines().filter(|line| line.contains("_count{")).count(), MOST);
    }
}
