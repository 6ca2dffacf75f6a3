//! What is said of specifications that do not hold, and of those that are not written as they must be.

use spec::{Coverage, Report, mutate, read_text, report, test};

/// A document with one scenario: policies, what stands before the request, and what behind it.
fn scenario(policies: &str, before: &str, behind: &str) -> String {
    format!("# Doc\n\n```xml policy\n{policies}\n```\n\n## One\n\n{before}```http request\nGET /a\n```\n\n{behind}\n")
}

fn tested(text: &str) -> Report {
    test(&[read_text("a.md", text, None)], |_, _| true)
}

/// What the text report says of a failing document, without its last line.
fn told(text: &str) -> String {
    let report = report::text(&tested(text), false);
    let report = report.lines().rev().skip(1).collect::<Vec<_>>();
    let lines: Vec<_> = report
        .into_iter()
        .rev()
        .map(str::trim_end)
        .filter(|line| !line.is_empty())
        .collect();
    lines.join("\n")
}

#[test]
fn what_differs_is_told_with_its_place() {
    let policy = "<inbound><set-header name='A'><value>1</value></set-header></inbound>";
    for (before, behind, expected) in [
        (
            "",
            "```http response\n404 Not Found\nB: 2\nC: <none>\n\nbody\n```",
            "FAIL  a.md:7 · One\n      status at a.md:14\n        - 404 Not Found\n        + 200 OK\n      header `B` at a.md:14\n        - 2\n        + <none>\n      body at a.md:14\n        - body\n      the last response was\n        | 200 OK",
        ),
        (
            "",
            "```http response\n200\n```\n\n```http sent\nGET http://backend.example/a\nA: 2\n```",
            "FAIL  a.md:7 · One\n      header `A` at a.md:18\n        - 2\n        + 1\n      the last response was\n        | 200 OK",
        ),
        (
            "```http backend\n200\n\n{ \"a\": [1, { \"b\": 2, \"c\": \"x y\" }], \"d\": 4 }\n```\n\n",
            "```http response json\n200\n\n{ \"d\": \"<any>\", \"a\": [\"<any>\", { \"c\": \"x <any>\", \"b\": 3 }] }\n```",
            "FAIL  a.md:7 · One\n      body at a.md:20\n          … 3 lines alike\n              1,\n              {\n                \"c\": \"x y\",\n        -       \"b\": 3\n        +       \"b\": 2\n              }\n            ]\n          }\n      the last response was\n        | 200 OK\n        |\n        | { \"a\": [1, { \"b\": 2, \"c\": \"x y\" }], \"d\": 4 }",
        ),
        (
            "",
            "```http response\n200\n```\n\n```http sent\n<none>\n```",
            "FAIL  a.md:7 · One\n      requests that servers got at a.md:10\n        - <none>\n        + GET http://backend.example/a\n      the last response was\n        | 200 OK",
        ),
        (
            "```http backend\nGET http://other.example/\n200 OK\n```\n\n",
            "```http response\n500\n```",
            "FAIL  a.md:7 · One\n      request that a server got at a.md:15\n        - one that a `backend` of this specification answers\n        + GET http://backend.example/a\n      the last response was\n        | 500 Internal Server Error\n        | content-type: application/json\n        |\n        | { \"statusCode\": 500, \"message\": \"Internal server error\", \"activityId\": \"<any>\" }\n      its policies failed\n        | forward-request in backend at forward-request[1]\n        | BackendConnectionFailure\n        | no server answers GET http://backend.example/a",
        ),
        (
            "",
            "```http response\n200\n```\n\n```json traced\n{ \"a\": 1 }\n```",
            "FAIL  a.md:7 · One\n      trace of the request at a.md:17\n        - {\n        -   \"a\": 1\n        - }\n        + none: the request carries no `Apim-Debug-Authorization: <debug:API>` that holds\n      the last response was\n        | 200 OK",
        ),
        (
            "```json file path=loggers/l/loggerInformation.json\n{\"properties\": {\"loggerType\": \"file\", \"path\": \"x\"}}\n```\n\n```xml policy\n<inbound><log-to-eventhub logger-id='l' partition-key='k'>{\"a\": 1}</log-to-eventhub></inbound>\n```\n\n",
            "```http response\n200\n```\n\n```http event json\nm\nPartition-Key: <none>\n\n{ \"a\": 2 }\n```",
            "FAIL  a.md:7 · One\n      logger at a.md:26\n        - m\n        + l\n      header `Partition-Key` at a.md:26\n        - <none>\n        + k\n      body at a.md:26\n          {\n        -   \"a\": 2\n        +   \"a\": 1\n          }\n      the last response was\n        | 200 OK",
        ),
        (
            "",
            "```http response\n200\n```\n\n```http event\nl\n\none\n```\n\n```http event\nl\n```",
            "FAIL  a.md:7 · One\n      events that loggers got at a.md:18\n        - l: one\n        - l\n        + <none>\n      the last response was\n        | 200 OK",
        ),
        (
            "",
            "```http response took=1s\n200\n```\n\n",
            "FAIL  a.md:7 · One\n      time taken at a.md:14\n        - 1s\n        + 0s\n      the last response was\n        | 200 OK",
        ),
        (
            "",
            "```http response\n200\n```\n\n```yaml variables\nv: 1\n```\n\n```text steps\ninbound set-header\n```\n\n```yaml error\nreason: R\n```",
            "FAIL  a.md:7 · One\n      variable `v` at a.md:17\n        - 1\n        + <none>\n      policies that ran at a.md:21\n          inbound set-header\n        + backend forward-request\n      `reason` of the last error at a.md:25\n        - R\n      the last response was\n        | 200 OK",
        ),
    ] {
        let told = told(&scenario(policy, before, behind));
        let without_id = match told.split_once("\"activityId\": \"") {
            Some((head, rest)) => format!("{head}\"activityId\": \"<any>{}", &rest[36..]),
            None => told,
        };
        assert_eq!(without_id, expected);
    }
}

