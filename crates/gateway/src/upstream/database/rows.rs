//! Rows of a result as JSON, as .NET writes them: dates and GUIDs are texts, bytes are Base64, decimals keep their digits.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use tds::{Table, Value};

/// `{"items":[…]}` with an object for each row.
pub fn json(table: &Table) -> String {
    let names: Vec<String> = table.columns.iter().map(written).collect();
    let mut json = String::from("{\"items\":[");
    for (at, row) in table.rows.iter().enumerate() {
        json.push_str(if at == 0 { "{" } else { ",{" });
        for (at, (name, value)) in names.iter().zip(row).enumerate() {
            if at > 0 {
                json.push(',');
            }
            json.push_str(name);
            json.push(':');
            put(value, &mut json);
        }
        json.push('}');
    }
    json.push_str("]}");
    json
}

fn put(value: &Value, json: &mut String) {
    match value {
        Value::Null => json.push_str("null"),
        Value::Bool(value) => json.push_str(if *value { "true" } else { "false" }),
        Value::Integer(value) => json.push_str(&value.to_string()),
        Value::Single(value) => json.push_str(&written(value)),
        Value::Double(value) => json.push_str(&written(value)),
        Value::Decimal(digits) => json.push_str(digits),
        Value::Text(text) => json.push_str(&written(text)),
        Value::Bytes(bytes) => json.push_str(&written(&STANDARD.encode(bytes))),
    }
}

fn written<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_| "null".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_net_writes_them() {
        let table = Table {
            columns: ["a\"", "b", "c", "d", "e", "f", "g", "h"].map(str::to_owned).to_vec(),
            rows: vec![vec![
                Value::Null,
                Value::Bool(true),
                Value::Integer(-7),
                Value::Single(0.1),
                Value::Double(2.0),
                Value::Decimal("123456789012345678901234567890.10".to_owned()),
                Value::Text("\u{e4}\n".to_owned()),
                Value::Bytes(vec![1, 2]),
            ]],
        };
        let expected = r#"{"items":[{"a\"":null,"b":true,"c":-7,"d":0.1,"e":2.0,"f":123456789012345678901234567890.10,"g":"ä\n","h":"AQI="}]}"#;
        assert_eq!(json(&table), expected);
        assert_eq!(json(&Table::default()), r#"{"items":[]}"#);
    }
}
