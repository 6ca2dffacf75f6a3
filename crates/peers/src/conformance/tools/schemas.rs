//! Tools whose input schema is the point: it must reach the client whole, and HTTP headers must agree with it.
//!
//! Never here: checking arguments against the schema.

use rmcp::model::{CallToolResult, JsonObject};
use serde_json::{Value, json};

use crate::mcp::text;

/// The tools' definitions.
pub fn definitions() -> Vec<Value> {
    vec![
        json!({
            "name": "json_schema_2020_12_tool",
            "description": "Has an input schema with the vocabulary of JSON Schema 2020-12",
            "inputSchema": {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "$defs": {
                    "address": {
                        "$anchor": "addressDef",
                        "type": "object",
                        "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
                    },
                },
                "properties": {
                    "name": {"type": "string"},
                    "address": {"$ref": "#/$defs/address"},
                    "contactMethod": {"type": "string", "enum": ["phone", "email"]},
                    "phone": {"type": "string"},
                    "email": {"type": "string"},
                },
                "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
                "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
                "then": {"required": ["phone"]},
                "else": {"required": ["email"]},
                "additionalProperties": false,
            },
        }),
        json!({
            "name": "test_custom_header",
            "description": "Takes an argument that HTTP clients mirror into the header Mcp-Param-Region",
            "inputSchema": {
                "type": "object",
                "properties": {"region": {"type": "string", "x-mcp-header": "Region"}},
            },
        }),
    ]
}

/// The result of the tool `name`, where it is one of these: its arguments.
pub fn call(name: &str, arguments: &JsonObject) -> Option<CallToolResult> {
    matches!(name, "json_schema_2020_12_tool" | "test_custom_header")
        .then(|| text(Value::Object(arguments.clone()).to_string()))
}