#[test]
fn what_is_not_written_as_it_must_be_is_told_where_it_stands() {
    let ok = "```http response\n200\n```";
    for (before, behind, expected) in [
        (
            "```http backend times=x\n200\n```\n\n",
            ok,
            "9:17 `times` must be a number from 1 to 100000, found \"x\"",
        ),
        (
            "",
            "```http response json=no\n200\n```",
            "13:18 `json` must be `true` or `false`, found \"no\"",
        ),
        (
            "",
            "```http response json\n200\n\n{\"a\": 1,\n \"b\" 2}\n```",
            "17:6 this is no JSON: expected `:`",
        ),
        (
            "",
            "```http response json\n200\nA: b\n```",
            "13:18 `json` says how the body is compared, but there is none: write it behind an empty line",
        ),
        (
            "",
            "```http response whole whole\n200\n```",
            "13:24 the option `whole` stands here twice",
        ),
        (
            "```http request times=0\nGET /\n```\n\n```http response\n200\n```\n\n",
            ok,
            "9:17 `times` must be a number from 1 to 100000, found \"0\"",
        ),
        (
            "```http request\nGET orders\n```\n\n```http response\n200\n```\n\n",
            ok,
            "10:1 expected a path such as `/path`, or a URL, found \"orders\"",
        ),
        (
            "```http request after=1s\nGET /\n```\n\n```http request after=1s\nGET /\n```\n\n```http response\n200\n```\n\n",
            ok,
            "13:9 this request goes out with the one before it, which says `after` for both; write the `response` of that one behind it if it goes out later",
        ),
        (
            "",
            "```http response\n200\n```\n\n```yaml error\nreasn: a\n```",
            "18:1 `reasn` is no member of the last error, expected one of source, reason, message, scope, section, path, policy-id",
        ),
        (
            "```http backend\n200\nA: \u{1}\n```\n\n",
            ok,
            "11:1 expected a header such as `Name: value`, or an empty line before the body",
        ),
        (
            "```http backend delay=3\n200\n```\n\n",
            ok,
            "9:17 `delay` must be a time such as `3s`, `250ms`, `2m`, `1h` or `7d`, found \"3\"",
        ),
        (
            "```http backend often\n200\n```\n\n",
            ok,
            "9:17 `often` is no option of `backend`, expected one of times, delay, fails, breaks-after",
        ),
        (
            "```http backend\nGET http://a/\nOK\n```\n\n",
            ok,
            "11:1 expected a status such as `200 OK`, or `GET http://host/path` and then a status",
        ),
        (
            "```yaml given\nclok: 1\n```\n\n",
            ok,
            "10:1 `clok` is no setting, expected one of folder, clock, client, deployment, named-values, api, products, users, subscriptions, tokens",
        ),
        (
            "```yaml given\nclock: noon\n```\n\n",
            ok,
            "10:8 `clock` must be a time such as 2026-01-31T00:00:00Z, found \"noon\"",
        ),
        (
            "```yaml given\napi: { operations: [GET] }\n```\n\n",
            ok,
            "10:21 expected a method and a template such as `GET /orders/{id}`, found a string",
        ),
        ("```yaml given\na: [\n```\n\n", ok, "10:4 unclosed bracket"),
        (
            "```yaml given\nfolder: nowhere\n```\n\n",
            ok,
            "10:9 `folder` must be an artifact folder that is there, found \"nowhere\"",
        ),
        (
            "```json file path=../x.json\n{}\n```\n\n",
            ok,
            "9:14 `path` must lead into the artifact folder, found \"../x.json\"",
        ),
        (
            "```xml policy scope=product product=../x\n<inbound />\n```\n\n",
            ok,
            "9:29 expected a name without `/`, found \"../x\"",
        ),
        (
            "```xml fragment id=a/b\n<fragment />\n```\n\n",
            ok,
            "9:17 expected a name without `/`, found \"a/b\"",
        ),
        (
            "```yaml given\nproducts: { '../x': }\n```\n\n",
            ok,
            "10:13 expected a name without `/`, found \"../x\"",
        ),
        (
            "```yaml given\napi: { operations: { a/b: GET /x } }\n```\n\n",
            ok,
            "10:22 expected a name without `/`, found \"a/b\"",
        ),
        ("```json file\n{}\n```\n\n", ok, "9:9 `file` lacks the option `path=…`"),
        (
            "```xml policy scope=galaxy\n```\n\n",
            ok,
            "9:15 `galaxy` is no scope, expected one of global, product, api, operation",
        ),
        (
            "```http response\n200\n```\n\n",
            ok,
            "9:9 this `response` stands before any request",
        ),
        (
            "```http request\nGET /\n```\n\n",
            ok,
            "14:1 2 requests go out here and 1 responses are expected",
        ),
        (
            "",
            "```http response\nfine\n```",
            "14:1 expected a status such as `200 OK`",
        ),
        (
            "",
            "",
            "10:1 what does this request expect? Write a `response` block behind it",
        ),
        (
            "",
            "```http response\n200\nA B\n```",
            "15:1 expected a header such as `Name: value`, or an empty line before the body",
        ),
        (
            "",
            "```http response\n200\n```\n```http sent\nGET\n```",
            "17:1 expected a request such as `GET http://host/path`, or `<none>`, found \"GET\"",
        ),
        (
            "",
            "```http response\n200\n```\n```http sent\nGET nowhere\n```",
            "17:1 expected a request such as `GET http://host/path`, or `<none>`, found \"GET nowhere\"",
        ),
        (
            "",
            "```http response\n200\n```\n```yaml variables\na: [1]\n```",
            "17:4 expected a text, found an array",
        ),
        (
            "",
            "```http response\n200\n```\n```yaml error\nsource: { a: 1 }\n```",
            "17:9 expected a text, found an object",
        ),
        (
            "```xml policy product=a\n<outbound />\n```\n\n```xml policy product=b api=api\n<inbound />\n```\n\n",
            ok,
            "13:8 this section has another block for `apis/api/policy.xml` above; a section below may replace it",
        ),
        (
            "```json file path=a.json\n{}\n```\n\n```json file path=a.json\n{}\n```\n\n",
            ok,
            "13:9 this section has another block for `a.json` above; a section below may replace it",
        ),
        (
            "```http request\nGET /<token:ann>\nA: b\nC: <token:bo>\n\n<token:in a body/>\n```\n\n",
            ok,
            "10:13 `ann` is no token that is given, there are none",
        ),
        (
            "",
            "```http response\n200\n```\n\n## One\n\n```http request\nGET /\n```\n\n```http response\n200\n```",
            "17:1 there is a scenario \"One\" above; reports tell scenarios apart by name",
        ),
    ] {
        let read = read_text("a.md", &scenario("<inbound />", before, behind), None);
        let first = &read.diagnostics[0];
        let position = first.position();
        let told = format!("{}:{} {}", position.line, position.column, first.message);
        assert!(told.starts_with(expected), "{told}\nexpected {expected}");
    }
    let empty = read_text("a.md", "# Doc\n\nonly words\n", None);
    assert_eq!(
        empty.diagnostics[0].message,
        "there is no scenario here: no section has a `request` block"
    );
}

