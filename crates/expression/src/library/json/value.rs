//! `Newtonsoft.Json.Linq.JValue`, and the way between .NET values and JSON values.

use crate::collection::{Array, Dictionary, List, Pair, Record, collect};
use crate::frame::Frame;
use crate::json::{Content, JToken, Scalar};
use crate::library::{Call, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::Value;

/// A JSON value that is no container.
pub static JVALUE: Class = Class::new("Newtonsoft.Json.Linq.JValue", ClassKind::Class)
    .inherits(&["JToken", "IComparable", "IFormattable"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row("new(object value)", "new JValue(5).Type", "Integer", |_, a| {
        Ok(JToken::value(scalar_of(a.value(0))?).into())
    }),
    row(
        "new(string value)",
        "new JValue((string)null).Type",
        "String",
        |_, a| Ok(JToken::value(string_of(a.value(0))?).into()),
    ),
    row(
        "new(JValue other)",
        "new JValue(new JValue(5)).Type",
        "Integer",
        |_, a| Ok(JToken::value(scalar_of(a.value(0))?).into()),
    ),
    row(
        "static JValue CreateNull()",
        "JValue.CreateNull().Type",
        "Null",
        |_, _| Ok(JToken::value(Scalar::Null).into()),
    ),
    row(
        "static JValue CreateComment(string value)",
        r#"JValue.CreateComment("x").Type"#,
        "Comment",
        |_, a| {
            let text = a.text_or_null(0).cloned().unwrap_or_default();
            Ok(JToken::value(Scalar::Comment(text)).into())
        },
    ),
    row(
        "static JValue CreateUndefined()",
        "JValue.CreateUndefined().Type",
        "Undefined",
        |_, _| Ok(JToken::value(Scalar::Undefined).into()),
    ),
    row(
        "static JValue CreateString(string value)",
        r#"JValue.CreateString("x").Type"#,
        "String",
        |_, a| Ok(JToken::value(string_of(a.value(0))?).into()),
    ),
    row("object Value { get; }", "new JValue(5).Value", "5", |_, a| {
        Ok(if let Value::Json(token) = a.value(0) {
            token.scalar().map(|scalar| scalar_value(&scalar)).unwrap_or_default()
        } else {
            Value::Null
        })
    }),
    row("object Value { set; }", "", "", |_, a| {
        if let Value::Json(token) = a.value(0) {
            token.set_scalar(scalar_of(a.value(1))?)?;
        }
        Ok(Value::Null)
    }),
    row(
        "int CompareTo(JValue obj)",
        "new JValue(1).CompareTo(new JValue(2.5))",
        "-1",
        |_, a| compared(a.value(0), a.value(1)),
    ),
    row(
        "string ToString(IFormatProvider formatProvider)",
        "new JValue(1.5).ToString(CultureInfo.InvariantCulture)",
        "1.5",
        |call, a| formatted(call, a.value(0), "", a.value(1)),
    ),
    row(
        "string ToString(string format, IFormatProvider formatProvider)",
        r#"new JValue(5).ToString("D3", CultureInfo.InvariantCulture)"#,
        "005",
        |call, a| {
            let format = a.text_or_null(1).map_or("", |text| text.as_str());
            formatted(call, a.value(0), format, a.value(2))
        },
    ),
    row(
        "string ToString(string format)",
        r#"new JValue(5).ToString("D3")"#,
        "005",
        |_, a| Ok(crate::library::format_value(a.value(0), a.text_or_null(1).map_or("", |text| text.as_str()))?.into()),
    ),
];

/// `CompareTo` with another JSON value or with what one could hold: of texts the difference, otherwise the sign.
///
/// # Errors
/// `ArgumentException` when the two have no order.
pub fn compared(left: &Value, right: &Value) -> Outcome {
    if right.is_null() {
        return Ok(1.into());
    }
    let left = if let Value::Json(token) = left {
        token.scalar()
    } else {
        None
    };
    match (left, Some(scalar_of(right)?)) {
        (Some(Scalar::String(left)), Some(Scalar::String(right))) => {
            Ok(crate::library::system::difference(&left, &right, 4).into())
        }
        (Some(left), Some(right)) => Ok((left.compare(&right)? as i32).into()),
        _ => Ok(1.into()),
    }
}

fn formatted(call: &mut Call<'_, '_>, value: &Value, format: &str, culture: &Value) -> Outcome {
    let held = match value {
        Value::Json(token) => token.scalar().map(|scalar| scalar_value(&scalar)).unwrap_or_default(),
        other => other.clone(),
    };
    if held.is_null() {
        return Ok("".into());
    }
    call.text(crate::library::format_in(
        &held,
        format,
        crate::library::system::culture(culture),
    )?)
}

/// JSON that is written as it is.
pub static JRAW: Class = Class::new("Newtonsoft.Json.Linq.JRaw", ClassKind::Class)
    .inherits(&["JValue"])
    .rows(RAW_ROWS);

const RAW_ROWS: &[Row] = &[
    row(
        "new(object rawJson)",
        r#"new JObject { ["a"] = new JRaw("[1, 2]") }.ToString(Formatting.None)"#,
        r#"{"a":[1, 2]}"#,
        |_, a| Ok(JToken::value(Scalar::Raw(a.value(0).display_string().as_str().into())).into()),
    ),
    row("new(JRaw other)", r#"new JRaw(new JRaw("1")).Type"#, "Raw", |_, a| {
        Ok(JToken::value(Scalar::Raw(a.required(0)?.display_string().as_str().into())).into())
    }),
];

/// The .NET value that a `JValue` holds.
pub fn scalar_value(scalar: &Scalar) -> Value {
    match scalar {
        Scalar::Null | Scalar::NoString | Scalar::Undefined => Value::Null,
        Scalar::Boolean(value) => Value::Boolean(*value),
        Scalar::Integer(value) => Value::Int64(*value),
        Scalar::Float(value) => Value::Double(*value),
        Scalar::Decimal(value) => Value::Decimal(*value),
        Scalar::Date(date) => Value::DateTime(*date),
        Scalar::DateOffset(local, offset) => Value::DateTimeOffset(*local, *offset),
        Scalar::Guid(guid) => Value::Guid(*guid),
        Scalar::TimeSpan(ticks) => Value::TimeSpan(*ticks),
        Scalar::Bytes(bytes) => Array::bytes(bytes.to_vec()),
        Scalar::Uri(text) => crate::library::uri(text),
        Scalar::BigInteger(text) | Scalar::String(text) | Scalar::Comment(text) | Scalar::Raw(text) => {
            text.clone().into()
        }
    }
}

/// The JSON value of what is a string by its type: one that is null stays a string.
///
/// # Errors
/// As [`scalar_of`].
pub fn string_of(value: &Value) -> Result<Scalar, Thrown> {
    if value.is_null() {
        Ok(Scalar::NoString)
    } else {
        scalar_of(value)
    }
}

/// The JSON value of a .NET value.
///
/// # Errors
/// `ArgumentException` for what JSON has no value for.
pub fn scalar_of(value: &Value) -> Result<Scalar, Thrown> {
    Ok(match value {
        Value::Null => Scalar::Null,
        Value::Boolean(value) => Scalar::Boolean(*value),
        Value::Char(unit) => Scalar::String(String::from_utf16_lossy(&[*unit]).into()),
        // The number of the same shortest text: 0.1f is 0.1.
        Value::Single(value) => Scalar::Float(value.to_string().parse().unwrap_or(f64::from(*value))),
        Value::Double(value) => Scalar::Float(*value),
        Value::Decimal(value) => Scalar::Decimal(*value),
        Value::UInt64(value) => Scalar::from(*value),
        Value::String(text) => Scalar::String(text.clone()),
        Value::DateTime(date) => Scalar::Date(*date),
        Value::DateTimeOffset(local, offset) => Scalar::DateOffset(*local, *offset),
        Value::TimeSpan(ticks) => Scalar::TimeSpan(*ticks),
        Value::Guid(guid) => Scalar::Guid(*guid),
        Value::Json(token) if token.scalar().is_some() => token.scalar().unwrap_or(Scalar::Null),
        Value::Object(_) => match (
            value.object::<Array>().and_then(Array::to_bytes),
            crate::library::uri_text(value),
        ) {
            (Some(bytes), _) => Scalar::Bytes(bytes.into()),
            (None, Some(uri)) => Scalar::Uri(uri),
            (None, None) => return Err(unsupported(value)),
        },
        other => Scalar::Integer(other.integer().ok_or_else(|| unsupported(value))?),
    })
}

/// An array of several dimensions as arrays of arrays.
fn rows(
    frame: &mut Frame<'_>,
    items: &mut std::vec::IntoIter<Value>,
    lengths: &[usize],
    shape: Shape,
) -> Result<JToken, Thrown> {
    let Some((length, inner)) = lengths.split_first() else {
        return shaped_token_of(&items.next().unwrap_or_default(), frame, shape);
    };
    let array = JToken::array();
    for _ in 0..*length {
        frame.step(1)?;
        array.add(rows(frame, items, inner, shape)?)?;
    }
    Ok(array)
}

/// `ArgumentException` of what JSON has no value for.
pub fn unsupported(value: &Value) -> Thrown {
    Thrown::new(
        "System.ArgumentException",
        format!("Could not determine JSON object type for type {}.", value.type_name()),
    )
}

/// What a value becomes inside a container.
///
/// # Errors
/// As [`scalar_of`].
pub fn content(value: &Value) -> Result<Content, Thrown> {
    match value {
        Value::Json(token) => Ok(Content::Token(token.clone())),
        other => Ok(Content::Scalar(scalar_of(other)?)),
    }
}

/// `JToken.FromObject`: any value as JSON.
///
/// # Errors
/// As [`scalar_of`]; when the budget is used up.
pub fn token_of(value: &Value, frame: &mut Frame<'_>) -> Result<JToken, Thrown> {
    shaped_token_of(value, frame, Shape::default())
}

/// A token that must be of a class.
///
/// # Errors
/// `ArgumentException`
pub fn of_class(token: JToken, class: &str) -> Outcome {
    if token.class() == class {
        return Ok(token.into());
    }
    let name = token.token_type().name();
    Err(Thrown::new(
        "System.ArgumentException",
        format!("Object serialized to {name}. {class} instance expected."),
    ))
}

/// Which members of anonymous objects are left out.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shape {
    /// Those that are null.
    pub no_nulls: bool,
    /// Those that have their type's default.
    pub no_defaults: bool,
}

