//! The schemas of GraphQL APIs: `specification.graphql`, or the document of a schema of the API.
//!
//! Never here: whether a schema is sound.

use super::Loader;
use crate::information::read_any;
use std::path::Path;
use std::sync::Arc;

/// The file that some tools write.
const SPECIFICATION: &str = "specification.graphql";
/// The information files of an API's schemas, in the spellings of the `APIOps` tools.
const INFORMATION: [&str; 2] = ["apiSchemaInformation.json", "schemaInformation.json"];

/// The schema of the API in `folder`; none when it has none.
pub(crate) fn schema(loader: &Loader<'_>, folder: &Path) -> Option<Arc<str>> {
    if let Some(text) = loader.files.read(&folder.join(SPECIFICATION)) {
        return Some(text.into());
    }
    let schemas = loader.files.folders(&folder.join("schemas")).into_iter();
    let files = schemas.flat_map(|entry| INFORMATION.map(|name| entry.path.join(name)));
    let texts = files.filter_map(|file| {
        let information = read_any(&loader.files, loader.problems, &file)?;
        let fields = information.properties(loader.problems);
        let is_graphql = fields.string("contentType")?.value.contains("graphql");
        let document = fields.object("document").filter(|_| is_graphql)?;
        document.string("value").map(|text| text.value.into())
    });
    texts.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Given, load_files};

    #[test]
    fn a_schema_is_a_file_or_a_document() {
        let schema = r#"{"properties": {"contentType": "application/vnd.ms-azure-apim.graphql.schema", "document": {"value": "type Query { b: Int }"}}}"#;
        let other = r#"{"properties": {"contentType": "application/json", "document": {"value": "{}"}}}"#;
        let validates = "<policies><inbound><validate-graphql-request max-size='9' /></inbound></policies>";
        for (path, text, policy, expected) in [
            (
                "specification.graphql",
                "type Query { a: Int }",
                validates,
                Some("type Query { a: Int }"),
            ),
            (
                "schemas/graphql/apiSchemaInformation.json",
                schema,
                validates,
                Some("type Query { b: Int }"),
            ),
            (
                "schemas/graphql/schemaInformation.json",
                schema,
                validates,
                Some("type Query { b: Int }"),
            ),
            ("schemas/other/schemaInformation.json", other, validates, None),
            ("specification.graphql", "type Query { a: Int }", "<policies />", None),
        ] {
            let information = r#"{"properties": {"displayName": "G", "path": "g", "type": "graphql", "serviceUrl": "https://a.test"}}"#;
            let file = format!("apis/g/{path}");
            let files = [
                ("apis/g/apiInformation.json", information),
                (file.as_str(), text),
                ("policy.xml", policy),
            ];
            let (catalog, problems) = load_files(&files, &Given::default());
            assert_eq!(problems, "");
            assert_eq!(catalog.apis[0].graphql_schema.as_deref(), expected, "{path}");
        }
    }
}
