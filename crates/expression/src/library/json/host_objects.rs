//! What the objects of `context` become in JSON: dictionaries become objects of their names, what has properties an
//! object of these.
//!
//! Never here: .NET's own types (`value`).

use super::value::{Shape, shaped_token_of};
use crate::collection::Pair;
use crate::frame::Frame;
use crate::json::JToken;
use crate::library::{Arguments, Call, ClassKind, apim};
use crate::thrown::Thrown;
use crate::value::Value;

/// Such an object as JSON; `None` for any other value.
///
/// # Errors
/// As for any value.
pub fn host_object(value: &Value, frame: &mut Frame<'_>, shape: Shape) -> Result<Option<JToken>, Thrown> {
    if !matches!(value, Value::Host(_) | Value::Object(_)) {
        return Ok(None);
    }
    if let Some(entries) = apim::named_entries(value, frame) {
        let object = JToken::object();
        for entry in entries {
            if let Some(pair) = entry.object::<Pair>() {
                object.set(pair.key.display_string(), shaped_token_of(&pair.value, frame, shape)?)?;
            }
        }
        return Ok(Some(object));
    }
    let class = value.runtime_type().library_class();
    let own = |class: &&crate::types::ClassRef| apim::CLASSES.iter().any(|known| std::ptr::eq(*known, class.0));
    let Some(class) = class.as_ref().filter(own) else {
        return Ok(None);
    };
    if matches!(class.0.kind, ClassKind::Static | ClassKind::Enum) {
        return Ok(None);
    }
    let object = JToken::object();
    for property in class.0.properties() {
        let mut call = Call { frame, types: &[] };
        let member = (property.run)(&mut call, Arguments::new(std::slice::from_ref(value), property))?;
        if !shape.leaves_out(&member, &property.result) {
            object.set(property.name, shaped_token_of(&member, frame, shape)?)?;
        }
    }
    Ok(Some(object))
}
