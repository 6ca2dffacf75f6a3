//! Schemas that belong to no API: policies name them to validate messages.
//!
//! Never here: whether a schema is sound; who compiles it says so.

use super::{Loader, layout};
use crate::codes;
use crate::document::{Value, read_json};
use crate::fields::Fields;
use crate::model::SharedSchema;
use crate::xml_schema::XmlSchema;
use diagnostic::Diagnostic;
use std::collections::BTreeMap;
use std::sync::Arc;

const INFORMATION: &str = "schemaInformation.json";
/// Its name where the folder is `globalSchemas`.
const OTHER_INFORMATION: &str = "globalSchemaInformation.json";

/// Content types of schemas that name no `schemaType`.
const XML_TYPES: [&str; 2] = [
    "application/vnd.ms-azure-apim.xsd+xml",
    "application/vnd.ms-azure-apim.wadl.grammars+xml",
];

#[derive(Clone, Copy)]
enum Kind {
    Json,
    Xml,
}

/// All schemas by id.
pub(crate) fn load(loader: &Loader<'_>) -> BTreeMap<String, SharedSchema> {
    let mut schemas = BTreeMap::new();
    for entry in layout::entities(loader, layout::SCHEMAS) {
        let is_old = loader.files.exists(&entry.path.join(OTHER_INFORMATION));
        let file_name = if is_old { OTHER_INFORMATION } else { INFORMATION };
        let Some(information) = loader.information(&entry.path, file_name) else {
            continue;
        };
        if let Some(schema) = schema(information.properties(loader.problems)) {
            schemas.insert(entry.name, schema);
        }
    }
    schemas
}

fn schema(fields: Fields<'_>) -> Option<SharedSchema> {
    let content_type = fields.get("contentType").and_then(Value::text).unwrap_or_default();
    let kind = if XML_TYPES.iter().any(|known| known.eq_ignore_ascii_case(content_type)) {
        Kind::Xml
    } else if let Some(written) = fields.string("schemaType") {
        fields.choose("schemaType", written, &[("json", Kind::Json), ("xml", Kind::Xml)])?
    } else if text(fields).is_some_and(|text| text.trim_start().starts_with('<')) {
        Kind::Xml
    } else {
        Kind::Json
    };
    if matches!(kind, Kind::Xml) {
        return xml(fields);
    }
    let document = fields.get("document").or_else(|| fields.get("value"));
    let Some(document) = document else {
        fields.report(
            codes::MISSING_PROPERTY,
            fields.head(),
            "a schema of type `json` needs its `document` (or `value`)".to_owned(),
        );
        return None;
    };
    // Older extracts hold the document as text.
    let json = match document.text() {
        None => document.to_json(),
        Some(text) => match read_json(text) {
            Ok(read) => read.root.to_json(),
            Err(problem) => {
                let message = format!("the schema is no JSON: {}", problem.message);
                fields.problems.push(Diagnostic::error(
                    codes::MALFORMED_JSON,
                    fields.source,
                    document.span,
                    message,
                ));
                return None;
            }
        },
    };
    let json = serde_json::from_str(&json).ok()?;
    Some(SharedSchema::Json(Arc::new(json)))
}

/// The text of a schema: its `value`, or `document`, or the `value` in that.
fn text(fields: Fields<'_>) -> Option<&str> {
    let value = fields.get("value").or_else(|| fields.get("document"))?;
    value.get("value").unwrap_or(value).text()
}

fn xml(fields: Fields<'_>) -> Option<SharedSchema> {
    let Some(found) = text(fields) else {
        fields.report(
            codes::MISSING_PROPERTY,
            fields.head(),
            "a schema of type `xml` needs its `value`, a text".to_owned(),
        );
        return None;
    };
    Some(SharedSchema::Xml(Arc::new(XmlSchema::new(found.to_owned()))))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Given, load_files};

    #[test]
    fn schemas_that_policies_name() {
        let (catalog, problems) = load_files(
            &[
                ("policy.xml", "<policies />"),
                (
                    "schemas/order/schemaInformation.json",
                    r#"{"properties": {"schemaType": "json", "document": {"type": "object"}}}"#,
                ),
                (
                    "globalSchemas/old/globalSchemaInformation.json",
                    r#"{"properties": {"schemaType": "json", "value": "{\"type\": \"array\"}"}}"#,
                ),
                (
                    "schemas/soap/schemaInformation.json",
                    r#"{"properties": {"schemaType": "xml", "value": "<xs:schema />"}}"#,
                ),
                (
                    "schemas/typed/schemaInformation.json",
                    r#"{"properties": {"contentType": "application/vnd.ms-azure-apim.xsd+xml", "document": {"value": "<x />"}}}"#,
                ),
                (
                    "schemas/untyped/schemaInformation.json",
                    r#"{"properties": {"document": {"type": "string"}}}"#,
                ),
                (
                    "schemas/untyped-xml/schemaInformation.json",
                    r#"{"properties": {"value": " <y />"}}"#,
                ),
                (
                    "schemas/bad/schemaInformation.json",
                    r#"{"properties": {"schemaType": "json", "value": "{"}}"#,
                ),
                (
                    "schemas/empty/schemaInformation.json",
                    r#"{"properties": {"schemaType": "json"}}"#,
                ),
            ],
            &Given::default(),
        );
        let found: Vec<String> = catalog
            .schemas
            .iter()
            .map(|(id, schema)| format!("{id} {schema:?}"))
            .collect();
        assert_eq!(
            found,
            [
                r#"old Json(Object {"type": String("array")})"#,
                r#"order Json(Object {"type": String("object")})"#,
                "soap Xml(\"<xs:schema />\")",
                "typed Xml(\"<x />\")",
                r#"untyped Json(Object {"type": String("string")})"#,
                "untyped-xml Xml(\" <y />\")"
            ]
        );
        assert!(
            problems.contains("schemas/bad/schemaInformation.json:1:48 error TG1005: the schema is no JSON"),
            "{problems}"
        );
        assert!(
            problems.contains("schemas/empty/schemaInformation.json:1:16 error TG1009"),
            "{problems}"
        );
    }

    #[test]
    fn descriptions_are_kept_for_policies_that_validate() {
        let specification = "openapi: 3.0.1\npaths: {/a: {get: {parameters: [{name: n, in: query}]}}}\n";
        for (policy, is_kept) in [
            ("<policies />", false),
            ("<policies><inbound><validate-parameters /></inbound></policies>", true),
        ] {
            let information = r#"{"properties": {"displayName": "A", "path": "a", "serviceUrl": "https://a.test"}}"#;
            let files = [
                ("apis/a/apiInformation.json", information),
                ("apis/a/specification.yaml", specification),
                ("policy.xml", policy),
            ];
            let (catalog, problems) = load_files(&files, &Given::default());
            assert_eq!(problems, "");
            let described = catalog.apis[0].operations[0].described.as_ref();
            let parameters = described.map(|described| described.contract().unwrap().parameters.len());
            assert_eq!(parameters, is_kept.then_some(1), "{policy}");
        }
    }
}
