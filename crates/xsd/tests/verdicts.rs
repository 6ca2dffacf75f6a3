//! Schemas and documents with what becomes of them, in `verdicts.txt`: the verdicts are those of .NET's `XmlSchemaSet`
//! and its validating reader. Where this crate has another one, on purpose, .NET's stands in brackets.
//!
//! A schema is `schema:` or `wrong:`, the documents behind it are `valid:` or `invalid:`. Not here: messages.

use xsd::{Part, Schemas, Source};

#[test]
fn verdicts_are_those_of_dotnet() {
    let (mut schemas, mut different, mut count) = (None, Vec::new(), 0);
    for line in include_str!("verdicts.txt")
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with(['=', '#']))
    {
        let (verdict, text) = line.split_once(": ").unwrap();
        let verdict = verdict.split(' ').next().unwrap();
        count += 1;
        if matches!(verdict, "schema" | "wrong") {
            let compiled = Schemas::compile("s", &[Source { name: "s", text }]);
            if compiled.is_ok() != (verdict == "schema") {
                different.push(format!("{line}\n    {:?}", compiled.as_ref().err()));
            }
            schemas = compiled.ok();
            continue;
        }
        let Some(schemas) = &schemas else { continue };
        let faults = schemas.validate(text, Part::Root, 10);
        if faults.as_ref().is_ok_and(Vec::is_empty) != (verdict == "valid") {
            different.push(format!("{line}\n    {faults:?}"));
        }
    }
    assert!(
        different.is_empty(),
        "{} of {count}:\n{}",
        different.len(),
        different.join("\n")
    );
}
