//! `Authorization`, what `get-authorization-context` leaves in a variable.

use crate::collection::Dictionary;
use crate::context::Authorization;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::Type;
use crate::value::{Object, Value};
use std::any::Any;

/// Access to another service.
pub static AUTHORIZATION: Class = Class::new("Authorization", ClassKind::Class).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "string AccessToken { get; }",
        r#"((Authorization)context.Variables["auth"]).AccessToken"#,
        "t",
        |_, a| ask(a, |authorization| authorization.access_token.clone().into()),
    ),
    row(
        "IReadOnlyDictionary<string, object> Claims { get; }",
        r#"((Authorization)context.Variables["auth"]).Claims.Count"#,
        "0",
        |call, a| {
            let claims = a
                .value(0)
                .object::<Authorization>()
                .map(|authorization| authorization.claims.clone())
                .ok_or_else(Thrown::null_reference)?;
            let dictionary = Dictionary::new(Type::STRING, Type::OBJECT, crate::value::Equality::Default);
            for (name, value) in claims {
                dictionary.set(call.frame, name.into(), value)?;
            }
            Ok(Value::of(dictionary))
        },
    ),
];

fn ask(a: Arguments<'_>, part: impl FnOnce(&Authorization) -> Value) -> Outcome {
    a.value(0)
        .object::<Authorization>()
        .map(part)
        .ok_or_else(Thrown::null_reference)
}

impl Object for Authorization {
    fn type_name(&self) -> String {
        "Authorization".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}