impl Shape {
    /// Whether a member is left out.
    pub fn leaves_out(self, member: &Value, ty: &Type) -> bool {
        let is_default = || member.equals(&Value::default_of(ty));
        self.no_nulls && member.is_null() || self.no_defaults && is_default()
    }
}

/// As [`token_of`], with less in it.
///
/// # Errors
/// As [`token_of`].
pub fn shaped_token_of(value: &Value, frame: &mut Frame<'_>, shape: Shape) -> Result<JToken, Thrown> {
    frame.deeper(4, |frame| built(value, frame, shape))
}

fn built(value: &Value, frame: &mut Frame<'_>, shape: Shape) -> Result<JToken, Thrown> {
    frame.step(1)?;
    frame.allocate(64)?;
    if let Some(record) = value.object::<Record>() {
        let object = JToken::object();
        for (at, item) in record.items.iter().enumerate() {
            let (name, ty) = match &record.ty {
                Type::Anonymous(members) => members.get(at).map(|(name, ty)| (name.to_string(), ty.clone())),
                _ => None,
            }
            .unwrap_or_else(|| (format!("Item{}", at + 1), item.runtime_type()));
            if !shape.leaves_out(item, &ty) {
                object.set(name, shaped_token_of(item, frame, shape)?)?;
            }
        }
        return Ok(object);
    }
    if let Some(pair) = value.object::<Pair>() {
        let object = JToken::object();
        object.set("Key", shaped_token_of(&pair.key, frame, shape)?)?;
        object.set("Value", shaped_token_of(&pair.value, frame, shape)?)?;
        return Ok(object);
    }
    if let Some(array) = value.object::<Array>().filter(|array| array.lengths().len() > 1) {
        let mut items = array.to_vec().into_iter();
        return rows(frame, &mut items, array.lengths(), shape);
    }
    if let Some(dictionary) = value.object::<Dictionary>() {
        let object = JToken::object();
        for (key, member) in dictionary.entries() {
            object.set(key.display_string(), shaped_token_of(&member, frame, shape)?)?;
        }
        return Ok(object);
    }
    if let Some(object) = super::host_objects::host_object(value, frame, shape)? {
        return Ok(object);
    }
    if let Some(json) = crate::library::xml_json(value, frame)? {
        return Ok(JToken::parse(&json)?);
    }
    let bytes = value.object::<Array>().is_some_and(|array| array.to_bytes().is_some());
    let sequence = matches!(value, Value::Object(_)) && !bytes && value.runtime_type().element().is_some();
    if sequence || value.object::<List>().is_some() {
        let array = JToken::array();
        for item in collect(value, frame)? {
            array.add(shaped_token_of(&item, frame, shape)?)?;
        }
        return Ok(array);
    }
    match value {
        Value::Json(token) => Ok(token.clone()),
        Value::Enum(_, number) => Ok(JToken::value(*number)),
        other => Ok(JToken::value(scalar_of(other)?)),
    }
}
