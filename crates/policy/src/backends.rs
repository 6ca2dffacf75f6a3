//! Which backend a request goes to: members of pools in turn, none whose circuit breaker is open.
//!
//! A pool's members with the lowest `priority` take the requests, by their weights, as long as one of them can; then
//! those of the next priority. A backend's state is the process's, shared by all APIs that use the entity, and outlives
//! changes of the configuration. Never here: sending.

mod breaker;

use breaker::Breaker;
pub(crate) use breaker::Outcome;
use catalog::{Backend, BackendKind, Pool, PoolMember};
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// The state of all backends that have a breaker or are pools. One per process.
#[derive(Default)]
pub struct Backends {
    states: Mutex<HashMap<Box<str>, State>>,
}

#[derive(Default)]
struct State {
    breaker: Breaker,
    /// Of a pool: how much each member is due.
    due: HashMap<Box<str>, i64>,
}

/// A backend that takes a request.
pub(crate) struct Chosen {
    /// Of kind `Single`.
    pub backend: Arc<Backend>,
    /// The cookie that brings the client back to it, `name=value`; none where it has it or needs none.
    pub cookie: Option<String>,
}

/// No backend takes the request; one may after this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unavailable(pub Duration);

impl Backends {
    /// The backend for a request that goes to `backend`, a pool or a single one. `cookie` finds a cookie of the client
    /// by its name.
    pub(crate) fn choose<'c>(
        &self,
        backend: &Arc<Backend>,
        cookie: impl Fn(&str) -> Option<&'c str>,
        now: Duration,
    ) -> Result<Chosen, Unavailable> {
        let BackendKind::Pool(pool) = &backend.kind else {
            if backend.circuit_breaker.is_some()
                && let Some(rest) = self
                    .states
                    .lock()
                    .get(backend.id.as_str())
                    .and_then(|it| it.breaker.open(now))
            {
                return Err(Unavailable(rest));
            }
            return Ok(Chosen {
                backend: Arc::clone(backend),
                cookie: None,
            });
        };
        let session = pool.session_cookie.as_deref();
        let returning = session.and_then(&cookie);
        let mut states = self.states.lock();
        let open = |member: &PoolMember| {
            states
                .get(member.backend.id.as_str())
                .and_then(|it| it.breaker.open(now))
        };
        let is_back =
            |member: &&PoolMember| returning == Some(tag(&member.backend.id).as_str()) && open(member).is_none();
        if let Some(member) = pool.members.iter().find(is_back) {
            return Ok(Chosen {
                backend: Arc::clone(&member.backend),
                cookie: None,
            });
        }
        let able: Vec<&PoolMember> = pool.members.iter().filter(|member| open(member).is_none()).collect();
        let Some(priority) = able.iter().map(|member| member.priority).min() else {
            let rests = pool.members.iter().filter_map(open);
            return Err(Unavailable(rests.min().unwrap_or_default()));
        };
        let able = able.into_iter().filter(|member| member.priority == priority);
        let due = &mut states.entry(backend.id.as_str().into()).or_default().due;
        let member = next(due, pool, able).ok_or(Unavailable(Duration::ZERO))?;
        Ok(Chosen {
            backend: Arc::clone(&member.backend),
            cookie: session.map(|name| format!("{name}={}", tag(&member.backend.id))),
        })
    }

    /// Remembers what came of a request that `backend` took.
    pub(crate) fn report(&self, backend: &Backend, outcome: Outcome<'_>, now: Duration) {
        if let Some(rule) = &backend.circuit_breaker {
            let mut states = self.states.lock();
            let state = states.entry(backend.id.as_str().into()).or_default();
            state.breaker.record(rule, outcome, now);
        }
    }
}

/// The member that is due most. Each is due its weight more at each turn, and all of them less once it was its turn: so
/// turns are spread evenly. Weights of 0 count only when all are.
fn next<'p>(
    due: &mut HashMap<Box<str>, i64>,
    pool: &Pool,
    able: impl Iterator<Item = &'p PoolMember>,
) -> Option<&'p PoolMember> {
    due.retain(|id, _| pool.members.iter().any(|member| *member.backend.id == **id));
    let able: Vec<&PoolMember> = able.collect();
    let unweighted = able.iter().all(|member| member.weight == 0);
    let weight = |member: &PoolMember| if unweighted { 1 } else { i64::from(member.weight) };
    let total: i64 = able.iter().map(|member| weight(member)).sum();
    let mut most: Option<(&PoolMember, i64)> = None;
    for member in able.into_iter().filter(|member| weight(member) > 0) {
        let own = due.entry(member.backend.id.as_str().into()).or_default();
        *own += weight(member);
        if most.is_none_or(|(_, most)| *own > most) {
            most = Some((member, *own));
        }
    }
    let (member, _) = most?;
    *due.entry(member.backend.id.as_str().into()).or_default() -= total;
    Some(member)
}

