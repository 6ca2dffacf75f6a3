//! What `JsonSerializerSettings`, `JsonSerializer` and `JsonTextReader` let one choose: one set of choices, one table of
//! properties.

use crate::json::{DateParse, Escape, FloatFormat, Formatting, MAX_DEPTH, ReadStyle, WriteStyle, Zone};
use crate::library::{Arguments, Class, Row, row};
use crate::text::Text;
use crate::thrown::{Outcome, Thrown};
use crate::types::ClassRef;
use crate::value::Value;
use parking_lot::Mutex;

use super::settings::FORMATTING;
use super::value::Shape;

/// The choices of a serializer or a reader.
#[derive(Debug)]
pub struct Options(Mutex<Chosen>);

#[derive(Clone, Debug)]
struct Chosen {
    /// Numbers of enumerations, in the order of the table.
    numbers: [i32; 12],
    date_format: Option<Text>,
    /// None for no limit.
    depth: Option<usize>,
    checks_rest: bool,
    culture: Value,
}

impl Default for Options {
    fn default() -> Self {
        Self(Mutex::new(Chosen {
            numbers: [0, 0, 0, 0, 1, 3, 0, 0, 0, 0, 0, 0],
            date_format: None,
            depth: Some(MAX_DEPTH),
            checks_rest: false,
            culture: Value::Null,
        }))
    }
}

impl Clone for Options {
    fn clone(&self) -> Self {
        Self(Mutex::new(self.0.lock().clone()))
    }
}

macro_rules! enumerations {
    ($($constant:ident $name:literal [$($member:literal $number:literal)*];)*) => {
        $(static $constant: Class = Class::enumeration(concat!("Newtonsoft.Json.", $name), &[$(($member, $number)),*]);)*
        /// The enumerations.
        pub const CLASSES: &[&Class] = &[$(&$constant),*];
    };
}

enumerations! {
    NULLS "NullValueHandling" ["Include" 0 "Ignore" 1];
    DEFAULTS "DefaultValueHandling" ["Include" 0 "Ignore" 1 "Populate" 2 "IgnoreAndPopulate" 3];
    DATE_FORMAT "DateFormatHandling" ["IsoDateFormat" 0 "MicrosoftDateFormat" 1];
    DATE_PARSE "DateParseHandling" ["None" 0 "DateTime" 1 "DateTimeOffset" 2];
    ZONE "DateTimeZoneHandling" ["Local" 0 "Utc" 1 "Unspecified" 2 "RoundtripKind" 3];
    ESCAPE "StringEscapeHandling" ["Default" 0 "EscapeNonAscii" 1 "EscapeHtml" 2];
    FLOAT_FORMAT "FloatFormatHandling" ["String" 0 "Symbol" 1 "DefaultValue" 2];
    FLOAT_PARSE "FloatParseHandling" ["Double" 0 "Decimal" 1];
    MISSING "MissingMemberHandling" ["Ignore" 0 "Error" 1];
    LOOPS "ReferenceLoopHandling" ["Error" 0 "Ignore" 1 "Serialize" 2];
    CREATION "ObjectCreationHandling" ["Auto" 0 "Reuse" 1 "Replace" 2];
}

/// A property that is an enumeration: its getter and its setter.
macro_rules! choice {
    ($name:literal $class:ident $at:literal) => {
        [
            row(
                concat!($name, " ", $name, " { get; }"),
                concat!("new JsonSerializerSettings().", $name, " == default(", $name, ")"),
                if matches!($at, 4 | 5) { "False" } else { "True" },
                |_, a| {
                    let number = of(a)?.0.lock().numbers.get($at).copied();
                    Ok(Value::Enum(ClassRef(&$class), number.unwrap_or_default()))
                },
            ),
            row(concat!($name, " ", $name, " { set; }"), "", "", |_, a| {
                choose(a, $at, &$class)
            }),
        ]
    };
}

const NULLS_ROWS: [Row; 2] = choice!("NullValueHandling" NULLS 0);
const DEFAULTS_ROWS: [Row; 2] = choice!("DefaultValueHandling" DEFAULTS 1);
const FORMATTING_ROWS: [Row; 2] = choice!("Formatting" FORMATTING 2);
const DATE_FORMAT_ROWS: [Row; 2] = choice!("DateFormatHandling" DATE_FORMAT 3);
const DATE_PARSE_ROWS: [Row; 2] = choice!("DateParseHandling" DATE_PARSE 4);
const ZONE_ROWS: [Row; 2] = choice!("DateTimeZoneHandling" ZONE 5);
const ESCAPE_ROWS: [Row; 2] = choice!("StringEscapeHandling" ESCAPE 6);
const FLOAT_FORMAT_ROWS: [Row; 2] = choice!("FloatFormatHandling" FLOAT_FORMAT 7);
const FLOAT_PARSE_ROWS: [Row; 2] = choice!("FloatParseHandling" FLOAT_PARSE 8);
const MISSING_ROWS: [Row; 2] = choice!("MissingMemberHandling" MISSING 9);
const LOOPS_ROWS: [Row; 2] = choice!("ReferenceLoopHandling" LOOPS 10);
const CREATION_ROWS: [Row; 2] = choice!("ObjectCreationHandling" CREATION 11);

/// What serializers let one choose.
pub const OF_SERIALIZERS: &[&[Row]] = &[
    &NULLS_ROWS,
    &DEFAULTS_ROWS,
    &FORMATTING_ROWS,
    &DATE_FORMAT_ROWS,
    &DATE_PARSE_ROWS,
    &ZONE_ROWS,
    &ESCAPE_ROWS,
    &FLOAT_FORMAT_ROWS,
    &FLOAT_PARSE_ROWS,
    &MISSING_ROWS,
    &LOOPS_ROWS,
    &CREATION_ROWS,
    REST_ROWS,
    CHECK_ROWS,
];

