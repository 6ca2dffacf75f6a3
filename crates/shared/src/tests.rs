//! What is asked of the state of one process is asked of that in Redis, and both must say the same; and what only a
//! server can do: not be there, come back, refuse.

mod server;

use crate::{Address, Link, Options, RedisCache, RedisCounters, WhenAway};
use bytes::Bytes;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use server::Server;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Ask, Cache, CounterName, Counters, InProcessCache, InProcessCounters, Period, Reply, Taken, Window};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_mins(1);

/// For what must happen soon.
const SOON: Duration = Duration::from_secs(20);

fn wait<T>(reply: Reply<T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(reply.wait())
}

fn link(url: &str) -> Arc<Link> {
    Link::start(Address::new(url, None).unwrap(), Options::default()).unwrap()
}

/// A link whose calls have time on a busy machine.
fn patient(url: &str) -> Arc<Link> {
    let options = Options {
        patience: SOON,
        ..Options::default()
    };
    Link::start(Address::new(url, None).unwrap(), options).unwrap()
}

fn counters(server: &Server) -> RedisCounters {
    RedisCounters::new(patient(&server.url()), WhenAway::LetPass)
}

fn until(what: &str, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < SOON, "not within {SOON:?}: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Counters by the caller's clock, as a test moves it.
struct ByTheCaller(RedisCounters);

impl Counters for ByTheCaller {
    fn take(&self, counter: &CounterName, window: Window, amount: u64, now: Duration) -> Reply<Taken> {
        self.0.take_at(counter, window, amount, Some(now))
    }
    fn take_together(&self, asks: &[Ask], now: Duration) -> Reply<Vec<Taken>> {
        self.0.take_together_at(asks, Some(now))
    }
    fn add(&self, counter: &CounterName, period: Period, amount: u64, now: Duration) {
        self.0.add_at(counter, period, amount, Some(now));
    }
}

/// What is done to a counter, in words: `take 1`, `ask`, `add 5`, at a second, and the answer: `yes, 2 left` or
/// `no, 0 left, wait 51`.
type Act = (u64, &'static str, &'static str);

fn sliding(seconds: u64) -> Period {
    Period::Sliding(SECOND * seconds as u32)
}

fn check(counters: &dyn Counters, name: &str, limit: u64, period: impl Fn(u64) -> Period, acts: &[Act]) {
    let counter = CounterName::alone(name);
    for (at, act, expected) in acts {
        let now = SECOND * *at as u32;
        let period = period(*at);
        let (word, amount) = act.split_once(' ').unwrap_or((act, "0"));
        let amount = amount.parse().unwrap();
        if word == "add" {
            counters.add(&counter, period, amount, now);
            continue;
        }
        let taken = wait(counters.take(&counter, Window { limit, period }, amount, now));
        assert!(taken.counted);
        let found = if taken.allowed {
            format!("yes, {} left", taken.remaining)
        } else {
            format!("no, {} left, wait {}", taken.remaining, taken.retry_after.as_secs())
        };
        assert_eq!(found, *expected, "{name}: {act} at {at}");
    }
}

#[test]
fn both_counters_count_alike() {
    let server = Server::start(&[]);
    let both: [Box<dyn Counters>; 2] = [
        Box::new(InProcessCounters::default()),
        Box::new(ByTheCaller(counters(&server))),
    ];
    for counters in both {
        let acts = [
            (0, "take 1", "yes, 2 left"),
            (1, "take 1", "yes, 1 left"),
            (2, "ask", "yes, 1 left"),
            (2, "take 1", "yes, 0 left"),
            (10, "take 1", "no, 0 left, wait 51"),
            (60, "ask", "no, 0 left, wait 1"),
            (61, "take 1", "yes, 1 left"),
            (500, "take 4", "no, 3 left, wait 60"),
            (500, "take 3", "yes, 0 left"),
        ];
        check(&*counters, "slides", 3, |_| sliding(60), &acts);
        let acts = [
            (0, "add 5", ""),
            (1, "ask", "no, 0 left, wait 60"),
            (61, "ask", "yes, 3 left"),
        ];
        check(&*counters, "added beyond the limit", 3, |_| sliding(60), &acts[..1]);
        check(
            &*counters,
            "added beyond the limit",
            3,
            |_| sliding(60),
            &[(1, "ask", "no, 0 left, wait 59")],
        );
        check(&*counters, "added beyond the limit", 3, |_| sliding(60), &acts[2..]);
        let ends = |at: u64| Period::Ending(SECOND * (100 - at % 100) as u32);
        let acts = [
            (1, "take 1", "yes, 2 left"),
            (98, "take 2", "yes, 0 left"),
            (99, "take 1", "no, 0 left, wait 1"),
            (100, "take 1", "yes, 2 left"),
            (101, "take 3", "no, 2 left, wait 99"),
            (199, "ask", "yes, 2 left"),
        ];
        check(&*counters, "ends", 3, ends, &acts);
        let acts = [
            (1, "add 1", ""),
            (1_000_000, "ask", "yes, 1 left"),
            (1_000_000, "take 2", "yes, 0 left"),
            (1_000_001, "ask", "no, 0 left, wait 4000000000"),
        ];
        check(
            &*counters,
            "never ends",
            2,
            |_| Period::Ending(Duration::MAX),
            &acts[..1],
        );
        check(
            &*counters,
            "a limit of none",
            0,
            |_| sliding(60),
            &[(0, "ask", "no, 0 left, wait 60")],
        );
        let huge = [(0, "add 9007199254740991", ""), (1, "ask", "yes, 0 left")];
        check(&*counters, "large", (1 << 53) - 1, |_| sliding(60), &huge[..1]);
        check(
            &*counters,
            "large",
            (1 << 53) - 1,
            |_| sliding(60),
            &[(1, "ask", "no, 0 left, wait 59")],
        );
    }
}

#[test]
fn whatever_is_counted_both_counters_say_the_same() {
    let server = Server::start(&[]);
    let theirs = ByTheCaller(counters(&server));
    let acts = proptest::collection::vec((0..3_u8, 0..6_u64, 0..20_000_u64), 1..150);
    let lengths = prop_oneof![Just(60_000_u64), Just(90_001), Just(300_000)];
    let cases = (0..40_u64, lengths, any::<bool>(), acts);
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 24,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let ran = runner.run(&cases, |(limit, milliseconds, ends, acts)| {
        let ours = InProcessCounters::default();
        let key = CounterName::alone(server::fresh_key());
        let mut now = Duration::from_secs(7);
        for (act, amount, pause) in acts {
            now += Duration::from_millis(pause);
            let length = Duration::from_millis(milliseconds);
            let period = if ends {
                let passed = Duration::from_millis(now.as_millis() as u64 % milliseconds);
                Period::Ending(length.checked_sub(passed).unwrap())
            } else {
                Period::Sliding(length)
            };
            if act == 0 {
                ours.add(&key, period, amount, now);
                theirs.add(&key, period, amount, now);
                continue;
            }
            let window = Window { limit, period };
            prop_assert_eq!(
                wait(ours.take(&key, window, amount, now)),
                wait(theirs.take(&key, window, amount, now))
            );
        }
        Ok(())
    });
    ran.unwrap();
}

/// Asks for these units of three counters of a group: of three a minute, of two within ten seconds, and of five in a
/// stretch of 100 seconds.
fn asks(group: &str, units: [u64; 3], at: u64) -> Vec<Ask> {
    let ending = Period::Ending(SECOND * (100 - at % 100) as u32);
    let windows = [(3, sliding(60)), (2, sliding(10)), (5, ending)];
    let asks = windows.into_iter().zip(units).zip(["/a", "/b", "/c"]);
    asks.map(|(((limit, period), amount), part)| Ask {
        counter: CounterName::of_group(group, part),
        window: Window { limit, period },
        amount,
    })
    .collect()
}

#[test]
fn both_counters_take_from_all_or_none() {
    let server = Server::start(&[]);
    let both: [Box<dyn Counters>; 2] = [
        Box::new(InProcessCounters::default()),
        Box::new(ByTheCaller(counters(&server))),
    ];
    for counters in both {
        let together = |at: u64, units: [u64; 3]| {
            let taken = wait(counters.take_together(&asks("group {of} {{them", units, at), SECOND * at as u32));
            let words = taken.iter().map(|taken| {
                let wait = taken.retry_after.as_secs();
                format!(
                    "{}{}",
                    taken.remaining,
                    if taken.allowed {
                        String::new()
                    } else {
                        format!(" wait {wait}")
                    }
                )
            });
            words.collect::<Vec<_>>().join(", ")
        };
        for (at, units, expected) in [
            (0, [1, 1, 1], "2, 1, 4"),
            (1, [1, 1, 1], "1, 0, 3"),
            // The second has no room: the first keeps what it has, the third is not asked.
            (2, [1, 1, 1], "1, 0 wait 8"),
            (2, [0, 0, 1], "1, 0 wait 8"),
            (10, [0, 1, 2], "1, 0, 1"),
            (11, [1, 1, 2], "1, 1, 1 wait 89"),
            (11, [1, 2, 1], "1, 1 wait 9"),
            (11, [1, 1, 1], "0, 0, 0"),
            (30, [1, 1, 1], "0 wait 31"),
            (100, [3, 2, 5], "0, 0, 0"),
        ] {
            assert_eq!(together(at, units), expected, "{units:?} at {at}");
        }
        // Each counter of the group can be had alone.
        let last = CounterName::of_group("group {of} {{them", "/c");
        let window = |limit| Window {
            limit,
            period: Period::Ending(SECOND * 50),
        };
        assert!(!wait(counters.take(&last, window(5), 0, SECOND * 150)).allowed);
        counters.add(&last, Period::Ending(SECOND * 50), 1, SECOND * 150);
        assert_eq!(wait(counters.take(&last, window(7), 0, SECOND * 150)).remaining, 1);
        assert_eq!(wait(counters.take_together(&[], SECOND)), []);
    }
}

#[test]
fn whatever_is_taken_together_both_counters_say_the_same() {
    let server = Server::start(&[]);
    let theirs = ByTheCaller(counters(&server));
    let acts = proptest::collection::vec((1..8_u8, [0..3_u64, 0..3, 0..3], 0..9_u64), 1..100);
    let mut runner = TestRunner::new(ProptestConfig {
        cases: 16,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    let ran = runner.run(&acts, |acts| {
        let ours = InProcessCounters::default();
        let group = server::fresh_key();
        let mut at = 7;
        for (which, units, pause) in acts {
            at += pause;
            let mut asks = asks(&group, units, at);
            let mut place = 0;
            asks.retain(|_| {
                place += 1;
                which & (1 << (place - 1)) != 0
            });
            let now = SECOND * at as u32;
            prop_assert_eq!(
                wait(ours.take_together(&asks, now)),
                wait(theirs.take_together(&asks, now))
            );
        }
        Ok(())
    });
    ran.unwrap();
}

#[test]
fn without_redis_counters_that_are_taken_together_answer_by_the_choice() {
    let server = Server::start(&[]);
    let link = patient(&server.url());
    let said = |when_away| {
        let counters = RedisCounters::new(Arc::clone(&link), when_away);
        let taken = wait(counters.take_together(&asks("g", [1, 1, 1], 1), SECOND));
        taken
            .iter()
            .map(|taken| (taken.counted, taken.allowed))
            .collect::<Vec<_>>()
    };
    assert_eq!(said(WhenAway::Refuse), [(true, true); 3]);
    server.stop();
    until("the loss is noticed", || !link.is_connected());
    assert_eq!(said(WhenAway::LetPass), [(false, true); 3]);
    assert_eq!(said(WhenAway::Refuse), [(false, false)]);
}

#[test]
fn a_server_whose_clock_jumps_neither_blocks_longer_than_a_period_nor_frees_a_limit() {
    let server = Server::start(&[]);
    let counters = ByTheCaller(counters(&server));
    let acts = [
        (100_000, "take 2", "yes, 1 left"),
        (100_010, "take 1", "yes, 0 left"),
        // Back by more than a day.
        (1, "ask", "no, 0 left, wait 60"),
        (31, "take 1", "no, 0 left, wait 30"),
        (61, "take 3", "yes, 0 left"),
        (62, "take 1", "no, 0 left, wait 59"),
        // Forward by a year: the period is over, once.
        (31_536_000, "take 3", "yes, 0 left"),
        (31_536_001, "take 1", "no, 0 left, wait 59"),
        // And back again.
        (62, "take 1", "no, 0 left, wait 60"),
        (122, "take 1", "yes, 2 left"),
    ];
    check(&counters, "slides", 3, |_| sliding(60), &acts);
    let left = |at: u64| Period::Ending(SECOND * (1000 - at % 1000) as u32);
    let acts = [
        (5100, "take 3", "yes, 0 left"),
        (5900, "take 1", "no, 0 left, wait 100"),
        (5100, "take 1", "no, 0 left, wait 900"),
        (6000, "take 1", "yes, 2 left"),
    ];
    check(&counters, "ends", 3, left, &acts);
}

#[test]
fn what_is_no_counter_makes_room_for_one() {
    let server = Server::start(&[]);
    let counters = counters(&server);
    let mut raw = redis::Client::open(server.url()).unwrap().get_connection().unwrap();
    let values: [&[u8]; 8] = [
        b"",
        b"garbage",
        b"\x91\x01",
        b"\x93\x01\x02\x03",
        b"\x92\xa1a\xa1b",
        b"\x92\xcb\x7f\xf8\0\0\0\0\0\0\x01",
        b"\x92\x01\xff",
        b"\x81\x01\x02",
    ];
    for (kind, period) in [("sliding", sliding(60)), ("ending", Period::Ending(MINUTE))] {
        let window = Window { limit: 2, period };
        let hold = |name: &str| {
            let counter = CounterName::alone(name);
            let taken = (0..3).map(|_| wait(counters.take(&counter, window, 1, Duration::ZERO)));
            let found: Vec<(bool, bool)> = taken.map(|taken| (taken.counted, taken.allowed)).collect();
            assert_eq!(found, [(true, true), (true, true), (true, false)], "{name}");
        };
        for (number, value) in values.into_iter().enumerate() {
            let name = format!("{kind} {number}");
            redis::cmd("SET")
                .arg(format!("tollgate:counter:{{{name}}}"))
                .arg(value)
                .exec(&mut raw)
                .unwrap();
            hold(&name);
        }
        let name = format!("{kind} list");
        redis::cmd("LPUSH")
            .arg(format!("tollgate:counter:{{{name}}}"))
            .arg("a")
            .exec(&mut raw)
            .unwrap();
        hold(&name);
    }
}

#[test]
fn each_time_that_redis_forgets_a_limit_is_exceeded_by_its_own_number_and_no_more() {
    let server = Server::start(&[]);
    let gateways: Vec<RedisCounters> = (0..3).map(|_| counters(&server)).collect();
    let mut raw = redis::Client::open(server.url()).unwrap().get_connection().unwrap();
    let window = Window {
        limit: 10,
        period: Period::Sliding(5 * MINUTE),
    };
    let counter = CounterName::alone("forgotten");
    for forgotten in 0..4 {
        let taken = (0..20).flat_map(|_| &gateways).map(|gateway| {
            let taken = wait(gateway.take(&counter, window, 1, Duration::ZERO));
            assert!(taken.counted);
            taken.allowed
        });
        assert_eq!(
            taken.filter(|allowed| *allowed).count(),
            10,
            "forgotten {forgotten} times"
        );
        redis::cmd("FLUSHALL").exec(&mut raw).unwrap();
        // A server that has started again does not know the script either.
        redis::cmd("SCRIPT").arg("FLUSH").exec(&mut raw).unwrap();
    }
}

#[test]
fn a_redis_whose_memory_is_full_answers_by_the_choice_and_heals() {
    let server = Server::start(&[]);
    let mut raw = redis::Client::open(server.url()).unwrap().get_connection().unwrap();
    let mut memory = |bytes: &str| {
        redis::cmd("CONFIG")
            .arg("SET")
            .arg("maxmemory")
            .arg(bytes)
            .exec(&mut raw)
            .unwrap();
    };
    let window = Window {
        limit: 1,
        period: sliding(60),
    };
    for (choice, allowed) in [(WhenAway::LetPass, true), (WhenAway::Refuse, false)] {
        let counters = RedisCounters::new(patient(&server.url()), choice);
        let counter = CounterName::alone(format!("full {allowed}"));
        let take = || {
            let taken = wait(counters.take(&counter, window, 1, Duration::ZERO));
            (taken.counted, taken.allowed)
        };
        memory("1");
        assert_eq!([take(), take()], [(false, allowed); 2]);
        memory("0");
        assert_eq!([take(), take()], [(true, true), (true, false)]);
    }
}

#[test]
fn gateways_that_share_a_limit_let_exactly_so_many_pass() {
    let server = Server::start(&[]);
    let gateways: Vec<_> = (0..2).map(|_| Arc::new(counters(&server))).collect();
    let window = Window {
        limit: 1000,
        period: Period::Sliding(MINUTE * 60),
    };
    let threads: Vec<_> = (0..4)
        .map(|number| {
            let counters = Arc::clone(&gateways[number % 2]);
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                let replies: Vec<_> = (0..1000)
                    .map(|_| counters.take(&CounterName::alone("k"), window, 1, SECOND))
                    .collect();
                runtime.block_on(async move {
                    let mut passed = 0;
                    for reply in replies {
                        let taken = reply.wait().await;
                        assert!(taken.counted);
                        passed += usize::from(taken.allowed);
                    }
                    passed
                })
            })
        })
        .collect();
    let passed: usize = threads.into_iter().map(|thread| thread.join().unwrap()).sum();
    assert_eq!(passed, 1000);
}

#[test]
fn both_caches_keep_alike() {
    let server = Server::start(&[]);
    let both: [Box<dyn Cache>; 2] = [
        Box::new(InProcessCache::default()),
        Box::new(RedisCache::new(patient(&server.url()))),
    ];
    let now = SECOND;
    for cache in both {
        let get = |key: &str| wait(cache.get(key, now));
        let bytes: Vec<u8> = (0..=255).collect();
        assert_eq!(get("a"), None);
        cache.put("a", Bytes::from(bytes.clone()), MINUTE, now);
        assert_eq!(get("a").as_deref(), Some(&bytes[..]));
        cache.put("a", Bytes::new(), Duration::MAX, now);
        assert_eq!(get("a").as_deref(), Some(&b""[..]));
        cache.put("a", Bytes::from_static(b"none"), Duration::ZERO, now);
        assert_eq!(get("a"), None);
        cache.put("b", Bytes::from(vec![7; 2 << 20]), MINUTE, now);
        assert_eq!(get("b").map(|value| value.len()), Some(2 << 20));
        assert_eq!(wait(cache.remove("b")), Ok(()));
        assert_eq!(wait(cache.remove("never")), Ok(()));
        assert_eq!(get("b"), None);
    }
}

#[test]
fn what_is_kept_in_redis_expires_by_its_clock() {
    let server = Server::start(&[]);
    let cache = RedisCache::new(patient(&server.url()));
    cache.put("a", Bytes::from_static(b"1"), Duration::from_millis(30), SECOND);
    until("the entry expires", || wait(cache.get("a", SECOND)).is_none());
    let counters = counters(&server);
    let window = Window {
        limit: 1,
        period: Period::Sliding(Duration::from_millis(30)),
    };
    assert!(wait(counters.take(&CounterName::alone("k"), window, 1, SECOND)).allowed);
    until("a call passes again", || {
        wait(counters.take(&CounterName::alone("k"), window, 1, SECOND)).allowed
    });
}

#[test]
fn without_redis_the_choice_is_the_answer_and_no_call_waits() {
    let server = Server::start(&[]);
    let url = server.url();
    let link = patient(&url);
    let open = RedisCounters::new(Arc::clone(&link), WhenAway::LetPass);
    let closed = RedisCounters::new(Arc::clone(&link), WhenAway::Refuse);
    let cache = RedisCache::new(Arc::clone(&link));
    let window = Window {
        limit: 1,
        period: Period::Sliding(MINUTE),
    };
    let said = |counters: &RedisCounters| {
        let taken = wait(counters.take(&CounterName::alone("k"), window, 1, SECOND));
        (taken.counted, taken.allowed)
    };
    assert_eq!(said(&open), (true, true));
    assert_eq!(said(&closed), (true, false));
    let port = server.stop();
    until("the loss is noticed", || !link.is_connected());
    assert_eq!(said(&open), (false, true));
    assert_eq!(said(&closed), (false, false));
    assert!(matches!(
        open.take(&CounterName::alone("k"), window, 1, SECOND),
        Reply::Now(_)
    ));
    assert!(matches!(cache.get("a", SECOND), Reply::Now(None)));
    assert!(matches!(cache.remove("a"), Reply::Now(Err(_))));
    cache.put("a", Bytes::new(), MINUTE, SECOND);
    let _again = Server::at(port, &[]);
    until("the connection is back", || link.is_connected());
    assert_eq!(said(&closed), (true, true));
    assert_eq!(said(&open), (true, false));
    assert!(link.unanswered() >= 6);
}

#[test]
fn a_redis_that_hangs_costs_a_call_no_more_than_its_patience() {
    let server = Server::start(&[]);
    let link = link(&server.url());
    until("there is a connection", || link.is_connected());
    let counters = RedisCounters::new(Arc::clone(&link), WhenAway::LetPass);
    server.pause();
    let window = Window {
        limit: 1,
        period: Period::Sliding(MINUTE),
    };
    let taken = wait(counters.take(&CounterName::alone("k"), window, 1, SECOND));
    assert!(!taken.counted && taken.allowed);
    assert!(!link.is_connected());
    assert!(matches!(
        counters.take(&CounterName::alone("k"), window, 1, SECOND),
        Reply::Now(_)
    ));
    server.resume();
    until("the connection is back", || link.is_connected());
    until("it counts again", || {
        wait(counters.take(&CounterName::alone("k"), window, 1, SECOND)).counted
    });
}

#[test]
fn users_and_passwords() {
    let rules = [
        "--requirepass",
        "right",
        "--user",
        "gate",
        "on",
        ">secret",
        "~tollgate:*",
        "+@all",
    ];
    let server = Server::start(&rules);
    let at = |user: &str| format!("redis://{user}@127.0.0.1:{}", server.port());
    for (user, connects) in [
        (":right", true),
        (":wrong", false),
        ("gate:secret", true),
        ("gate:wrong", false),
        ("nobody:secret", false),
    ] {
        assert_eq!(patient(&at(user)).is_connected(), connects, "{user}");
    }
    let counters = RedisCounters::new(patient(&at("gate:secret")), WhenAway::Refuse);
    let window = Window {
        limit: 1,
        period: Period::Sliding(MINUTE),
    };
    assert!(wait(counters.take(&CounterName::alone("k"), window, 1, SECOND)).counted);
}

#[test]
fn addresses() {
    for (url, expected) in [
        ("redis://127.0.0.1", Ok("redis://127.0.0.1")),
        ("redis://u:pass@h:1/2", Ok("redis://h:1")),
        ("rediss://:pass@h:1", Ok("rediss://h:1")),
        ("redis-cluster://u:pass@a:1,b:2", Ok("redis-cluster://a:1,b:2")),
        ("redis-sentinel://u:pass@a:1,b:2/main", Ok("redis-sentinel://a:1,b:2")),
        ("redis-sentinel://:pass@a:1", Err("does not say under which name")),
        ("redis://:pass@a:1,b:2", Err("names several servers")),
        ("http://:pass@a", Err("unknown scheme")),
        ("redisx://:pass@a", Err("unknown scheme")),
        (":pass", Err("no scheme")),
        ("redis://:pass@a:port", Err("cannot be read")),
    ] {
        match (Address::new(url, None), expected) {
            (Ok(address), Ok(shown)) => assert_eq!(address.shown(), shown),
            (Err(message), Err(part)) => {
                assert!(message.contains(part), "{url}: {message}");
                assert!(
                    !message.contains("pass@") || message.contains("user:password@"),
                    "{message}"
                );
                assert!(!message.contains(":pass@"), "{message}");
            }
            (found, _) => panic!("{url}: {:?}", found.map(|address| address.shown().to_owned())),
        }
    }
}
