//! `System.StringComparison`, `System.StringSplitOptions`

use crate::library::Class;

/// How strings are compared.
pub static STRING_COMPARISON: Class = Class::enumeration(
    "System.StringComparison",
    &[
        ("CurrentCulture", 0),
        ("CurrentCultureIgnoreCase", 1),
        ("InvariantCulture", 2),
        ("InvariantCultureIgnoreCase", 3),
        ("Ordinal", 4),
        ("OrdinalIgnoreCase", 5),
    ],
);

/// What `Split` leaves out.
pub static STRING_SPLIT_OPTIONS: Class = Class::enumeration(
    "System.StringSplitOptions",
    &[("None", 0), ("RemoveEmptyEntries", 1), ("TrimEntries", 2)],
)
.flags();
