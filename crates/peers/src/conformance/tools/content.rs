//! Tools that answer with each kind of content, or with an error.
//!
//! Never here: anything sent beside the result.

use rmcp::ErrorData;
use rmcp::model::CallToolResult;
use serde_json::{Value, json};

use super::plain;
use crate::conformance::media::{PNG, WAV};
use crate::mcp::{failure, typed};

/// The tools' definitions.
pub fn definitions() -> Vec<Value> {
    vec![
        plain("test_simple_text", "Answers with a text"),
        plain("test_image_content", "Answers with an image"),
        plain("test_audio_content", "Answers with a sound"),
        plain("test_embedded_resource", "Answers with an embedded resource"),
        plain(
            "test_multiple_content_types",
            "Answers with a text, an image and an embedded resource",
        ),
        plain("test_error_handling", "Always fails"),
    ]
}

/// The result of the tool `name`, where it is one of these.
pub fn call(name: &str) -> Option<Result<CallToolResult, ErrorData>> {
    let image = json!({"type": "image", "data": PNG, "mimeType": "image/png"});
    let content = match name {
        "test_simple_text" => json!([text("This is a simple text response for testing.")]),
        "test_image_content" => json!([image]),
        "test_audio_content" => json!([{"type": "audio", "data": WAV, "mimeType": "audio/wav"}]),
        "test_embedded_resource" => {
            json!([resource(
                "test://embedded-resource",
                "text/plain",
                "This is an embedded resource content."
            )])
        }
        "test_multiple_content_types" => json!([
            text("Multiple content types test:"),
            image,
            resource(
                "test://mixed-content-resource",
                "application/json",
                r#"{"test":"data","value":123}"#
            ),
        ]),
        "test_error_handling" => return Some(Ok(failure("This tool intentionally returns an error for testing"))),
        _ => return None,
    };
    Some(typed(json!({"resultType": "complete", "content": content})))
}

fn text(text: &str) -> Value {
    json!({"type": "text", "text": text})
}

fn resource(uri: &str, mime_type: &str, text: &str) -> Value {
    json!({"type": "resource", "resource": {"uri": uri, "mimeType": mime_type, "text": text}})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_here_has_content_that_the_sdk_knows() {
        for definition in definitions() {
            let name = definition["name"].as_str().unwrap();
            assert!(!call(name).unwrap().unwrap().content.is_empty(), "{name}");
        }
        assert!(call("another").is_none());
    }
}
