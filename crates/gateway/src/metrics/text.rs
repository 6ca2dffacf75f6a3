//! Metrics in Prometheus' text format (version 0.0.4).

use super::{BUCKETS, Counter, Metrics, WorkerMetrics};
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
        let sum =
            |of: fn(&WorkerMetrics) -> &Counter| -> u64 { self.workers.iter().map(|worker| of(worker).get()).sum() };
        family(
            out,
            "tollgate_requests_total",
            "counter",
            "Requests by API and status class.",
        )?;
        for (api, metrics) in self.apis.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            for class in 1..6 {
                let count = metrics.total(class);
                if count > 0 {
                    let api = api.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
                    writeln!(
                        out,
                        "tollgate_requests_total{{api=\"{api}\",status=\"{class}xx\"}} {count}"
                    )?;
                }
            }
        }
        family(
            out,
            "tollgate_request_duration_milliseconds",
            "histogram",
            "Time from a request's head to its end.",
        )?;
        let mut below = 0;
        for (index, bound) in BUCKETS
            .iter()
            .map(ToString::to_string)
            .chain(["+Inf".to_owned()])
            .enumerate()
        {
            let bucket = |worker: &WorkerMetrics| worker.durations.get(index).map_or(0, Counter::get);
            below += self.workers.iter().map(|worker| bucket(worker)).sum::<u64>();
            writeln!(
                out,
                "tollgate_request_duration_milliseconds_bucket{{le=\"{bound}\"}} {below}"
            )?;
        }
        let total = sum(|worker| &worker.duration_sum);
        writeln!(
            out,
            "tollgate_request_duration_milliseconds_sum {}.{:03}",
            total / 1000,
            total % 1000
        )?;
        writeln!(out, "tollgate_request_duration_milliseconds_count {below}")?;
        let (begun, ended) = (sum(|worker| &worker.begun), sum(|worker| &worker.ended));
        family(
            out,
            "tollgate_requests_in_flight",
            "gauge",
            "Requests that have begun and not ended.",
        )?;
        writeln!(out, "tollgate_requests_in_flight {}", begun.saturating_sub(ended))?;
        for (name, help, count) in [
            (
                "tollgate_connections_total",
                "Client connections accepted.",
                sum(|worker| &worker.connections),
            ),
            (
                "tollgate_upstream_errors_total",
                "Upstream calls without an answer.",
                sum(|worker| &worker.upstream_errors),
            ),
            (
                "tollgate_reloads_total",
                "Configurations put in place after the first.",
                self.reloads.get(),
            ),
            (
                "tollgate_refused_reloads_total",
                "Changed configurations that were broken and not put in place.",
                self.refused_reloads.get(),
            ),
        ] {
            family(out, name, "counter", help)?;
            writeln!(out, "{name} {count}")?;
        }
        Ok(())
    }
}

fn family(out: &mut String, name: &str, kind: &str, help: &str) -> std::fmt::Result {
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
        metrics.workers()[0].begun.add(3);
        metrics.workers()[0].end(Duration::from_millis(7));
        let text = metrics.text();
        for line in [
            "tollgate_requests_total{api=\"a\\\"b\",status=\"2xx\"} 2",
            "tollgate_request_duration_milliseconds_bucket{le=\"5\"} 0",
            "tollgate_request_duration_milliseconds_bucket{le=\"10\"} 1",
            "tollgate_request_duration_milliseconds_bucket{le=\"+Inf\"} 1",
            "tollgate_request_duration_milliseconds_sum 7.000",
            "tollgate_requests_in_flight 2",
            "tollgate_reloads_total 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line}\n{text}");
        }
    }
}
