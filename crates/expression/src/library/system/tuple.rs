//! `System.ValueTuple`: members of tuples are resolved by the checker; this gives them what every value can do.

use crate::library::{Class, ClassKind};

/// `(a, b)`
pub static VALUE_TUPLE: Class = Class::new("System.ValueTuple", ClassKind::Struct);
