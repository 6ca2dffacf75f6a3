//! `check`, `serve` and `--help` as a shell sees them: what they print and how they exit.

use crate::support::artifacts::{Artifacts, document};
use crate::support::programs;
use crate::support::shell::run;
use serde_json::Value;
use std::path::Path;

/// A policy document with two mistakes, on lines 3 and 4.
const BROKEN: &str = "<policies>
    <inbound>
        <set-haeder name=\"X-One\"><value>1</value></set-haeder>
        <set-variable name=\"v\" value=\"@(context.Request.Nothing)\" />
    </inbound>
</policies>
";

/// The findings of `check --format json`.
fn findings(arguments: &[&str]) -> (Option<i32>, Vec<Value>) {
    let outcome = run(&[&["check", "--format", "json"], arguments].concat());
    let findings = serde_json::from_str::<Vec<Value>>(&outcome.output);
    (
        outcome.code,
        findings.unwrap_or_else(|error| panic!("{error}: {outcome:?}")),
    )
}

#[test]
fn check_finds_nothing_in_the_sample() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples/gateway");
    let sample = sample.to_str().unwrap();
    assert_eq!(findings(&[sample]), (Some(0), vec![]));
    let text = run(&["check", sample]);
    assert_eq!((text.code, &*text.errors), (Some(0), ""));
    assert_eq!(text.output, "1 path checked: 0 errors, 0 warnings\n");
}

#[test]
fn check_tells_all_mistakes_with_their_places() {
    let folder = Artifacts::passing("api", "http://127.0.0.1:9");
    folder.write("apis/api/policy.xml", BROKEN);
    folder.write(
        "subscriptions/s/subscriptionInformation.json",
        "{\n  \"properties\": {\"scope\": }\n}",
    );
    let file = folder.path().join("apis/api/policy.xml");
    let (file, folder) = (file.to_str().unwrap(), folder.argument());
    for path in [folder, file] {
        let (code, findings) = findings(&[path]);
        assert_eq!(code, Some(1), "{path}");
        let places = findings
            .iter()
            .filter(|finding| finding["file"].as_str().unwrap().ends_with("policy.xml"));
        let places = places.map(|finding| (finding["severity"].as_str().unwrap(), finding["line"].as_u64().unwrap()));
        assert_eq!(
            places.collect::<Vec<_>>(),
            [("error", 3), ("error", 4)],
            "{path}: {findings:?}"
        );
        for finding in &findings {
            assert!(
                finding["code"].as_str().is_some_and(|code| !code.is_empty()),
                "{finding}"
            );
            assert!(
                finding["message"].as_str().is_some_and(|message| !message.is_empty()),
                "{finding}"
            );
            assert!(finding["column"].as_u64().is_some_and(|column| column > 0), "{finding}");
        }
        let helped = findings
            .iter()
            .any(|finding| finding["help"].to_string().contains("set-header"));
        assert!(
            helped,
            "nothing says that `set-haeder` is near `set-header`: {findings:?}"
        );

        let text = run(&["check", path]);
        assert_eq!(text.code, Some(1), "{path}");
        for part in [
            "policy.xml:3:",
            "policy.xml:4:",
            "set-haeder",
            "^^^",
            "1 path checked: ",
        ] {
            assert!(text.output.contains(part), "no {part:?} in:\n{}", text.output);
        }
    }
    let (_, findings) = findings(&[folder]);
    let of_subscription = findings
        .iter()
        .filter(|finding| finding["file"].as_str().unwrap().contains("subscriptions"));
    assert_eq!(
        of_subscription
            .map(|finding| finding["line"].as_u64().unwrap())
            .collect::<Vec<_>>(),
        [2],
        "{findings:?}"
    );
}

