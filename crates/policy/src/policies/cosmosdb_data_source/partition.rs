//! The partition key of an item whose document does not say it: where the container's definition says that items have it.
//!
//! Never here: asking for the definition, keys that `partition-key` says.

use serde_json::{Value as Json, json};

/// Where items have the parts of their key: a path of names for each.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyPaths(Vec<Vec<String>>);

impl KeyPaths {
    /// Those of a container's definition; none where it has no partitions.
    pub fn read(definition: &Json) -> Self {
        let paths = definition.pointer("/partitionKey/paths").and_then(Json::as_array);
        let paths = paths.into_iter().flatten().filter_map(Json::as_str);
        Self(paths.map(names).collect())
    }

    /// The key of an item as the header shows it, an array; nothing where the container has no partitions. What an item
    /// lacks is `{}` there.
    pub fn key_of(&self, item: &Json) -> Option<Json> {
        let part = |path: &Vec<String>| {
            let found = path.iter().try_fold(item, |inside, name| inside.get(name));
            match found {
                Some(Json::Object(_) | Json::Array(_)) | None => json!({}),
                Some(value) => value.clone(),
            }
        };
        (!self.0.is_empty()).then(|| self.0.iter().map(part).collect())
    }
}

/// The names of a path such as `/address/"zip code"`.
fn names(path: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some(behind) = rest.strip_prefix('/') {
        let quoted = behind.strip_prefix('"').and_then(|inside| inside.split_once('"'));
        let (name, next) = quoted.unwrap_or_else(|| behind.split_at(behind.find('/').unwrap_or(behind.len())));
        names.push(name.to_owned());
        rest = next;
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_taken_from_an_item() {
        let item = json!({ "id": "1", "n": 2.5, "no": null, "a": { "b c": true, "/": "x", "list": [1] } });
        for (paths, expected) in [
            (json!(["/id"]), Some(r#"["1"]"#)),
            (json!(["/n"]), Some("[2.5]")),
            (json!(["/no"]), Some("[null]")),
            (json!(["/a/\"b c\""]), Some("[true]")),
            (json!(["/a/\"/\"", "/id", "/gone/x"]), Some(r#"["x","1",{}]"#)),
            (json!(["/a"]), Some("[{}]")),
            (json!(["/a/list/0"]), Some("[{}]")),
            (json!([]), None),
            (json!("id"), None),
        ] {
            let read = KeyPaths::read(&json!({ "partitionKey": { "paths": paths, "kind": "Hash" } }));
            assert_eq!(
                read.key_of(&item).map(|key| key.to_string()).as_deref(),
                expected,
                "{paths}"
            );
        }
        assert_eq!(KeyPaths::read(&json!({ "id": "c" })).key_of(&item), None);
    }
}
