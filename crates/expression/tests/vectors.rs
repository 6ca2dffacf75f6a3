//! Our answers beside those of a real C# compiler and Newtonsoft.Json, which are kept in `vectors/*.jsonl`.
//!
//! `make vectors` asks real C# again; this test needs none of it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

#[path = "real/answer.rs"]
mod answer;

use answer::Answer;
use serde_json::{Map, Value as Json};
use std::fs;
use std::path::Path;

/// A line's difference from what is expected, as text.
fn difference(case: &Map<String, Json>) -> Option<String> {
    let Some(real) = Answer::from_json(case) else {
        return Some("has no answer yet; run `make vectors`".to_owned());
    };
    let deliberate = case.get("ours").and_then(Json::as_object);
    if deliberate.is_some() && !case.contains_key("why") {
        return Some("differs on purpose and does not say why".to_owned());
    }
    let ours = Answer::of_engine(case);
    let expected = deliberate.and_then(Answer::from_json).unwrap_or_else(|| real.clone());
    (!ours.agrees_with(&expected)).then(|| format!("ours: {ours}\n    expected: {expected}"))
}

#[test]
fn values_types_and_exceptions_are_those_of_real_csharp() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let only = std::env::var("VECTORS").unwrap_or_default();
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| path.extension().is_some_and(|end| end == "jsonl"));
    files.sort();
    let (mut cases, mut differences) = (0, Vec::new());
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with(&only) {
            continue;
        }
        for (index, line) in fs::read_to_string(&path).unwrap().lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let place = format!("vectors/{name}:{}", index + 1);
            let case: Map<String, Json> =
                serde_json::from_str(line).unwrap_or_else(|error| panic!("{place} is no JSON object: {error}"));
            cases += 1;
            if let Some(difference) = difference(&case) {
                let source = case.get("expr").and_then(Json::as_str).unwrap_or_default();
                differences.push(format!("{place}\n    {source}\n    {difference}"));
            }
        }
    }
    assert!(cases > 0, "no vectors found");
    assert!(
        differences.is_empty(),
        "{} of {cases} cases differ:\n{}",
        differences.len(),
        differences.join("\n")
    );
}
