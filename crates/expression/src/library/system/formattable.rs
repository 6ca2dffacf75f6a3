//! `System.IFormattable`

use super::globalization::culture;
use crate::library::{Class, ClassKind, Row, format_in, row};

/// What has formats.
pub static IFORMATTABLE: Class = Class::new("System.IFormattable", ClassKind::Interface).rows(ROWS);

const ROWS: &[Row] = &[row(
    "string ToString(string format, IFormatProvider formatProvider)",
    "((IFormattable)1.5m).ToString(\"0.00\", null)",
    "1.50",
    |_, a| {
        let format = a.text_or_null(1).map_or("", |text| text.as_str());
        Ok(format_in(a.value(0), format, culture(a.value(2)))?.into())
    },
)];
