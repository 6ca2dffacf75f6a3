//! Random changes to expressions and documents: no panic, no case that does not end, no unbounded memory.
//!
//! The tests are a short run that is always the same; `make fuzz` is a long one that is different each time. What it
//! finds is mended, and added to `fuzz/corpus`.
//! Never here: whether a value is right (`vectors.rs`, `differ.rs`).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a test"
)]

#[path = "fuzz/aim.rs"]
mod aim;
#[path = "fuzz/mutate.rs"]
mod mutate;
#[path = "differ/random.rs"]
mod random;
#[path = "fuzz/seeds.rs"]
mod seeds;

use aim::{Aim, Case};
use expression::Budget;
use peak_alloc::PeakAlloc;
use random::Random;
use seeds::Seeds;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Bytes that a case may hold at once, beyond what was held before it.
const MEMORY_LIMIT: usize = 512 << 20;

/// How much of a processor's time a case may take, twice in a row; the budget is used up in a second or so.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// After this a case is taken to never end.
const HANG_LIMIT: Duration = Duration::from_mins(2);

/// Cases share the count of memory, so one test runs at a time.
static ALONE: Mutex<()> = Mutex::new(());

/// What the run is at.
type Current = Arc<Mutex<(Instant, Case)>>;

/// What is wrong with how a case ran, or whether it was valid.
fn trouble(aim: Aim, case: &Case, budget: Budget) -> Result<bool, String> {
    MEMORY.reset_peak_usage();
    let (held, started) = (MEMORY.current_usage(), processor_time());
    let valid = catch_unwind(AssertUnwindSafe(|| aim.run(case, budget))).map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        format!("panicked: {}", text.unwrap_or_default())
    })?;
    let peak = MEMORY.peak_usage().saturating_sub(held);
    if peak > MEMORY_LIMIT {
        return Err(format!("held {} MiB", peak >> 20));
    }
    let took = processor_time().saturating_sub(started);
    if took > TIME_LIMIT {
        return Err(format!("took {took:?}"));
    }
    Ok(valid)
}

/// What this thread had of the processors, so that a busy machine makes no case slow; where the system does not tell,
/// nothing: the watch over cases that do not end remains.
fn processor_time() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanoseconds = told.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.unwrap_or_default())
}

/// The case without what does not matter to its trouble.
fn shrunk(aim: Aim, mut case: Case, budget: Budget) -> Case {
    let until = Instant::now() + Duration::from_secs(30);
    let fails = |case: &Case| trouble(aim, case, budget).is_err();
    let without = Case {
        exchange: "{}".to_owned(),
        ..case.clone()
    };
    if fails(&without) {
        case = without;
    }
    let mut width = mutate::pieces(&case.source).len() / 2;
    while width > 0 {
        let mut start = 0;
        loop {
            let mut pieces = mutate::pieces(&case.source);
            if start >= pieces.len() || Instant::now() > until {
                break;
            }
            pieces.drain(start..(start + width).min(pieces.len()));
            let smaller = Case {
                source: pieces.concat(),
                ..case.clone()
            };
            if fails(&smaller) {
                case = smaller;
            } else {
                start += width;
            }
        }
        width /= 2;
    }
    case
}

/// How many cases ran, and how many of them were valid; or the first that went wrong.
fn explore(
    aim: Aim,
    seed: u64,
    cases: u64,
    until: Option<Instant>,
    budget: Budget,
    current: &Current,
) -> Result<(u64, u64), String> {
    let seeds = Seeds::read();
    // A stack that overflows ends the process, so a long run writes down what it is about to do.
    let last = until.map(|_| Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{seed}.txt")));
    let mut valid = 0;
    for number in 0..cases {
        if until.is_some_and(|until| Instant::now() > until) {
            return Ok((number, valid));
        }
        let case = aim.case(&seeds, &mut Random::new(seed, number));
        if let Some(last) = &last {
            std::fs::write(last, format!("{}\n{}\n", case.source, case.exchange)).unwrap();
        }
        *current.lock().unwrap_or_else(PoisonError::into_inner) = (Instant::now(), case.clone());
        let outcome = trouble(aim, &case, budget).or_else(|_| trouble(aim, &case, budget));
        match outcome {
            Ok(ran) => valid += u64::from(ran),
            Err(what) => {
                let small = shrunk(aim, case, budget);
                return Err(format!(
                    "seed {seed}, case {number}: {what}\n{}\n{}",
                    small.source, small.exchange
                ));
            }
        }
    }
    Ok((cases, valid))
}

/// Explores on a stack as small as that of a worker thread, and watches that it goes on.
fn check(aim: Aim, seed: u64, cases: u64, until: Option<Instant>, budget: Budget) {
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let current: Current = Arc::new(Mutex::new((Instant::now(), Case::default())));
    let watched = Arc::clone(&current);
    let worker = std::thread::Builder::new()
        .stack_size(2 << 20)
        .spawn(move || explore(aim, seed, cases, until, budget, &current))
        .unwrap();
    while !worker.is_finished() {
        std::thread::sleep(Duration::from_millis(20));
        let (since, case) = watched.lock().unwrap_or_else(PoisonError::into_inner).clone();
        assert!(
            since.elapsed() < HANG_LIMIT,
            "{aim:?}, seed {seed}: does not end\n{}\n{}",
            case.source,
            case.exchange
        );
    }
    match worker.join().unwrap() {
        Ok((ran, valid)) => println!("{aim:?}, seed {seed}: {ran} cases, {valid} of them valid"),
        Err(what) => panic!("{aim:?}, {what}"),
    }
}

/// The short run; the budget is smaller because the tests are not optimised.
fn short(aim: Aim, cases: u64) {
    let budget = Budget {
        steps: 100_000,
        ..Budget::default()
    };
    check(aim, 1, cases, None, budget);
}

#[test]
fn what_is_parsed() {
    short(Aim::Parse, 1000);
}

#[test]
fn what_is_compiled() {
    short(Aim::Compile, 300);
}

#[test]
fn what_is_evaluated() {
    short(Aim::Evaluate, 600);
}

#[test]
fn what_xml_is_read() {
    short(Aim::Xml, 1000);
}

#[test]
#[ignore = "a long run: `make fuzz`"]
fn what_is_found_by_looking_long() {
    let wanted = |name: &str| std::env::var(name).ok();
    let name = wanted("TARGET").unwrap_or_else(|| "evaluate".to_owned());
    let aim =
        Aim::named(&name).unwrap_or_else(|| panic!("TARGET is {name}; it must be parse, compile, evaluate or xml"));
    let seconds = wanted("SECONDS_EACH").and_then(|text| text.parse().ok()).unwrap_or(60);
    let seed = wanted("SEED").and_then(|text| text.parse().ok()).unwrap_or(1);
    let until = Instant::now() + Duration::from_secs(seconds);
    check(aim, seed, u64::MAX, Some(until), Budget::default());
}
