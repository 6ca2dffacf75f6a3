//! Metrics in Prometheus' text format (version 0.0.4).

use super::{BUCKETS, Counter, LoggerMetrics, Metrics, WorkerMetrics};
use std::fmt::Write;
use std::sync::PoisonError;

impl Metrics {
    /// All of it, as `/metrics` shows it.
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _ = self.write(&mut text);
        text
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        self.write_requests(out)?;
        self.write_durations(out)?;
        let (begun, ended) = (self.sum(|worker| &worker.begun), self.sum(|worker| &worker.ended));
        let in_flight = begun.saturating_sub(ended);
        let connections = self.sum(|worker| &worker.connections);
        let errors = self.sum(|worker| &worker.upstream_errors);
        for (name, kind, help, count) in [
            (
                "requests_in_flight",
                "gauge",
                "Requests that have begun and not ended.",
                in_flight,
            ),
            (
                "connections_total",
                "counter",
                "Client connections accepted.",
                connections,
            ),
            (
                "upstream_errors_total",
                "counter",
                "Upstream calls without an answer.",
                errors,
            ),
            (
                "reloads_total",
                "counter",
                "Configurations put in place after the first.",
                self.reloads.get(),
            ),
            ("refused_reloads_total", "counter", REFUSED, self.refused_reloads.get()),
        ] {
            let name = format!("tollgate_{name}");
            family(out, &name, kind, help)?;
            writeln!(out, "{name} {count}")?;
        }
        self.write_shared_state(out)?;
        self.write_events(out)?;
        self.measured.write(out)
    }

    /// How the server of shared state does, where there is one.
    fn write_shared_state(&self, out: &mut String) -> std::fmt::Result {
        let Some(server) = self.counters.get().and_then(|counters| counters.server()) else {
            return Ok(());
        };
        let name = "tollgate_shared_state_connected";
        family(
            out,
            name,
            "gauge",
            "Whether there is a connection to the server of shared state.",
        )?;
        writeln!(out, "{name} {}", u8::from(server.connected))?;
        let name = "tollgate_shared_state_unanswered_total";
        family(
            out,
            name,
            "counter",
            "Calls that the server of shared state did not answer.",
        )?;
        writeln!(out, "{name} {}", server.unanswered)
    }

    fn sum(&self, of: fn(&WorkerMetrics) -> &Counter) -> u64 {
        self.workers.iter().map(|worker| of(worker).get()).sum()
    }

    fn write_requests(&self, out: &mut String) -> std::fmt::Result {
        let name = "tollgate_requests_total";
        family(
            out,
            name,
            "counter",
            "Requests by API and status class; none: the client left before the answer.",
        )?;
        for (api, metrics) in self.apis.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            let api = quoted(api);
            for (class, count) in (0..10)
                .map(|class| (class, metrics.total(class)))
                .filter(|(_, count)| *count > 0)
            {
                let status = if class == 0 {
                    "none".to_owned()
                } else {
                    format!("{class}xx")
                };
                writeln!(out, "{name}{{api=\"{api}\",status=\"{status}\"}} {count}")?;
            }
        }
        Ok(())
    }

    fn write_events(&self, out: &mut String) -> std::fmt::Result {
        let loggers = self.loggers.lock().unwrap_or_else(PoisonError::into_inner);
        let counts: [(&str, &str, Count); 2] = [
            ("sent", "Events that loggers have taken.", |logger| &logger.sent),
            ("dropped", "Events that no logger has taken.", |logger| &logger.dropped),
        ];
        for (name, help, count) in counts {
            let name = format!("tollgate_events_{name}_total");
            family(out, &name, "counter", help)?;
            for (id, metrics) in loggers.iter() {
                writeln!(out, "{name}{{logger=\"{}\"}} {}", quoted(id), count(metrics).get())?;
            }
        }
        Ok(())
    }

    fn write_durations(&self, out: &mut String) -> std::fmt::Result {
        let name = "tollgate_request_duration_milliseconds";
        family(out, name, "histogram", "Time from a request's head to its end.")?;
        let bounds = BUCKETS.iter().map(ToString::to_string).chain(["+Inf".to_owned()]);
        let mut below = 0;
        for (index, bound) in bounds.enumerate() {
            let bucket = |worker: &WorkerMetrics| worker.durations.get(index).map_or(0, Counter::get);
            below += self.workers.iter().map(|worker| bucket(worker)).sum::<u64>();
            writeln!(out, "{name}_bucket{{le=\"{bound}\"}} {below}")?;
        }
        let total = self.sum(|worker| &worker.duration_sum);
        writeln!(out, "{name}_sum {}.{:03}", total / 1000, total % 1000)?;
        writeln!(out, "{name}_count {below}")
    }
}

const REFUSED: &str = "Changed configurations that were broken and not put in place.";

/// One of a logger's counters.
type Count = fn(&LoggerMetrics) -> &Counter;

/// A label's value.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// The lines before a metric.
pub(super) fn family(out: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
    writeln!(out, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::StatusCode;
    use std::time::Duration;

    #[test]
    fn every_family_has_its_lines() {
        let metrics = Metrics::new(2);
        metrics.api("a\"b").count(1, StatusCode::OK);
        metrics.api("a\"b").count(0, StatusCode::CREATED);
        metrics.api("a\"b").count(0, StatusCode::from_u16(999).unwrap());
        metrics.api("a\"b").count_left(1);
        metrics.workers()[0].begun.add(3);
        metrics.logger("l").dropped.add(2);
        metrics.workers()[0].end(Duration::from_millis(7));
        let text = metrics.text();
        for line in [
            "tollgate_requests_total{api=\"a\\\"b\",status=\"2xx\"} 2",
            "tollgate_requests_total{api=\"a\\\"b\",status=\"9xx\"} 1",
            "tollgate_requests_total{api=\"a\\\"b\",status=\"none\"} 1",
            "tollgate_request_duration_milliseconds_bucket{le=\"5\"} 0",
            "tollgate_request_duration_milliseconds_bucket{le=\"10\"} 1",
            "tollgate_request_duration_milliseconds_bucket{le=\"+Inf\"} 1",
            "tollgate_request_duration_milliseconds_sum 7.000",
            "tollgate_requests_in_flight 2",
            "tollgate_events_sent_total{logger=\"l\"} 0",
            "tollgate_events_dropped_total{logger=\"l\"} 2",
            "tollgate_reloads_total 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
