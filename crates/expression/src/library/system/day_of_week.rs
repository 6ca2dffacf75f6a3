//! `System.DayOfWeek`

use crate::library::Class;

/// Sunday is 0.
pub static DAY_OF_WEEK: Class = Class::enumeration(
    "System.DayOfWeek",
    &[
        ("Sunday", 0),
        ("Monday", 1),
        ("Tuesday", 2),
        ("Wednesday", 3),
        ("Thursday", 4),
        ("Friday", 5),
        ("Saturday", 6),
    ],
);
