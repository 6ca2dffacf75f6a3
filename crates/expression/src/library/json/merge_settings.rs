//! `Newtonsoft.Json.Linq.JsonMergeSettings` and its enumerations.

use crate::json::{ArrayHandling, MergeSettings};
use crate::library::{Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::ClassRef;
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;

/// What becomes of arrays.
pub static ARRAY_HANDLING: Class = Class::enumeration(
    "Newtonsoft.Json.Linq.MergeArrayHandling",
    &[("Concat", 0), ("Union", 1), ("Replace", 2), ("Merge", 3)],
);
/// What becomes of nulls.
pub static NULL_HANDLING: Class = Class::enumeration(
    "Newtonsoft.Json.Linq.MergeNullValueHandling",
    &[("Ignore", 0), ("Merge", 1)],
)
.flags();
/// How a merge is done.
pub static MERGE_SETTINGS: Class = Class::new("Newtonsoft.Json.Linq.JsonMergeSettings", ClassKind::Class).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "new()",
        "new JsonMergeSettings().MergeArrayHandling",
        "Concat",
        |_, _| {
            Ok(Value::of(Settings {
                merge: Mutex::default(),
            }))
        },
    ),
    row("MergeArrayHandling MergeArrayHandling { get; }", "", "", |_, a| {
        let number = settings(a.value(0))?.merge.lock().arrays as i32;
        Ok(Value::Enum(ClassRef(&ARRAY_HANDLING), number))
    }),
    row("MergeArrayHandling MergeArrayHandling { set; }", "", "", |_, a| {
        let arrays = match a.int(1) {
            0 => ArrayHandling::Concat,
            1 => ArrayHandling::Union,
            2 => ArrayHandling::Replace,
            3 => ArrayHandling::Merge,
            _ => return Err(out_of_range()),
        };
        settings(a.value(0))?.merge.lock().arrays = arrays;
        Ok(Value::Null)
    }),
    row(
        "MergeNullValueHandling MergeNullValueHandling { get; }",
        "new JsonMergeSettings().MergeNullValueHandling",
        "Ignore",
        |_, a| {
            let overwrites = settings(a.value(0))?.merge.lock().nulls_overwrite;
            Ok(Value::Enum(ClassRef(&NULL_HANDLING), i32::from(overwrites)))
        },
    ),
    row(
        "MergeNullValueHandling MergeNullValueHandling { set; }",
        "",
        "",
        |_, a| {
            if !(0..=1).contains(&a.int(1)) {
                return Err(out_of_range());
            }
            settings(a.value(0))?.merge.lock().nulls_overwrite = a.int(1) == 1;
            Ok(Value::Null)
        },
    ),
    row(
        "StringComparison PropertyNameComparison { get; }",
        "new JsonMergeSettings().PropertyNameComparison",
        "Ordinal",
        |_, a| property_names(settings(a.value(0))?),
    ),
    row("StringComparison PropertyNameComparison { set; }", "", "", |_, a| {
        settings(a.value(0))?.merge.lock().ignores_case = a.int(1) % 2 == 1;
        Ok(Value::Null)
    }),
];

fn property_names(settings: &Settings) -> Outcome {
    let name = if settings.merge.lock().ignores_case {
        "OrdinalIgnoreCase"
    } else {
        "Ordinal"
    };
    let class = crate::library::class("StringComparison", 0).map(ClassRef);
    Ok(class
        .and_then(|class| Value::enumeration(class, name))
        .unwrap_or_default())
}

/// The settings as an object.
#[derive(Debug)]
struct Settings {
    merge: Mutex<MergeSettings>,
}

impl Object for Settings {
    fn type_name(&self) -> String {
        MERGE_SETTINGS.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn settings(value: &Value) -> Result<&Settings, Thrown> {
    value.object::<Settings>().ok_or_else(Thrown::null_reference)
}

fn out_of_range() -> Thrown {
    Thrown::out_of_range("Specified argument was out of the range of valid values.", "value")
}

/// The settings that an argument means; `None` for null.
pub fn of(value: &Value) -> Option<MergeSettings> {
    value.object::<Settings>().map(|settings| *settings.merge.lock())
}
