//! The variables of a recorded exchange.

use super::entity::{self, Part};
use crate::collection::Array;
use crate::context::Authorization;
use crate::date::{DateTime, DateTimeKind};
use crate::json::Scalar;
use crate::library::{decode_base64, jwt};
use crate::value::Value;
use std::sync::Arc;

/// A variable's value.
pub fn value(part: &Part) -> Value {
    let Some(token) = &part.0 else { return Value::Null };
    match token.scalar() {
        Some(Scalar::Integer(number)) => i32::try_from(number).map_or(Value::Int64(number), Value::Int32),
        Some(Scalar::Float(number)) => Value::Double(number),
        Some(Scalar::Boolean(truth)) => Value::Boolean(truth),
        Some(Scalar::String(text)) => text.into(),
        Some(Scalar::Date(date)) => Value::DateTime(date),
        Some(Scalar::Null) => Value::Null,
        _ => {
            let mut entries = part.entries();
            let marked = entries
                .next()
                .filter(|(name, _)| name.starts_with('$') && entries.next().is_none());
            marked
                .and_then(|(marker, inner)| written(&marker, &inner))
                .unwrap_or_else(|| Value::Json(token.detached_copy()))
        }
    }
}

/// A value of a type that JSON has not, by its marker.
fn written(marker: &str, part: &Part) -> Option<Value> {
    let token = part.0.as_ref()?;
    Some(match marker {
        "$json" => Value::Json(token.deep_clone()),
        "$response" => Arc::new(entity::response(part)).into_value(),
        "$jwt" => jwt(&part.own_text()),
        "$date" => Value::DateTime(DateTime {
            ticks: part.ticks()?,
            kind: DateTimeKind::Utc,
        }),
        "$bytes" => Array::bytes(decode_base64(&part.own_text())?),
        "$long" => Value::Int64(token.to_int64().ok()?),
        "$double" => Value::Double(part.number()?),
        "$authorization" => Value::of(Authorization {
            access_token: part.text_or("accessToken", ""),
            claims: Vec::new(),
        }),
        "$array" => Array::texts(part.items().map(|item| item.own_text())),
        _ => return None,
    })
}
