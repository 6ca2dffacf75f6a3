//! Random expressions, the same for the same seed, run by our engine and by real C#: value, type and exception must be
//! the same, and what one refuses the other must refuse, by whatever number: Mono often has its own. `make differ` runs it; it needs Mono, as `make vectors` does.
//!
//! Never here: cases that stay (`vectors/*.jsonl`), and what .NET 8 does unlike Mono (`docs/compatibility.md`).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::format_collect,
    reason = "a test"
)]

#[path = "real/answer.rs"]
mod answer;
#[path = "differ/generate.rs"]
mod generate;
#[path = "differ/grammar.rs"]
mod grammar;
#[path = "differ/random.rs"]
mod random;

use answer::Answer;
use generate::{Case, Generator};
use grammar::Grammar;
use random::Random;
use serde_json::{Map, Value as Json, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

/// How many cases one process of real C# compiles: it never forgets one.
const BATCH: usize = 4000;

/// Stands for a case that ended the process of real C#.
const CRASH: &str = "crash";

/// What comes of Mono's compiler where it fails itself, and why: that says nothing about the case.
const NO_ANSWER: [(&str, &str); 5] = [
    (CRASH, "the runtime fell over the code that the compiler made"),
    (
        "System.InvalidProgramException",
        "the compiler made code that does not run",
    ),
    ("CS0584", "an internal error of the compiler"),
    ("compiler:", "an exception of the compiler"),
    (
        "CS8201",
        "C# 7.3 allows variables of patterns and `out` in query clauses",
    ),
];

/// What Mono's compiler says where it loses its place in an interpolated string; so much of the grammar it knows.
const MISREAD: [&str; 4] = ["CS1056", "CS1040", "CS1525", "CS1031"];

/// A number that the environment gives.
fn wanted(name: &str, otherwise: u64) -> u64 {
    std::env::var(name)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(otherwise)
}

/// What real C# makes of these sources; an error where it is not installed.
fn real(sources: &[String]) -> Result<Vec<Answer>, String> {
    let mut answers = Vec::new();
    while answers.len() < sources.len() {
        let (more, status) = asked(&sources[answers.len()..])?;
        answers.extend(more);
        if answers.len() < sources.len() {
            if status.code().is_some() {
                return Err(format!("real C# answered {} of {} cases", answers.len(), sources.len()));
            }
            // It fell over the next case; what comes after that is another process's.
            answers.push(Answer::Thrown(CRASH.to_owned()));
        }
    }
    Ok(answers)
}

/// The answers of one process of real C#, and how it ended.
fn asked(sources: &[String]) -> Result<(Vec<Answer>, ExitStatus), String> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("oracle/oracle");
    let mut process = Command::new(program)
        .arg("--together")
        // Where it falls over, it tells of it in files.
        .env("MONO_DEBUG", "no-gdb-backtrace")
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let lines: String = sources
        .iter()
        .map(|source| format!("{}\n", json!({ "expr": source })))
        .collect();
    let mut input = process.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        // A process that ended early is reported by what it did not answer.
        let _ = input.write_all(lines.as_bytes());
    });
    let output = process.wait_with_output().map_err(|error| error.to_string())?;
    let _ = writer.join();
    let answers = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| Answer::from_json(serde_json::from_str::<Json>(line).ok()?.as_object()?))
        .collect();
    Ok((answers, output.status))
}

fn ours(source: &str) -> Answer {
    let case: Map<String, Json> = Map::from_iter([("expr".to_owned(), source.into())]);
    Answer::of_engine(&case)
}

fn misread(codes: &[String]) -> bool {
    codes.iter().all(|code| MISREAD.contains(&code.as_str()))
}

fn no_answer(code: &str) -> bool {
    NO_ANSWER.iter().any(|(fault, _)| code.starts_with(fault))
}

/// The differences between the two sides, by the index of the source.
fn differences(sources: &[String]) -> Result<Vec<(usize, Answer, Answer)>, String> {
    let mut ours: Vec<(usize, Answer)> = sources.iter().map(|source| ours(source)).enumerate().collect();
    // What will not compile goes last: one such case has its whole batch compiled once more.
    ours.sort_by_key(|(_, answer)| matches!(answer, Answer::Refused(_)));
    let asked: Vec<String> = ours.iter().map(|(index, _)| sources[*index].clone()).collect();
    let real = real(&asked)?;
    let mut found: Vec<(usize, Answer, Answer)> = ours
        .into_iter()
        .zip(real)
        .filter_map(|((index, ours), real)| {
            let same = match (&ours, &real) {
                (Answer::Refused(_), Answer::Refused(_)) => true,
                (_, Answer::Refused(codes)) if codes.iter().any(|code| no_answer(code)) => true,
                (_, Answer::Refused(codes)) if sources[index].contains("$\"") && misread(codes) => true,
                (_, Answer::Thrown(exception)) if no_answer(exception) => true,
                _ => ours.agrees_with(&real),
            };
            (!same).then_some((index, ours, real))
        })
        .collect();
    found.sort_by_key(|(index, ..)| *index);
    Ok(found)
}

/// For each of these cases, the smallest part that differs by itself; each only once.
fn shrunk(cases: &[(&Case, Answer, Answer)]) -> Result<Vec<(String, Answer, Answer)>, String> {
    let parts: Vec<(usize, String)> = cases
        .iter()
        .enumerate()
        .flat_map(|(of, (case, ..))| case.parts().into_iter().map(move |part| (of, part)))
        .collect();
    let sources: Vec<String> = parts.iter().map(|(_, source)| source.clone()).collect();
    let mut smallest: Vec<(String, Answer, Answer)> = cases
        .iter()
        .map(|(case, ours, real)| (case.source(), ours.clone(), real.clone()))
        .collect();
    for (index, ours, real) in differences(&sources)? {
        let (of, source) = &parts[index];
        if source.len() < smallest[*of].0.len() {
            smallest[*of] = (source.clone(), ours, real);
        }
    }
    smallest.sort_by(|left, right| left.0.cmp(&right.0));
    smallest.dedup_by(|left, right| left.0 == right.0);
    Ok(smallest)
}

#[test]
#[ignore = "asks real C#; `make differ` runs it"]
fn random_expressions_have_the_answers_of_real_csharp() {
    if let Err(missing) = real(&["@(1)".to_owned()]) {
        println!("skipped: {missing}; crates/expression/oracle/oracle says what to install");
        return;
    }
    let (cases, seed) = (wanted("CASES", 2000) as usize, wanted("SEED", 1));
    let grammar = Grammar::all();
    let (mut done, mut found) = (0, 0);
    while done < cases {
        let batch: Vec<Case> = (done..cases.min(done + BATCH))
            .map(|index| Generator::new(&grammar, Random::new(seed, index as u64)).case())
            .collect();
        let sources: Vec<String> = batch.iter().map(Case::source).collect();
        let differing: Vec<(&Case, Answer, Answer)> = differences(&sources)
            .unwrap()
            .into_iter()
            .map(|(index, ours, real)| (&batch[index], ours, real))
            .collect();
        for (source, ours, real) in shrunk(&differing).unwrap() {
            println!("{source}\n    ours: {ours}\n    real: {real}");
        }
        found += differing.len();
        done += batch.len();
        println!("{done} cases of seed {seed}, {found} differences");
    }
    assert_eq!(found, 0, "{found} of {cases} cases differ from real C#");
}
