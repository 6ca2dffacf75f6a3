//! What the cases are made from: the checked-in corpus, the vectors, and the library's names and examples.

use crate::mutate::mutated;
use crate::random::Random;
use expression::library::{Class, all};
use serde_json::{Map, Value as Json, json};
use std::fs;
use std::path::Path;

/// Sources, names and exchanges.
pub struct Seeds {
    /// Expressions.
    pub sources: Vec<String>,
    /// XML documents.
    pub documents: Vec<String>,
    /// Names of types and members.
    pub names: Vec<&'static str>,
    exchanges: Vec<Map<String, Json>>,
}

/// The lines of all files of a folder of this crate, in the order of the files' names.
fn lines(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
        .iter()
        .flat_map(|path| {
            fs::read_to_string(path)
                .unwrap()
                .lines()
                .map(str::to_owned)
                .collect::<Vec<_>>()
        })
        .collect()
}

impl Seeds {
    /// Reads them.
    pub fn read() -> Self {
        let (documents, mut sources): (Vec<_>, Vec<_>) = lines("fuzz/corpus")
            .into_iter()
            .filter(|line| !line.is_empty())
            .partition(|line| line.starts_with('<'));
        let mut exchanges = Vec::new();
        for line in lines("vectors").iter().filter(|line| !line.is_empty()) {
            let Json::Object(mut case) = serde_json::from_str(line).unwrap() else {
                continue;
            };
            if let Some(Json::String(source)) = case.remove("expr") {
                sources.push(source);
            }
            if let Some(Json::Object(exchange)) = case.remove("context") {
                exchanges.push(exchange);
            }
        }
        sources.extend(
            all()
                .flat_map(Class::all_rows)
                .filter(|row| !row.example.is_empty())
                .map(|row| format!("@({})", row.example)),
        );
        let names = all()
            .flat_map(|class| class.member_names().chain([class.short_name()]))
            .collect();
        Self {
            sources,
            documents,
            names,
            exchanges,
        }
    }

    /// An exchange that is put together from several, with some of its values changed; now and then it is no JSON.
    pub fn exchange(&self, random: &mut Random) -> String {
        let mut exchange = Map::new();
        for _ in 0..=random.below(4) {
            for (name, value) in random.pick(&self.exchanges) {
                let mut value = value.clone();
                distort(&mut value, random);
                exchange.insert(name.clone(), value);
            }
        }
        let text = Json::Object(exchange).to_string();
        if random.percent(5) {
            mutated(&text, self, random)
        } else {
            text
        }
    }
}

/// Changes about a tenth of the values.
fn distort(value: &mut Json, random: &mut Random) {
    if random.percent(10) {
        *value = match random.below(9) {
            0 => Json::Null,
            1 => json!(i64::MAX),
            2 => json!(-1),
            3 => json!(1e308),
            4 => json!(""),
            5 => json!("\u{0}é😀%zz&=;,<a>{\"b\":[1]}"),
            6 => json!([]),
            7 => json!({"$json": {"a": [1, null, {"b": "c"}]}}),
            _ => json!("a".repeat(100_000)),
        };
        return;
    }
    match value {
        Json::Array(items) => items.iter_mut().for_each(|item| distort(item, random)),
        Json::Object(members) => members.values_mut().for_each(|member| distort(member, random)),
        _ => {}
    }
}
