//! How long expressions take to compile and, warm, to run. `bench/expressions.py` writes the cases, starts this, and sets
//! real C#'s times beside it.
//!
//! Cases are JSON objects, one a line, in the file that `EXPRESSION_CASES` names: `{"name", "expr", "context"}`.

#![expect(clippy::expect_used, reason = "a case that cannot be read or compiled ends the run")]

use criterion::Criterion;
use expression::recorded::RecordedContext;
use expression::{Budget, Expression, Target};
use serde_json::Value;
use std::hint::black_box;
use std::time::Duration;

fn main() {
    let Ok(path) = std::env::var("EXPRESSION_CASES") else {
        eprintln!("EXPRESSION_CASES names no file of cases; `make bench-expressions` writes one");
        return;
    };
    let cases = std::fs::read_to_string(path).expect("the file of cases can be read");
    let mut criterion = Criterion::default()
        .configure_from_args()
        .without_plots()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_millis(1500));
    for line in cases.lines() {
        let case: Value = serde_json::from_str(line).expect("a case is a JSON object");
        let text = |name: &str| case.get(name).and_then(Value::as_str).unwrap_or_default();
        measure(&mut criterion, text("name"), text("expr"), &case);
    }
}

fn measure(criterion: &mut Criterion, name: &str, source: &str, case: &Value) {
    let context = case.get("context").map_or_else(|| "{}".to_owned(), Value::to_string);
    let context = RecordedContext::from_json(&context).expect("a context is a JSON object");
    let compile = || Expression::compile(black_box(source), Target::Object).expect("it compiles");
    let expression = compile();
    let run = || expression.evaluate(black_box(&context), Budget::default());
    run().expect("it gives a value");
    let mut group = criterion.benchmark_group(name);
    group.bench_function("compile", |bencher| bencher.iter(compile));
    group.bench_function("run", |bencher| bencher.iter(run));
    group.finish();
}
