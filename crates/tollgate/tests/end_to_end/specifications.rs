//! `test` as a shell sees it: what it prints and writes, and how it exits.

use crate::support::artifacts::Artifacts;
use crate::support::shell::{run, run_in};

const PASSING: &str = "# Passing\n\n```http request\nGET /api\n```\n\n```http response\n200 OK\n```\n";
const FAILING: &str = "# Failing\n\n```http request\nGET /api\n```\n\n```http response\n404 Not Found\n```\n";

/// A folder with an API, and specifications beside it.
fn folder(specifications: &[(&str, &str)]) -> Artifacts {
    let folder = Artifacts::passing("api", "http://backend.example");
    for (name, text) in specifications {
        folder.write(name, text);
    }
    folder
}

#[test]
fn the_exit_code_tells_whether_all_passed() {
    for (specifications, code) in [
        (vec![("specs/a.md", PASSING)], 0),
        (vec![("specs/a.md", PASSING), ("apis/api/b.spec.md", FAILING)], 1),
        (vec![("specs/a.md", "# Nothing\n")], 1),
        (vec![("other/a.md", FAILING)], 2),
        (vec![], 2),
    ] {
        let folder = folder(&specifications);
        let outcome = run(&["test", folder.argument()]);
        assert_eq!(outcome.code, Some(code), "{specifications:?}: {outcome:?}");
    }
    assert_eq!(run(&["test", "/nowhere"]).code, Some(2));
}

#[test]
fn reports_are_printed_and_written() {
    let folder = folder(&[("specs/a.md", PASSING), ("specs/b.md", FAILING)]);
    let text = run(&["test", folder.argument()]);
    assert!(
        text.output.contains("FAIL ") && text.output.contains("1 scenario passed, 1 failed"),
        "{text:?}"
    );
    let tap = run(&["test", folder.argument(), "--format", "tap", "--coverage"]);
    assert!(
        tap.output.starts_with("TAP version 14\n1..2\nok 1 - Passing"),
        "{tap:?}"
    );
    assert!(tap.errors.contains("coverage"), "{tap:?}");
    let file = folder.path().join("report.xml");
    let filtered = run(&[
        "test",
        folder.argument(),
        "--filter",
        "Passing",
        "--report",
        file.to_str().unwrap(),
    ]);
    assert_eq!(filtered.code, Some(0), "{filtered:?}");
    let junit = std::fs::read_to_string(file).unwrap();
    assert!(
        junit.contains("tests=\"1\" failures=\"0\" errors=\"0\"") && !junit.contains("Failing"),
        "{junit}"
    );
    assert!(
        junit.contains("<testcase classname=\"Passing\" name=\"Passing\" time=\""),
        "{junit}"
    );
}

#[test]
fn faults_of_a_folder_are_noticed_wherever_they_are() {
    let header = |name: &str| format!("<set-header name=\"{name}\"><value>1</value></set-header>");
    let policy = |inbound: &str, backend: &str| {
        format!("<policies><inbound>{inbound}</inbound><backend>{backend}</backend><outbound /><on-error /></policies>")
    };
    let api = policy(
        &format!("<base /><include-fragment fragment-id=\"f\" />{}", header("A")),
        "<base />",
    );
    let sent = "```http sent\nGET http://backend.example/\nG: 1\nF: 1\nA: 1\n```\n";
    let folder = folder(&[
        ("policy.xml", &policy(&header("G"), "<forward-request />")),
        ("apis/api/policy.xml", &api),
        (
            "policy fragments/f/policy.xml",
            &format!("<fragment>{}</fragment>", header("F")),
        ),
        (
            "policy fragments/f/policyFragmentInformation.json",
            "{\"properties\": {}}",
        ),
        ("specs/a.md", &format!("{PASSING}\n{sent}")),
        (
            "specs/b.md",
            &format!("{PASSING}\n{sent}").replace("# Passing", "# Again"),
        ),
    ]);
    let tested = run(&["test", folder.argument(), "--mutate"]);
    assert!(
        tested.output.contains("score 100.0 %: 10 of 10 faults noticed"),
        "{tested:?}"
    );
    // Without what they expect of the fragment its faults are not.
    folder.write("specs/a.md", PASSING);
    folder.write("specs/b.md", &format!("{PASSING}\n{}", sent.replace("F: 1\n", "")));
    let tested = run(&["test", folder.argument(), "--mutate"]);
    assert_eq!(tested.output.matches("not noticed").count(), 3, "{tested:?}");
    assert_eq!(
        tested.output.matches("policy fragments/f/policy.xml:1: not").count(),
        2,
        "{tested:?}"
    );
}

