//! Expressions that would run for ever, fill the memory or overflow the stack: their request fails, the gateway does not.

use crate::support::artifacts::{Artifacts, document};
use crate::support::client;
use crate::support::gateway::Gateway;
use crate::support::patience::within;
use crate::support::upstream::{Upstream, full};
use http::Response;

/// An on-error section that tells what happened.
const TELL: &str = "\
<set-header name=\"X-Reason\" exists-action=\"override\"><value>@(context.LastError.Reason)</value></set-header>
<set-header name=\"X-Source\" exists-action=\"override\"><value>@(context.LastError.Source)</value></set-header>";

/// How much more memory the gateway may have taken at most for all of them, in KiB: a few times what one evaluation may
/// allocate.
const GROWTH_KIB: u64 = 1 << 20;

/// Serves an API for each expression, asks each one, and asks an ordinary API all the while.
async fn check(expressions: &[(&str, &str)]) {
    let upstream = Upstream::answering(|_| async { Response::new(full("fine")) }).await;
    let folder = Artifacts::passing("fine", &upstream.url);
    for (name, expression) in expressions {
        folder.write_api(name, &upstream.url, "\"subscriptionRequired\": false");
        let inbound = format!("<set-variable name=\"v\" value=\"{expression}\" />");
        folder.write(
            &format!("apis/{name}/policy.xml"),
            &document(&[("inbound", &inbound), ("on-error", TELL)]),
        );
    }
    let gateway = Gateway::serve(&folder).await;
    let before = gateway.process.peak_kib();
    for (name, expression) in expressions {
        let target = format!("/{name}/x");
        let hostile = client::get(gateway.address, &target);
        let ordinary = async {
            for _ in 0..10 {
                assert_eq!(client::get(gateway.address, "/fine/x").await.text(), "fine");
            }
        };
        let (answer, ()) = tokio::join!(hostile, ordinary);
        let told = (
            answer.status.as_u16(),
            answer.header("x-reason"),
            answer.header("x-source"),
        );
        assert_eq!(
            told,
            (500, "ExpressionValueEvaluationFailure", "set-variable"),
            "{expression}: {}",
            answer.text()
        );
        assert!(
            answer.text().contains("Internal server error"),
            "{expression}: {}",
            answer.text()
        );
    }
    gateway.idle().await;
    let grown = gateway.process.peak_kib() - before;
    assert!(grown < GROWTH_KIB, "the gateway grew by {grown} KiB");
}

#[test]
fn endless_loops() {
    within(
        240,
        check(&[
            ("while", "@{ while (true) { } }"),
            ("for", "@{ for (;;) { } }"),
            ("do", "@{ var n = 0; do { n++; } while (n >= 0 || n < 0); return n; }"),
            (
                "nested",
                "@{ var n = 0; for (var i = 0; i < 100000; i++) { for (var j = 0; j < 100000; j++) { n ^= j; } } return n; }",
            ),
            (
                "foreach",
                "@{ var n = 0; foreach (var a in Enumerable.Range(0, 2147483647)) { n ^= a; } return n; }",
            ),
            ("query", "@(Enumerable.Range(0, 2147483647).Where(n => n < 0).Count())"),
        ]),
    );
}

#[test]
fn endless_recursion() {
    within(
        120,
        check(&[(
            "lambda",
            "@{ Func<int, int> f = null; f = n => f(n + 1); return f(0); }",
        )]),
    );
}

#[test]
fn endless_allocation() {
    within(
        240,
        check(&[
            ("doubled", "@{ var s = \"x\"; while (true) { s += s; } }"),
            (
                "list",
                "@{ var list = new List<string>(); while (true) { list.Add(\"an element\" + list.Count); } }",
            ),
            ("string", "@(new string('x', 2000000000))"),
            ("padding", "@(\"x\".PadLeft(2000000000))"),
            ("format", "@(string.Format(\"{0,2000000000}\", 1))"),
            (
                "repeat",
                "@(string.Join(\"\", Enumerable.Repeat(new string('x', 100000), 1000000)))",
            ),
            (
                "replace",
                "@(new string('x', 100000).Replace(\"x\", new string('y', 100000)))",
            ),
            (
                "json",
                "@{ var a = new JArray(); while (true) { a.Add(new JObject(new JProperty(\"p\", \"value\"))); } }",
            ),
        ]),
    );
}

#[test]
fn patterns_that_backtrack() {
    within(
        120,
        check(&[
            ("regex", "@(Regex.IsMatch(new string('a', 60) + \"!\", \"^(a+)+$\"))"),
            (
                "replace",
                "@(Regex.Replace(new string('a', 60) + \"!\", \"^(a|aa)+$\", \"b\"))",
            ),
        ]),
    );
}
