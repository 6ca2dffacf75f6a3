//! What a `content` element validates by: a schema of the folder, the description's, or those of the API's WSDL.
//!
//! Never here: bodies.

use super::ValidateAs;
use crate::codes;
use crate::element::ElementReader;
use catalog::SharedSchema;
use expression::text::Text;
use schema::{Schema, Use};
use std::sync::Arc;
use xsd::Part;

/// What bodies are validated by.
pub(super) enum By {
    /// What the API's description says of the content type, if it does.
    Description,
    /// The schemas in the API's WSDL, if it has one.
    Wsdl(Part),
    /// A JSON schema of the folder.
    Json(Arc<Schema>),
    /// An XML schema of the folder.
    Xml {
        /// Its id.
        name: Text,
        schemas: Arc<xsd::Schemas>,
        part: Part,
    },
}

/// Reads the attributes that say so.
pub(super) fn read(element: &mut ElementReader<'_, '_>, validate_as: Option<ValidateAs>, used: Use) -> Option<By> {
    let id: Option<Text> = element.literal("schema-id");
    let place: Option<Text> = element.literal("schema-ref");
    if id.is_none() && place.is_some() {
        element.error_at(
            "schema-ref",
            codes::CONFLICT,
            "`schema-ref` is a place in the schema that `schema-id` names",
        );
    }
    let part = match validate_as? {
        ValidateAs::Json => {
            let Some(id) = id else { return Some(By::Description) };
            return json(element, &id, place.as_deref(), used).map(By::Json);
        }
        ValidateAs::Xml => Part::Root,
        ValidateAs::Soap => Part::SoapBody,
    };
    let Some(id) = id else { return Some(By::Wsdl(part)) };
    if place.is_some() {
        let message = "`schema-ref` is a place in a JSON schema; an XML schema is used as a whole";
        element.error_at("schema-ref", codes::CONFLICT, message);
    }
    xml(element, id, part)
}

/// A JSON schema of the folder.
fn json(element: &mut ElementReader<'_, '_>, id: &str, place: Option<&str>, used: Use) -> Option<Arc<Schema>> {
    let catalog = element.compiler.catalog?;
    let root = match catalog.schemas.get(id) {
        Some(SharedSchema::Json(root)) => root,
        Some(SharedSchema::Xml(_)) => {
            let message = format!("schema \"{id}\" is of type `xml`, expected `json`");
            element.error_at("schema-id", codes::UNKNOWN_REFERENCE, message);
            return None;
        }
        None => {
            unknown(element, id);
            return None;
        }
    };
    let written = place.map_or_else(
        || serde_json::Value::clone(root),
        |place| serde_json::json!({ "$ref": place }),
    );
    let schema = Schema::new(id, root, written);
    if let Err(problem) = schema.prepare(used) {
        let attribute = if place.is_some() { "schema-ref" } else { "schema-id" };
        let message = format!("schema \"{id}\" cannot be used: {problem}");
        element.error_at(attribute, codes::UNUSABLE_SCHEMA, message);
        return None;
    }
    Some(Arc::new(schema))
}

/// An XML schema of the folder; every problem of it is told, with its place in the schema.
fn xml(element: &mut ElementReader<'_, '_>, id: Text, part: Part) -> Option<By> {
    let catalog = element.compiler.catalog?;
    match catalog.xml_schema(&id) {
        Some(Ok(schemas)) => Some(By::Xml {
            name: id,
            schemas,
            part,
        }),
        Some(Err(problems)) => {
            for problem in problems.iter() {
                let message = format!("schema \"{id}\" cannot be used: {problem}");
                element.error_at("schema-id", codes::UNUSABLE_SCHEMA, message);
            }
            None
        }
        None if catalog.schemas.contains_key(&*id) => {
            let message = format!("schema \"{id}\" is of type `json`, expected `xml`");
            element.error_at("schema-id", codes::UNKNOWN_REFERENCE, message);
            None
        }
        None => {
            unknown(element, &id);
            None
        }
    }
}

fn unknown(element: &mut ElementReader<'_, '_>, id: &str) {
    let span = element.attribute_span("schema-id");
    if let Some(catalog) = element.compiler.catalog {
        let known = catalog.schemas.keys();
        element.compiler.unknown_reference(("schema", id), span, known);
    }
}
