//! The table of policies in `docs/compatibility.md` is what the code and `specs/` say. `scripts/compatibility` writes it
//! anew.

use policy::Offer;
use std::fmt::Write;
use std::path::{Path, PathBuf};

const BEGIN: &str = "<!-- policies: written by scripts/compatibility -->\n";
const END: &str = "<!-- policies: end -->\n";

/// Policies whose specification is another's document.
const SHARED: &[(&str, &str)] = &[
    ("cache-lookup-value", "cache-value"),
    ("cache-store-value", "cache-value"),
    ("cache-remove-value", "cache-value"),
    ("cache-store", "cache-lookup"),
];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The table, with the rows of the rest of the document that name each policy counted.
fn table(rest: &str) -> String {
    let rows: Vec<&str> = rest.lines().filter(|line| line.starts_with('|')).collect();
    let mut table =
        String::from("| Policy | Here | Specification | Rows of this document that name it |\n|---|---|---|---|\n");
    for (name, offer) in policy::offered() {
        let document = SHARED
            .iter()
            .find(|(own, _)| *own == name)
            .map_or(name, |(_, document)| document);
        let path = format!("specs/policies/{document}.md");
        let specification = if repository().join(&path).exists() {
            format!("[{document}](../{path})")
        } else {
            String::new()
        };
        let here = match offer {
            Offer::Built => "built",
            Offer::NotBuilt if name.contains("llm") || name.contains("openai") => "with the LLM gateway",
            Offer::NotBuilt => "not built",
        };
        let quoted = format!("`{name}`");
        let count = rows.iter().filter(|row| row.contains(&quoted)).count();
        let count = if count == 0 { String::new() } else { count.to_string() };
        let _ = writeln!(table, "| `{name}` | {here} | {specification} | {count} |");
    }
    table
}

#[test]
fn the_table_of_policies_is_true() {
    let path = repository().join("docs/compatibility.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once(BEGIN).expect("the table's beginning is marked");
    let (written, after) = rest.split_once(END).expect("the table's end is marked");
    let table = table(&format!("{before}{after}"));
    if std::env::var_os("COMPATIBILITY_WRITE").is_some() {
        std::fs::write(path, format!("{before}{BEGIN}{table}{END}{after}")).unwrap();
        return;
    }
    assert_eq!(
        written, table,
        "docs/compatibility.md is old: run scripts/compatibility"
    );
}

#[test]
fn what_is_built_has_a_specification() {
    let unspecified: Vec<&str> = policy::offered()
        .filter(|(_, offer)| *offer == Offer::Built)
        .map(|(name, _)| {
            SHARED
                .iter()
                .find(|(own, _)| *own == name)
                .map_or(name, |(_, document)| document)
        })
        .filter(|document| !repository().join(format!("specs/policies/{document}.md")).exists())
        .collect();
    assert!(
        unspecified.is_empty(),
        "{unspecified:?} have no document in specs/policies"
    );
}