#[test]
fn check_takes_single_files_and_several_paths() {
    let folder = Artifacts::of(&[
        ("good.xml", &document(&[])),
        (
            "fragment.xml",
            "<fragment><set-header name=\"X\"><value>1</value></set-header></fragment>",
        ),
        ("broken.xml", BROKEN),
        (
            "values.xml",
            &document(&[("inbound", "<set-header name=\"X\"><value>{{one}}</value></set-header>")]),
        ),
        ("values.json", r#"{"one": "1"}"#),
        ("others.json", r#"{"two": "2"}"#),
        ("by-file.json", r#"{"values.xml": {"one": "1"}}"#),
    ]);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for (arguments, code) in [
        (vec![path("good.xml")], 0),
        (vec![path("fragment.xml")], 0),
        (vec![path("good.xml"), path("fragment.xml")], 0),
        (vec![path("good.xml"), path("broken.xml")], 1),
        (vec![path("nothing.xml")], 2),
        (vec![path("good.xml"), path("nothing.xml")], 2),
        (vec![path("nothing.xml"), path("broken.xml")], 2),
        (
            vec![path("values.xml"), "--named-values".to_owned(), path("values.json")],
            0,
        ),
        (
            vec![path("values.xml"), "--named-values".to_owned(), path("by-file.json")],
            0,
        ),
        (
            vec![path("values.xml"), "--named-values".to_owned(), path("others.json")],
            1,
        ),
        (
            vec![path("values.xml"), "--named-values".to_owned(), path("good.xml")],
            2,
        ),
        (
            vec![path("values.xml"), "--named-values".to_owned(), path("nothing.json")],
            2,
        ),
    ] {
        let mut command = vec!["check"];
        command.extend(arguments.iter().map(String::as_str));
        let outcome = run(&command);
        assert_eq!(outcome.code, Some(code), "{arguments:?}: {outcome:?}");
        // What can be read is checked all the same.
        let is_broken_checked = outcome.output.contains("broken.xml:");
        assert_eq!(
            is_broken_checked,
            arguments.contains(&path("broken.xml")),
            "{outcome:?}"
        );
        let is_said = if code == 2 {
            outcome.errors.starts_with("error: ")
        } else {
            outcome.errors.is_empty()
        };
        assert!(is_said, "{arguments:?}: {outcome:?}");
    }
}

#[test]
fn a_document_is_not_refused_for_what_its_deployment_chooses() {
    let limit = |calls: &str, more: &str| {
        let policy = format!(
            "<rate-limit-by-key calls=\"{calls}\" renewal-period=\"60\" counter-key=\"@({{{{weight}}}} &lt; 2 ? 1 : {more})\" />"
        );
        document(&[("inbound", &policy)])
    };
    let folder = Artifacts::of(&[
        ("right.xml", &limit("{{calls}}", "2")),
        ("token.xml", &limit("#{calls}#", "2")),
        ("wrong.xml", &limit("{{calls}}", "none")),
        ("values.json", r#"{"calls": "ten", "weight": "heavy"}"#),
    ]);
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let values = path("values.json");
    for (file, given, strict, code) in [
        ("right.xml", false, false, 0),
        ("right.xml", true, false, 0),
        ("right.xml", true, true, 1),
        ("token.xml", false, false, 0),
        ("token.xml", true, false, 0),
        ("wrong.xml", false, false, 1),
        ("wrong.xml", true, false, 1),
    ] {
        let file = path(file);
        let mut command = vec!["check", file.as_str()];
        command.extend(
            given
                .then_some(["--named-values", values.as_str()])
                .into_iter()
                .flatten(),
        );
        command.extend(strict.then_some("--strict-apim"));
        let outcome = run(&command);
        assert_eq!(outcome.code, Some(code), "{command:?}: {outcome:?}");
        let warned = outcome.output.contains("value of a named value does not fit");
        assert_eq!(warned, given && !strict, "{outcome:?}");
    }
}

#[test]
fn an_extract_without_its_secrets_can_be_checked_and_not_served() {
    let policies = "
        <ip-filter action=\"allow\"><address>{{secret}}</address></ip-filter>
        <rate-limit calls=\"{{kept}}\" renewal-period=\"60\" />
        <authentication-certificate certificate-id=\"{{secret}}\" />
        <authentication-certificate thumbprint=\"AABBCCDDEEFF00112233445566778899AABBCCDD\" />
        <log-to-eventhub logger-id=\"hub\">text</log-to-eventhub>
        <set-backend-service backend-id=\"{{secret}}\" />";
    let folder = Artifacts::of(&[
        ("apis/api/policy.xml", &document(&[("inbound", policies)])),
        (
            "named values/a/namedValueInformation.json",
            r#"{"properties": {"displayName": "secret", "secret": true}}"#,
        ),
        (
            "named values/b/namedValueInformation.json",
            r#"{"properties": {"displayName": "kept", "keyVault": {"secretIdentifier": "https://v.vault.azure.net/secrets/kept"}}}"#,
        ),
        (
            "named values/c/namedValueInformation.json",
            r#"{"properties": {"displayName": "Logger-Credentials--1", "secret": true}}"#,
        ),
        (
            "loggers/hub/loggerInformation.json",
            r#"{"properties": {"loggerType": "azureEventHub", "credentials": {"name": "h", "connectionString": "{{Logger-Credentials--1}}"}}}"#,
        ),
        ("certificates/c/certificateInformation.json", r#"{"properties": {}}"#),
    ]);
    folder.write_api("api", "http://127.0.0.1:9", r#""subscriptionRequired": false"#);
    let (code, findings) = findings(&[folder.argument()]);
    let mut found: Vec<String> = findings
        .iter()
        .map(|finding| format!("{} {}", finding["severity"], finding["code"]).replace('"', ""))
        .collect();
    found.sort();
    let expected = [
        "warning TG1102",
        "warning TG1102",
        "warning TG1105",
        "warning TG3208",
        "warning TG3208",
    ];
    assert_eq!(
        (code, &*found),
        (Some(0), &expected.map(str::to_owned) as &[String]),
        "{findings:?}"
    );
    let outcome = run(&["serve", "--config", folder.argument()]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.errors.contains("TOLLGATE_NAMED_VALUE_SECRET"), "{outcome:?}");
}

#[test]
fn help_names_every_option() {
    for (command, names) in [
        (vec!["--help"], &["serve", "check", "eval", "--version"] as &[&str]),
        (
            vec!["serve", "--help"],
            &[
                "--config",
                "--listen",
                "--admin-listen",
                "--tls-certificate",
                "--tls-key",
                "--workers",
                "--drain",
                "--log-format",
                "--log-level",
            ],
        ),
        (
            vec!["check", "--help"],
            &["<PATHS>", "--format", "--named-values", "--strict-apim"],
        ),
        (vec!["eval", "--help"], &["--context", "--jsonl"]),
    ] {
        let outcome = run(&command);
        assert_eq!((outcome.code, &*outcome.errors), (Some(0), ""), "{command:?}");
        for name in names {
            assert!(
                outcome.output.contains(name),
                "{command:?} does not name {name}:\n{}",
                outcome.output
            );
        }
        assert!(!outcome.output.contains("[possible values: ]"), "{}", outcome.output);
    }
}

#[test]
fn what_cannot_be_done_is_said_and_the_exit_code_tells() {
    let folder = Artifacts::passing("api", "http://127.0.0.1:9");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let free = "127.0.0.1:0";
    let nowhere = folder.path().join("nowhere");
    let nowhere = nowhere.to_str().unwrap();
    for (arguments, code, part) in [
        (vec!["serve"], 2, "--config"),
        (
            vec!["serve", "--config", nowhere, "--listen", free, "--admin-listen", free],
            1,
            "nowhere",
        ),
        (
            vec![
                "serve",
                "--config",
                folder.argument(),
                "--listen",
                &taken,
                "--admin-listen",
                free,
            ],
            2,
            &taken,
        ),
        (
            vec![
                "serve",
                "--config",
                folder.argument(),
                "--listen",
                free,
                "--admin-listen",
                &taken,
            ],
            2,
            &taken,
        ),
        (
            vec!["serve", "--config", folder.argument(), "--tls-key", nowhere],
            2,
            "--tls-certificate",
        ),
        (
            vec![
                "serve",
                "--config",
                folder.argument(),
                "--listen",
                free,
                "--tls-key",
                nowhere,
                "--tls-certificate",
                nowhere,
            ],
            2,
            "nowhere",
        ),
        (vec!["check"], 2, "<PATHS>"),
        (vec!["check", nowhere], 2, "nowhere"),
        (vec!["nonsense"], 2, "nonsense"),
        (vec![], 2, "Usage"),
    ] {
        let outcome = run(&arguments);
        assert_eq!(outcome.code, Some(code), "{arguments:?}: {outcome:?}");
        assert!(outcome.errors.contains(part), "{arguments:?}: {outcome:?}");
    }
}

#[test]
fn explain_tells_what_runs_for_an_operation() {
    let folder = Artifacts::passing("api", "http://127.0.0.1:9");
    let inbound = "<choose>\n<when condition=\"@(context.Request.Body.As<string>(true) != null)\">\n<return-response />\n\
                   <set-method>PUT</set-method></when></choose>";
    folder.write("apis/api/policy.xml", &document(&[("inbound", inbound)]));
    let explain = |rest: &[&str]| run(&[&["explain", "--config", folder.argument()], rest].concat());
    let told = explain(&["api", "any"]);
    assert_eq!((told.code, &*told.errors), (Some(0), ""));
    let text = told.output.replace(&format!("{}/", folder.argument()), "");
    let lines: Vec<String> = text
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    assert_eq!(
        lines,
        [
            "API api, operation any: * /*",
            "",
            "inbound",
            "choose[1] apis/api/policy.xml:3:18 keeps the request body, which it needs whole",
            "when[1]/return-response[1] apis/api/policy.xml:5:2",
            "when[1]/set-method[1] apis/api/policy.xml:6:2 never runs: what is before it always answers",
            "",
            "backend",
            "forward-request[1] policy.xml:4:10",
            "",
            "outbound",
            "nothing",
            "",
            "on-error",
            "nothing",
        ]
    );
    let json: Value = serde_json::from_str(&explain(&["api", "any", "--format", "json"]).output).unwrap();
    let step = &json["sections"]["inbound"]["steps"][0];
    assert_eq!(
        (&step["line"], &step["steps"][1]["neverRuns"]),
        (&3.into(), &true.into())
    );
    let never_run = |json: &Value| {
        let sections = json["sections"].as_object().unwrap().iter();
        let never = sections.filter(|(_, section)| section["neverRuns"] == true);
        never.map(|(name, _)| name.clone()).collect::<Vec<_>>()
    };
    assert!(never_run(&json).is_empty());
    folder.write("apis/api/policy.xml", &document(&[("inbound", "<return-response />")]));
    let json: Value = serde_json::from_str(&explain(&["api", "any", "--format", "json"]).output).unwrap();
    assert_eq!(never_run(&json), ["backend", "outbound"]);
    for (arguments, expected) in [
        (
            &["apl"][..],
            "error: there is no API \"apl\"; did you mean \"api\"? found: api\n",
        ),
        (&["api", "all"], "error: there is no operation \"all\"; found: any\n"),
        (
            &["api", "--product", "p"],
            "error: there is no product of this API \"p\"; found: none\n",
        ),
    ] {
        let told = explain(arguments);
        assert_eq!((told.code, told.errors.as_str()), (Some(2), expected));
    }
}

/// Whoever reads may have gone before anything is written.
#[test]
fn a_reader_that_has_gone_is_no_panic() {
    let folder = Artifacts::passing("api", "http://127.0.0.1:9");
    folder.write("apis/api/policy.xml", BROKEN);
    for arguments in [
        &["check", folder.argument()][..],
        &["check", "/nowhere"],
        &["test", "/nowhere"],
        &["explain", "--config", "/nowhere", "api"],
        &["eval", "@(1)"],
        &["eval", "@(nothing)"],
        &["eval", "@(1 + 1)", "--explain"],
    ] {
        let mut command = std::process::Command::new(programs::tollgate());
        command.args(arguments);
        let (reader, writer) = std::io::pipe().unwrap();
        command.stdout(writer.try_clone().unwrap()).stderr(writer);
        drop(reader);
        let code = command.status().unwrap().code();
        assert!(matches!(code, Some(0..=2)), "{arguments:?}: {code:?}");
    }
}

/// A report of which a part is missing is not taken for the whole.
#[test]
fn results_that_cannot_be_written_are_a_failure() {
    let folder = Artifacts::passing("api", "http://127.0.0.1:9");
    let mut command = std::process::Command::new(programs::tollgate());
    let full = std::fs::File::options().write(true).open("/dev/full").unwrap();
    let outcome = command
        .args(["check", folder.argument()])
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(outcome.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&outcome.stderr).contains("cannot write to standard output"));
}

#[test]
fn check_tells_what_cannot_be_read_beside_what_can() {
    let folder = Artifacts::passing("api", "http://127.0.0.1:9");
    folder.write("a.xml", BROKEN);
    std::fs::write(folder.path().join("b.xml"), b"<policies>\n\xff").unwrap();
    let [broken, latin] = ["a.xml", "b.xml"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    let (code, findings) = findings(&[&broken, &latin, "/nowhere"]);
    assert_eq!(code, Some(2), "{findings:?}");
    let told = |finding: &Value| (finding["code"].clone(), finding["line"].clone());
    let told: Vec<_> = findings.iter().map(told).collect();
    assert_eq!(&told[2..], [("TG1003".into(), 2.into()), ("TG1001".into(), 1.into())]);
}