#[test]
fn the_artifact_folder_is_found_from_wherever_the_command_runs() {
    let folder = folder(&[("specs/a.md", PASSING)]);
    for (below, path) in [
        ("", "specs"),
        ("", "specs/a.md"),
        ("", "."),
        ("specs", "."),
        ("specs", "a.md"),
        ("apis", "../specs"),
    ] {
        let outcome = run_in(&folder.path().join(below), &["test", path]);
        assert_eq!(outcome.code, Some(0), "{below} {path}: {outcome:?}");
    }
}

#[test]
fn warnings_may_be_why_a_scenario_fails() {
    let link = "[{\"name\": \"apo\"}]";
    let product = "{\"properties\": {\"displayName\": \"p\", \"state\": \"published\"}}";
    for (document, is_told) in [(PASSING, false), (FAILING, true)] {
        let folder = folder(&[
            ("products/p/productInformation.json", product),
            ("products/p/apis.json", link),
            ("specs/a.md", document),
        ]);
        let text = run(&["test", folder.argument()]).output;
        let expected = format!("`tollgate check {}` has ", folder.argument());
        assert_eq!(text.contains(&expected), is_told, "{text}");
    }
}

#[test]
fn too_little_is_not_enough() {
    let policy = "<policies><inbound><choose><when condition=\"@(context.Request.Method == &quot;PUT&quot;)\"><return-response />\
        </when></choose></inbound><backend><base /></backend><outbound /><on-error /></policies>";
    let folder = folder(&[("apis/api/policy.xml", policy), ("specs/a.md", PASSING)]);
    let coverage = |least: &str| run(&["test", folder.argument(), "--least-coverage", least]);
    assert_eq!(coverage("50").code, Some(0));
    assert_eq!(coverage("90").code, Some(1));
    for least in ["nan", "101", "-1", "x"] {
        assert_eq!(coverage(least).code, Some(2), "{least}");
    }
    let score = run(&["test", folder.argument(), "--mutate", "--least-score", "100"]);
    assert_eq!(score.code, Some(1));
    assert!(
        score.output.contains("not noticed") && score.errors.contains("the mutation score is"),
        "{score:?}"
    );
}

#[test]
fn a_document_that_cannot_be_read_does_not_keep_others_from_running() {
    let folder = folder(&[("specs/a.md", PASSING)]);
    std::fs::write(folder.path().join("specs/b.md"), b"# B\nx \xff\n").unwrap();
    std::fs::write(folder.path().join("specs/c.md"), b"\xff\xfe#\0 \0C\0").unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("specs/d.md")).unwrap();
    let made = std::process::Command::new("mkfifo")
        .arg(folder.path().join("specs/e.md"))
        .status();
    assert!(made.unwrap().success());
    let outcome = run(&["test", folder.argument()]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    for part in [
        "the byte 0xFF starts no character",
        "specs/b.md:2:3",
        "this file is UTF-16, expected UTF-8",
        "specs/d.md",
        "1 document: 1 scenario passed, 0 failed",
        "3 documents are wrong",
    ] {
        assert!(outcome.output.contains(part), "no {part:?} in:\n{}", outcome.output);
    }
}

#[test]
fn documents_are_found_from_within_their_folder_and_run_once() {
    let folder = folder(&[("specs/a.md", PASSING)]);
    let within = folder.path().join("specs");
    for paths in [&[][..], &["a.md"], &[".", "a.md", "../specs"]] {
        let outcome = run_in(&within, &[&["test"], paths].concat());
        assert_eq!(outcome.code, Some(0), "{paths:?}: {outcome:?}");
        assert!(
            outcome.output.contains("1 document: 1 scenario passed"),
            "{paths:?}: {outcome:?}"
        );
    }
}