#[test]
fn policies_that_are_wrong_are_told_where_they_stand() {
    let text = scenario(
        "<inbound>\n  <set-hader name='A' />\n</inbound>",
        "",
        "```http response\n200\n```",
    );
    let report = tested(&text);
    assert!(!report.passed());
    let problem = &report.diagnostics[0];
    assert_eq!(
        (problem.file(), problem.position().line, problem.position().column),
        ("a.md", 5, 4)
    );
    let told = report::text(&report, false);
    let expected = "\nFAIL  a.md: 1 scenario did not run, the policies cannot be served\n";
    assert!(told.contains(expected) && !told.contains("FAIL  a.md:10"), "{told}");
    assert!(report::junit(&report).contains("found `&lt;set-hader&gt;` is no policy"));
}

#[test]
fn numbers_that_are_given_and_expected_are_texts_as_they_are_written() {
    let policy =
        "<inbound><set-variable name='v' value='{{v}} {{code}}' /><set-variable name='w' value='{{v}}' /></inbound>";
    let given = "```yaml given\nnamed-values: { v: 1.10, code: 007 }\nsubscriptions: { a: { key: 0123 } }\n```\n\n";
    let ok = "```http response\n200\n```\n\n```yaml variables\nv: \"1.10 007\"\nw: 1.10\n```";
    let text = scenario(policy, given, ok).replace("GET /a\n", "GET /a?subscription-key=0123\n");
    let report = tested(&text);
    assert!(report.passed(), "{}", report::text(&report, false));
}

