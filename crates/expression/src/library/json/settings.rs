//! Newtonsoft's enumerations.

use crate::library::Class;

/// How JSON is laid out.
pub static FORMATTING: Class = Class::enumeration("Newtonsoft.Json.Formatting", &[("None", 0), ("Indented", 1)]);

/// What a token is.
pub static JTOKEN_TYPE: Class = Class::enumeration(
    "Newtonsoft.Json.Linq.JTokenType",
    &[
        ("None", 0),
        ("Object", 1),
        ("Array", 2),
        ("Constructor", 3),
        ("Property", 4),
        ("Comment", 5),
        ("Integer", 6),
        ("Float", 7),
        ("String", 8),
        ("Boolean", 9),
        ("Null", 10),
        ("Undefined", 11),
        ("Date", 12),
        ("Raw", 13),
        ("Bytes", 14),
        ("Guid", 15),
        ("Uri", 16),
        ("TimeSpan", 17),
    ],
);
