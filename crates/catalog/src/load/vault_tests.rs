//! Folders that refer to secrets in vaults, and what is said about them.

use super::tests::{Given, Pairs, load_files};

#[test]
fn named_values_come_from_vaults_that_are_asked() {
    const PLACE: &str = "named values/n/namedValueInformation.json:1:32";
    const HELP: &str = "help: set the environment variable TOLLGATE_NAMED_VALUE_MY_KEY, or write it to a file `my-key` in the folder that TOLLGATE_NAMED_VALUES_DIR names";
    const KEY: &str = "https://v.vault.azure.net/secrets/my-key";
    let in_vault = |identifier: &str| {
        format!(r#"{{"properties": {{"displayName": "my-key", "keyVault": {{"secretIdentifier": "{identifier}"}}}}}}"#)
    };
    let policy = "<policies><a b=\"{{my-key}}\" /></policies>";
    let rows: [(&str, Pairs, &str, String); 5] = [
        (KEY, &[(KEY, "v1")], "v1", String::new()),
        (
            KEY,
            &[(KEY, "v1"), ("TOLLGATE_NAMED_VALUE_MY_KEY", "v2")],
            "v2",
            String::new(),
        ),
        (
            KEY,
            &[("https://other", "")],
            "{{my-key}}",
            format!(
                "{PLACE} error TG1105: the named value \"my-key\" cannot be read from {KEY}: it answered 404\n  {HELP}\n"
            ),
        ),
        (
            KEY,
            &[],
            "{{my-key}}",
            format!(
                "{PLACE} warning TG1105: the named value \"my-key\" is in {KEY}, which only `serve` asks\n  {HELP}\n"
            ),
        ),
        (
            "my-key",
            &[(KEY, "v1")],
            "{{my-key}}",
            format!(
                "{PLACE} error TG1102: the named value \"my-key\" has no value\n  {HELP}\n\
                 named values/n/namedValueInformation.json:1:75 error TG1011: `secretIdentifier` must be `https://<vault>/secrets/<name>`, perhaps with a version behind it, found \"my-key\"\n"
            ),
        ),
    ];
    for (identifier, environment, value, problems) in rows {
        let files = [
            ("named values/n/namedValueInformation.json", &*in_vault(identifier)),
            ("policy.xml", policy),
        ];
        let (catalog, found) = load_files(&files, &Given(environment.iter().copied().collect()));
        assert_eq!(found, problems);
        let text = catalog.policy.as_ref().unwrap().source.text().to_string();
        assert_eq!(text, format!("<policies><a b=\"{value}\" /></policies>"));
    }
}

#[test]
fn certificates_come_from_vaults_that_are_asked() {
    const CERTIFICATE: &str = "https://v.vault.azure.net/secrets/c";
    let information = format!(r#"{{"properties": {{"keyVault": {{"secretIdentifier": "{CERTIFICATE}"}}}}}}"#);
    let files = [
        ("certificates/c/certificateInformation.json", information.as_str()),
        ("policy.xml", "<policies/>"),
    ];
    let problem = |why: &str| {
        format!(
            "certificates/c/certificateInformation.json:1:1 error TG1105: this certificate is in {CERTIFICATE}, but {why}\n"
        )
    };
    for (environment, count, problems) in [
        (&[] as Pairs, 0, String::new()),
        (
            &[(CERTIFICATE, include_str!("../certificate/test/both.pem"))],
            1,
            String::new(),
        ),
        (
            &[(CERTIFICATE, "bm90aGluZw==")],
            0,
            problem("what is there holds no certificate in PEM or PKCS#12"),
        ),
        (
            &[("https://other", "")],
            0,
            problem("it cannot be read: it answered 404"),
        ),
    ] {
        let (catalog, found) = load_files(&files, &Given(environment.iter().copied().collect()));
        assert_eq!(found, problems);
        assert_eq!(
            (catalog.certificates.len(), catalog.public_certificates.len()),
            (count, count)
        );
    }
}