#[test]
fn what_is_given_and_does_not_fit_is_told_where_it_stands() {
    let document = |given: &str| {
        let given = format!("```yaml given\n{given}\n```\n\n");
        scenario("<inbound />", &given, "```http response\n200\n```")
    };
    let policy = |options: &str| {
        let policy = format!("```xml policy {options}\n<inbound />\n```\n\n");
        scenario("<inbound />", &policy, "```http response\n200\n```")
    };
    for (text, expected) in [
        (
            policy("scope=product"),
            "9:8 there is no product `product` (`given` gives one: `products: { product: {} }`)",
        ),
        (
            policy("scope=operation operation=none"),
            "9:8 there is no operation `none` (`given` gives one: `api: { operations: { none: GET /path } }`; where it gives none there is `any`)",
        ),
        (
            policy("api=orders"),
            "9:8 there is no API `orders` (a document that gives none has `api`; `apis/orders/apiInformation.json` is the file of this one)",
        ),
        (
            document("subscriptions: { a: { scope: /products/gold } }"),
            "10:18 there is no product `gold`",
        ),
        (
            document("subscriptions:\n  a:\n    user: ann"),
            "11:3 there is no user `ann`: policies know no more of the owner than this id",
        ),
        (
            document("products: { gold: { apis: [orders] } }"),
            "10:13 there is no API `orders`",
        ),
    ] {
        let report = tested(&text);
        let problem = &report.diagnostics[0];
        let position = problem.position();
        let help = problem.help.as_ref().map_or(String::new(), |help| format!(" ({help})"));
        let told = format!("{}:{} {}{help}", position.line, position.column, problem.message);
        assert_eq!((problem.file(), told.as_str()), ("a.md", expected));
        assert!(!report.passed());
    }
}

#[test]
fn machines_read_results() {
    let failing = tested(&scenario("<inbound />", "", "```http response\n404\n\n<&>\n```"));
    let tap = report::tap(&failing);
    assert!(
        tap.starts_with("TAP version 14\n1..1\nnot ok 1 - Doc · One\n  ---\n  at: 'a.md:7'\n"),
        "{tap}"
    );
    let junit = report::junit(&failing);
    assert!(
        junit.contains("<testsuites name=\"tollgate test\" tests=\"1\" failures=\"1\" errors=\"0\" time=\""),
        "{junit}"
    );
    assert!(junit.contains("&lt;&amp;&gt;") && !junit.contains("<&>"), "{junit}");
    let wrong = tested(&scenario("<inbound />", "", ""));
    assert!(report::junit(&wrong).contains("errors=\"1\""));
    assert!(report::tap(&wrong).contains("not ok 1 - what does this request expect?"));
}