/// What stands for a member in a session's cookie: the same everywhere, and not its name (FNV-1a of it).
fn tag(id: &str) -> String {
    let hash = id.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::{BackendCredentials, CircuitBreaker, Threshold};

    fn backend(id: &str, kind: BackendKind, breaker: bool) -> Arc<Backend> {
        let rule = CircuitBreaker {
            threshold: Threshold::Count(1),
            interval: Duration::from_mins(1),
            status_ranges: vec![(500, 599)],
            error_reasons: Vec::new(),
            trip_duration: Duration::from_secs(30),
            accept_retry_after: false,
        };
        Arc::new(Backend {
            id: id.into(),
            kind,
            credentials: BackendCredentials::default(),
            validate_certificate_chain: true,
            validate_certificate_name: true,
            proxy: None,
            circuit_breaker: breaker.then_some(rule),
            azure_region: String::new(),
        })
    }

    fn single(id: &str) -> Arc<Backend> {
        backend(
            id,
            BackendKind::Single {
                url: format!("http://{id}"),
            },
            true,
        )
    }

    /// A pool of members `id:priority:weight`.
    fn pool(members: &str, cookie: Option<&str>) -> Arc<Backend> {
        let member = |text: &str| {
            let mut parts = text.split(':');
            let backend = single(parts.next().unwrap());
            let mut number = || parts.next().unwrap().parse().unwrap();
            PoolMember {
                backend,
                priority: number(),
                weight: number(),
            }
        };
        let members = members.split(' ').map(member).collect();
        let session_cookie = cookie.map(Into::into);
        backend(
            "pool",
            BackendKind::Pool(Pool {
                members,
                session_cookie,
            }),
            false,
        )
    }

    fn turns(backends: &Backends, pool: &Arc<Backend>, number: usize, now: u64) -> String {
        let choose = |_| match backends.choose(pool, |_| None, Duration::from_secs(now)) {
            Ok(chosen) => chosen.backend.id.clone(),
            Err(Unavailable(rest)) => format!("-{}", rest.as_secs()),
        };
        (0..number).map(choose).collect()
    }

    fn fail(backends: &Backends, id: &str, now: u64) {
        backends.report(&single(id), Outcome::Answered(503, None), Duration::from_secs(now));
    }

    #[test]
    fn members_take_turns_by_weight_and_priority() {
        for (members, expected) in [
            ("a:1:0 b:1:0", "abababab"),
            ("a:1:3 b:1:1", "aabaaaba"),
            ("a:1:1 b:1:0", "aaaaaaaa"),
            ("a:2:5 b:1:1 c:1:1", "bcbcbcbc"),
        ] {
            assert_eq!(
                turns(&Backends::default(), &pool(members, None), 8, 0),
                expected,
                "{members}"
            );
        }
    }

    #[test]
    fn a_member_whose_breaker_is_open_is_passed_over() {
        let (backends, pool) = (Backends::default(), pool("a:1:1 b:1:1 c:2:1", None));
        fail(&backends, "a", 100);
        assert_eq!(turns(&backends, &pool, 3, 100), "bbb");
        fail(&backends, "b", 110);
        assert_eq!(turns(&backends, &pool, 2, 110), "cc", "the next priority");
        fail(&backends, "c", 111);
        assert_eq!(turns(&backends, &pool, 1, 120), "-10", "until the first one is back");
        assert_eq!(turns(&backends, &pool, 3, 130), "aaa");
        assert_eq!(turns(&backends, &pool, 2, 140).len(), 2);
    }

    #[test]
    fn a_single_backend_has_a_breaker_too() {
        let backends = Backends::default();
        assert_eq!(turns(&backends, &single("a"), 1, 0), "a");
        fail(&backends, "a", 1);
        assert_eq!(turns(&backends, &single("a"), 1, 1), "-30");
        assert_eq!(turns(&backends, &single("a"), 1, 31), "a");
    }

    #[test]
    fn a_client_stays_with_the_member_of_its_cookie_while_it_can() {
        let (backends, pool) = (Backends::default(), pool("a:1:1 b:1:1", Some("sid")));
        let first = backends.choose(&pool, |_| None, Duration::ZERO).unwrap();
        let cookie = first.cookie.unwrap();
        let (name, value) = cookie.split_once('=').unwrap();
        assert_eq!((first.backend.id.as_str(), name), ("a", "sid"));
        let again = |now| {
            let chosen = backends.choose(&pool, |name| (name == "sid").then_some(value), Duration::from_secs(now));
            let chosen = chosen.unwrap();
            (chosen.backend.id.clone(), chosen.cookie.is_some())
        };
        assert_eq!([again(0), again(0)], [("a".to_owned(), false), ("a".to_owned(), false)]);
        fail(&backends, "a", 1);
        assert_eq!(again(2), ("b".to_owned(), true), "another one, with another cookie");
    }
}
