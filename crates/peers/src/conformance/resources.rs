//! The resources and the template that the suite reads.
//!
//! Never here: the resources that tools and prompts embed.

use rmcp::ErrorData;
use rmcp::model::{ReadResourceResult, Resource, ResourceTemplate};
use serde_json::{Value, json};

use super::media::PNG;
use crate::mcp::typed;

/// The resource whose updates a client may ask for.
pub const WATCHED: &str = "test://watched-resource";

/// What `resources/list` answers with.
pub fn list() -> Result<Vec<Resource>, ErrorData> {
    typed(json!([
        {
            "uri": "test://static-text",
            "name": "Static text",
            "description": "A text that never changes",
            "mimeType": "text/plain",
        },
        {
            "uri": "test://static-binary",
            "name": "Static binary",
            "description": "An image that never changes",
            "mimeType": "image/png",
        },
        {
            "uri": WATCHED,
            "name": "Watched resource",
            "description": "A text whose updates are announced by the tool test_trigger_resource_change",
            "mimeType": "text/plain",
        },
    ]))
}

/// What `resources/templates/list` answers with.
pub fn templates() -> Result<Vec<ResourceTemplate>, ErrorData> {
    typed(json!([{
        "uriTemplate": "test://template/{id}/data",
        "name": "Template",
        "description": "A document for any id",
        "mimeType": "application/json",
    }]))
}

/// The content of the resource `uri`.
pub fn read(uri: &str) -> Result<ReadResourceResult, ErrorData> {
    let content = match uri {
        "test://static-text" => text(uri, "text/plain", "This is the content of the static text resource."),
        "test://static-binary" => json!({"uri": uri, "mimeType": "image/png", "blob": PNG}),
        WATCHED => text(uri, "text/plain", "The content of the watched resource."),
        _ => {
            let id = uri
                .strip_prefix("test://template/")
                .and_then(|rest| rest.strip_suffix("/data"));
            let Some(id) = id.filter(|id| !id.is_empty() && !id.contains('/')) else {
                let place = json!({"uri": uri});
                return Err(ErrorData::resource_not_found(
                    format!("no resource has the URI {uri}"),
                    Some(place),
                ));
            };
            let document = json!({"id": id, "templateTest": true, "data": format!("Data for ID: {id}")});
            text(uri, "application/json", &document.to_string())
        }
    };
    typed(json!({"resultType": "complete", "contents": [content]}))
}

fn text(uri: &str, mime_type: &str, text: &str) -> Value {
    json!({"uri": uri, "mimeType": mime_type, "text": text})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_resource_and_any_id_of_the_template_can_be_read() {
        let listed = list().unwrap().into_iter().map(|resource| (resource.uri.clone(), true));
        let others = [
            ("test://template/123/data", true),
            ("test://template//data", false),
            ("test://template/a/b/data", false),
            ("test://nothing", false),
            ("", false),
        ];
        for (uri, found) in listed.chain(others.map(|(uri, found)| (uri.to_owned(), found))) {
            assert_eq!(read(&uri).is_ok(), found, "{uri:?}");
        }
        assert_eq!(templates().unwrap().len(), 1);
    }
}