#[test]
fn what_nobody_sees_is_shown_and_says_nothing_to_those_who_read() {
    let policy = "<inbound><return-response><set-body>@(\"\\u001b[2J\\u2028]]\" + \"\\n...\\n\\ud83d\\ude00\")</set-body></return-response></inbound>";
    let text = scenario(policy, "", "```http response\n200\n\nb\n```").replace("## One", "## One \u{1b}[1m #TODO");
    let failing = test(&[read_text("it's: a#.md", &text, None)], |_, _| true);
    let tap = report::tap(&failing);
    let expected =
        "not ok 1 - Doc · One \\\\u{1b}[1m \\#TODO\n  ---\n  at: 'it''s: a#.md:7'\n  message: |\n    body at ";
    assert!(tap.contains(expected), "{tap}");
    for report in [report::text(&failing, true), tap, report::junit(&failing)] {
        assert!(!report.contains('\u{1b}'), "{report}");
        assert!(report.contains("\\u{1b}[2J\\u{2028}]]"), "{report}");
        assert!(report.contains("| \u{1f600}"), "{report}");
    }
}

#[test]
fn many_lines_of_a_response_are_cut_with_a_word() {
    let policy = "<inbound><return-response><set-body>@(string.Join(\"\\n\", Enumerable.Repeat(new string('x', 900), 60)))</set-body></return-response></inbound>";
    let text = scenario(policy, "", "```http response\n404\n```");
    let told = report::text(&tested(&text), false);
    assert!(
        told.contains("| … 22 lines more\n") && told.len() < 20_000,
        "{} {told}",
        told.len()
    );
}

/// A choice of which one branch is taken, and whose condition is at its border.
const CHOICE: &str = "<inbound>
<choose>
<when condition='@(context.Request.Url.Path.Length &lt; 3)'><set-header name='A'><value>short</value></set-header></when>
<otherwise><set-method>PUT</set-method></otherwise>
</choose>
</inbound>";

#[test]
fn what_no_scenario_comes_by_is_covered_by_none() {
    let sent = "```http response\n200\n```\n\n```http sent\nGET http://backend.example/a\nA: short\n```";
    let text = scenario(CHOICE, "", sent);
    let report = tested(&text);
    assert!(report.passed(), "{}", report::text(&report, false));
    let coverage = Coverage::of(&report);
    assert_eq!((coverage.whole().all, coverage.whole().seen), (6, 4));
    let expected = "coverage\n  a.md: 2 of 3 policies, 1 of 2 branches, 1 of 1 expression; 66.7 %\n    \
        a.md:7: `otherwise` was never taken\n    a.md:7: `<set-method>` never ran\n  \
        all: 2 of 3 policies, 1 of 2 branches, 1 of 1 expression; 66.7 %\n";
    assert_eq!(coverage.text(), expected);
    let lcov = coverage.lcov();
    assert!(
        lcov.contains("SF:a.md\n") && lcov.contains("DA:7,0\n") && lcov.contains("BRF:2\nBRH:1\n"),
        "{lcov}"
    );
}

#[test]
fn expressions_are_shown_with_the_names_of_named_values() {
    let policy = "<inbound><choose><when condition='@(1 > 2)'><set-variable name='v' value='@(\"{{pass}}\".Length)' /></when></choose></inbound>";
    let given = "```yaml given\nnamed-values: { pass: open-sesame }\n```\n\n";
    let report = tested(&scenario(policy, given, "```http response\n200\n```"));
    let told = Coverage::of(&report).text();
    assert!(told.contains("`@(\"{{pass}}\".Length)` was never evaluated"), "{told}");
    assert!(!told.contains("open-sesame"), "{told}");
}

