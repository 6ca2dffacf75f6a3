//! `Newtonsoft.Json.Linq.JTokenEqualityComparer`: tokens are the same when their content is.

use crate::library::{Class, ClassKind, Row, row};
use crate::value::{Equality, Key, Object, Value};
use std::any::Any;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// Compares tokens by content.
pub static TOKEN_COMPARER: Class = Class::new("Newtonsoft.Json.Linq.JTokenEqualityComparer", ClassKind::Class)
    .inherits(&["IEqualityComparer<JToken>"])
    .rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "new()",
        r#"new JTokenEqualityComparer().Equals(JToken.Parse("{a: 1}"), JToken.Parse("{a: 1}"))"#,
        "True",
        |_, _| Ok(token_comparer()),
    ),
    row(
        "bool Equals(JToken x, JToken y)",
        r#"new JTokenEqualityComparer().Equals(JToken.Parse("1"), JToken.Parse("2"))"#,
        "False",
        |_, a| Ok((key(a.value(1)) == key(a.value(2))).into()),
    ),
    row(
        "int GetHashCode(JToken obj)",
        r#"new JTokenEqualityComparer().GetHashCode(JToken.Parse("[1]")) == new JTokenEqualityComparer().GetHashCode(JToken.Parse("[1]"))"#,
        "True",
        |_, a| {
            let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(key(a.value(1)));
            Ok((hash as i32).into())
        },
    ),
];

fn key(value: &Value) -> Key {
    Key::new(value.clone(), Equality::Json)
}

/// The comparer.
#[derive(Debug)]
struct TokenComparer;

impl Object for TokenComparer {
    fn type_name(&self) -> String {
        TOKEN_COMPARER.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// `new JTokenEqualityComparer()`
pub fn token_comparer() -> Value {
    Value::of(TokenComparer)
}

/// Whether a comparer argument compares tokens by content.
pub fn compares_tokens(comparer: &Value) -> bool {
    comparer.object::<TokenComparer>().is_some()
}