/// What readers let one choose.
pub const OF_READERS: &[&[Row]] = &[&DATE_PARSE_ROWS, &ZONE_ROWS, &FLOAT_PARSE_ROWS, REST_ROWS];

const REST_ROWS: &[Row] = &[
    row("string DateFormatString { get; }", "", "", |_, a| {
        let format = of(a)?.0.lock().date_format.clone();
        Ok(format
            .unwrap_or_else(|| "yyyy'-'MM'-'dd'T'HH':'mm':'ss.FFFFFFFK".into())
            .into())
    }),
    row("string DateFormatString { set; }", "", "", |_, a| {
        of(a)?.0.lock().date_format = a.text_or_null(1).cloned();
        Ok(Value::Null)
    }),
    row(
        "int? MaxDepth { get; }",
        "new JsonSerializerSettings().MaxDepth",
        "64",
        |_, a| {
            let depth = of(a)?.0.lock().depth;
            Ok(depth.map_or(Value::Null, |depth| (depth as i32).into()))
        },
    ),
    row("int? MaxDepth { set; }", "", "", |_, a| {
        let depth = a.value(1).integer();
        if depth.is_some_and(|depth| depth <= 0) {
            return Err(Thrown::argument("Value must be positive.", "value"));
        }
        of(a)?.0.lock().depth = depth.and_then(|depth| usize::try_from(depth).ok());
        Ok(Value::Null)
    }),
    row("CultureInfo Culture { get; }", "", "", |_, a| {
        Ok(of(a)?.0.lock().culture.clone())
    }),
    row("CultureInfo Culture { set; }", "", "", |_, a| {
        of(a)?.0.lock().culture = a.value(1).clone();
        Ok(Value::Null)
    }),
];

const CHECK_ROWS: &[Row] = &[
    row(
        "bool CheckAdditionalContent { get; }",
        "new JsonSerializerSettings().CheckAdditionalContent",
        "False",
        |_, a| Ok(of(a)?.0.lock().checks_rest.into()),
    ),
    row("bool CheckAdditionalContent { set; }", "", "", |_, a| {
        of(a)?.0.lock().checks_rest = a.bool(1);
        Ok(Value::Null)
    }),
];

fn of(a: Arguments<'_>) -> Result<&Options, Thrown> {
    options(a.value(0)).ok_or_else(Thrown::null_reference)
}

/// The choices of a value that has some.
pub fn options(value: &Value) -> Option<&Options> {
    super::serializer::options(value).or_else(|| super::text_reader::options(value))
}

fn choose(a: Arguments<'_>, at: usize, class: &Class) -> Outcome {
    let number = a.int(1);
    // Settings take any number; what is made of them looks at it.
    let is_checked = a.value(0).type_name() != super::serializer::SETTINGS.name;
    if is_checked && !class.values.iter().any(|(_, known)| *known == number) {
        return Err(Thrown::out_of_range(
            "Specified argument was out of the range of valid values.",
            "value",
        ));
    }
    if let Some(own) = of(a)?.0.lock().numbers.get_mut(at) {
        *own = number;
    }
    Ok(Value::Null)
}

impl Options {
    /// How text is read.
    pub fn read_style(&self) -> ReadStyle {
        let chosen = self.0.lock();
        let [.., dates, zone, _, _, decimals, _, _, _] = chosen.numbers;
        ReadStyle {
            dates: match dates {
                0 => DateParse::None,
                2 => DateParse::DateTimeOffset,
                _ => DateParse::DateTime,
            },
            zone: zone_of(zone),
            decimals: decimals == 1,
            depth: chosen.depth.unwrap_or(usize::MAX),
        }
    }

    /// How text is written.
    ///
    /// # Errors
    /// `FormatException` when the format of dates is none.
    pub fn write_style(&self) -> Result<WriteStyle, Thrown> {
        let chosen = self.0.lock();
        let [_, _, formatting, dates, _, zone, escape, floats, ..] = chosen.numbers;
        if let Some(format) = &chosen.date_format {
            let any = crate::date::DateTime {
                ticks: 0,
                kind: crate::date::DateTimeKind::Utc,
            };
            crate::library::format_date(any, None, format)?;
        }
        Ok(WriteStyle {
            formatting: formatting_of(formatting),
            microsoft_dates: dates == 1,
            date_format: chosen.date_format.clone(),
            zone: zone_of(zone),
            escape: escape_of(escape),
            floats: match floats {
                1 => FloatFormat::Symbol,
                2 => FloatFormat::DefaultValue,
                _ => FloatFormat::String,
            },
        })
    }

    /// What is left out of anonymous objects.
    pub fn shape(&self) -> Shape {
        let [nulls, defaults, ..] = self.0.lock().numbers;
        Shape {
            no_nulls: nulls == 1,
            no_defaults: defaults & 1 == 1,
        }
    }
}

fn zone_of(number: i32) -> Zone {
    match number {
        0 => Zone::Local,
        1 => Zone::Utc,
        2 => Zone::Unspecified,
        _ => Zone::RoundtripKind,
    }
}

/// `Formatting` of its number.
pub fn formatting_of(number: i32) -> Formatting {
    if number == 1 {
        Formatting::Indented
    } else {
        Formatting::None
    }
}

/// `StringEscapeHandling` of its number.
pub fn escape_of(number: i32) -> Escape {
    match number {
        1 => Escape::NonAscii,
        2 => Escape::Html,
        _ => Escape::Default,
    }
}

/// `DateTimeZoneHandling` of an argument.
pub fn zone(a: Arguments<'_>, index: usize) -> Zone {
    zone_of(a.int(index))
}