#[test]
fn what_never_runs_is_no_part_of_coverage_and_has_no_faults() {
    let answer = "<return-response><set-status code='204' /></return-response>";
    for policies in [
        format!("<inbound>{answer}<set-method>PUT</set-method><base /></inbound>"),
        format!(
            "<inbound>{answer}<base /><choose><when condition='@(context.Elapsed.Ticks > 1)' /></choose></inbound>"
        ),
        format!(
            "<inbound><base /><choose><when condition='@(context.Request.Method == \"GET\")'>{answer}<set-method>PUT</set-method></when></choose></inbound>"
        ),
    ] {
        let text = scenario(&policies, "", "```http response\n204\n```");
        let specifications = [read_text("a.md", &text, None)];
        let report = test(&specifications, |_, _| true);
        assert!(report.passed(), "{}", report::text(&report, false));
        let told = Coverage::of(&report).text();
        assert!(
            !told.contains("never ran") && !told.contains("never evaluated"),
            "{told}"
        );
        let survivors = mutate(&specifications, &report).survivors;
        let is_dead = |what: &str| what.contains("set-method") || what.contains("Elapsed");
        assert!(!survivors.iter().any(|it| is_dead(&it.what)), "{survivors:?}");
    }
}

#[test]
fn faults_that_no_scenario_notices_survive() {
    let sent = "```http response\n200\n```\n\n```http sent\nGET http://backend.example/a\nA: short\n```";
    let specifications = [read_text("a.md", &scenario(CHOICE, "", sent), None)];
    let mutants = mutate(&specifications, &test(&specifications, |_, _| true));
    let survivors: Vec<_> = mutants
        .survivors
        .iter()
        .map(|it| format!("{} {}", it.position.line, it.what))
        .collect();
    assert_eq!(
        survivors,
        [
            "6 `<=` instead of `<` in `@(context.Request.Url.Path.Length < 3)`",
            "6 `4` instead of `3` in `@(context.Request.Url.Path.Length < 3)`",
            "7 `<set-method>` left out",
            "7 the text of `<set-method>` is \"another text\"",
        ]
    );
    assert_eq!(mutants.killed, 4);
    assert!((mutants.score() - 50.0).abs() < 0.1);
}

#[test]
fn who_calls_is_given_and_what_servers_get_is_compared_as_json() {
    let given = "products: { gold: }\nusers: { ann: { first-name: Ann, groups: [testers] }, bo: }\nsubscriptions: { s: { scope: /products/gold, user: ann } }\n";
    let policy = "<inbound><base /><set-body>@{ var user = context.User; return new JObject(new JProperty(\"of\", context.Product?.Id), \
        new JProperty(\"by\", user?.FirstName + \" \" + user?.Email), \
        new JProperty(\"in\", string.Join(\",\", user?.Groups.Select(group => group.Name) ?? new string[0]))).ToString(); }</set-body></inbound>";
    let document = format!(
        "# Doc\n\n```yaml given\n{given}```\n\n```xml policy\n{policy}\n```\n\n## One\n\n```http request\nPOST /\nOcp-Apim-Subscription-Key: s-key\n```\n\n```http response\n200\n```\n\n```http sent json\nPOST http://backend.example/\n\n{{ \"of\": \"gold\", \"in\": \"<any>testers<any>\", \"by\": \"Ann ann@example.com\" }}\n```\n"
    );
    let report = tested(&document);
    assert!(report.passed(), "{}", report::text(&report, false));
}

#[test]
fn the_api_of_documents_without_a_folder_is_not_added_to_one() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/gateway");
    let text = "# Doc\n\n```yaml given\nclock: 2026-01-01T00:00:00Z\napi: { path: x }\n```\n\n```http request\nGET /\n```\n\n```http response\n404\n```\n";
    let problems = |text: &str| read_text("a.md", text, Some(&folder)).diagnostics;
    let problem = &problems(text)[0];
    assert_eq!((problem.position().line, problem.position().column), (5, 1));
    assert!(problem.message.contains("has no API `api`"), "{}", problem.message);
    assert!(problems(&text.replace("api: { path: x }\n", "")).is_empty());
}

#[test]
fn none_stands_for_what_is_not_there() {
    let answer = "<inbound><return-response /></inbound>";
    let none = "```http response\n200\n```\n\n```text trace\n<none>\n```\n\n```text metrics\n<none>\n```\n\n\
        ```yaml variables\na: <none>\n```\n\n```yaml error\nsource: <none>\n```\n\n```http sent\n<none>\n```";
    let report = tested(&scenario(answer, "", none));
    assert!(report.passed(), "{}", report::text(&report, false));
    let steps = none.replace("text trace", "text steps");
    let told = told(&scenario(answer, "", &steps));
    assert!(
        told.contains("policies that ran at a.md:17\n        + inbound return-response\n"),
        "{told}"
    );
}

#[test]
fn a_whole_response_has_no_header_more_often_than_expected() {
    let backend = "```http backend\n200\nSet-Cookie: a\nSet-Cookie: b\nX: 1\n```\n\n";
    for (expected, found) in [
        ("Set-Cookie: a\nSet-Cookie: b\nX: 1", ""),
        ("Set-Cookie: b\nSet-Cookie: a\nX: <any>", ""),
        (
            "Set-Cookie: a\nX: 1",
            "header `set-cookie` at a.md:21\n        - <none>\n        + b\n",
        ),
        (
            "Set-Cookie: a\nSet-Cookie: b",
            "header `x` at a.md:21\n        - <none>\n        + 1\n",
        ),
        (
            "Set-Cookie: c\nX: 1",
            "header `Set-Cookie` at a.md:21\n        - c\n        + a\n        + b\n      the",
        ),
    ] {
        let told = told(&scenario(
            "<inbound />",
            backend,
            &format!("```http response whole\n200\n{expected}\n```"),
        ));
        assert!(told.contains(found) && told.is_empty() == found.is_empty(), "{told}");
    }
}

#[test]
fn an_issuer_that_nobody_gave_answers_before_those_that_answer_all_and_need_not_be_expected() {
    let given = "```yaml given\ntokens: { ann: { issuer: https://i.example, configuration: https://i.example/c } }\n```\n\n\
        ```http backend\n404 Not Found\n```\n\n";
    let policy = "<inbound><validate-jwt header-name='Authorization'><openid-config url='https://i.example/c' /></validate-jwt></inbound>";
    let tested = |more: &str, sent: &str| {
        let blocks: Vec<_> = sent
            .lines()
            .map(|line| format!("```http sent\n{line}\n```\n\n"))
            .collect();
        let sent = blocks.concat();
        let text = scenario(
            policy,
            &format!("{given}{more}"),
            &format!("```http response\n404\n```\n\n{sent}"),
        );
        let text = text.replace("GET /a\n", "GET /a\nAuthorization: Bearer <token:ann>\n");
        tested(&text)
    };
    let backend = "GET http://backend.example/a";
    let all = format!("GET https://i.example/c\nGET https://i.example/c/keys\n{backend}");
    for (sent, passes) in [
        (backend, true),
        ("GET <any>", true),
        (&all, true),
        ("<none>", false),
        (&format!("GET https://i.example/c\n{backend}"), false),
    ] {
        let report = tested("", sent);
        assert_eq!(report.passed(), passes, "{}", report::text(&report, false));
    }
    let own = "```http backend\nGET https://i.example/c\n500\n```\n\n";
    assert!(!tested(own, backend).passed());
}

#[test]
fn a_base_that_brings_something_in_is_left_out() {
    let global = "<inbound><set-header name='A'><value>1</value></set-header></inbound>";
    let api = "<inbound>\n<base />\n<set-method>GET</set-method></inbound>\n<outbound><base /></outbound>";
    let document = |sent: &str| {
        let global = format!("```xml policy scope=global\n{global}\n```\n\n");
        let sent = format!("```http response\n200\n```\n\n```http sent\nGET http://backend.example/a\n{sent}\n```");
        scenario(api, &global, &sent)
    };
    for (sent, survives) in [("A: 1", false), ("", true)] {
        let specifications = [read_text("a.md", &document(sent), None)];
        let report = test(&specifications, |_, _| true);
        assert!(report.passed(), "{}", report::text(&report, false));
        let mutants = mutate(&specifications, &report);
        let bases = mutants.survivors.iter().filter(|it| it.what == "`<base />` left out");
        let lines: Vec<usize> = bases.map(|it| it.position.line).collect();
        assert_eq!(lines, if survives { &[5][..] } else { &[] }, "{sent}");
    }
}
