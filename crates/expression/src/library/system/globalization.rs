//! `System.Globalization`: the cultures that formats know, and how texts may be written.

use crate::library::culture::Culture;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::value::{Object, Value};
use std::any::Any;

/// A culture: the invariant one or `en-US`.
pub static CULTURE_INFO: Class = Class::new("System.Globalization.CultureInfo", ClassKind::Class)
    .inherits(&["IFormatProvider"])
    .rows(ROWS);
/// What a number's text may contain.
pub static NUMBER_STYLES: Class = Class::enumeration(
    "System.Globalization.NumberStyles",
    &[
        ("None", 0),
        ("AllowLeadingWhite", 1),
        ("AllowTrailingWhite", 2),
        ("AllowLeadingSign", 4),
        ("Integer", 7),
        ("AllowTrailingSign", 8),
        ("AllowParentheses", 16),
        ("AllowDecimalPoint", 32),
        ("AllowThousands", 64),
        ("Number", 111),
        ("AllowExponent", 128),
        ("Float", 167),
        ("AllowCurrencySymbol", 256),
        ("Currency", 383),
        ("Any", 511),
        ("AllowHexSpecifier", 512),
        ("HexNumber", 515),
    ],
)
.flags();
/// How a date's text is read.
pub static DATE_TIME_STYLES: Class = Class::enumeration(
    "System.Globalization.DateTimeStyles",
    &[
        ("None", 0),
        ("AllowLeadingWhite", 1),
        ("AllowTrailingWhite", 2),
        ("AllowInnerWhite", 4),
        ("AllowWhiteSpaces", 7),
        ("NoCurrentDateDefault", 8),
        ("AdjustToUniversal", 16),
        ("AssumeLocal", 32),
        ("AssumeUniversal", 64),
        ("RoundtripKind", 128),
    ],
)
.flags();

const ROWS: &[Row] = &[
    row(
        "static CultureInfo InvariantCulture { get; }",
        "CultureInfo.InvariantCulture.Name.Length",
        "0",
        |_, _| Ok(Value::of(Info(Culture::Invariant))),
    ),
    row(
        "static CultureInfo CurrentCulture { get; }",
        "CultureInfo.CurrentCulture.Name.Length",
        "0",
        |_, _| Ok(Value::of(Info(Culture::Invariant))),
    ),
    row(
        "static CultureInfo CurrentUICulture { get; }",
        "CultureInfo.CurrentUICulture.Name.Length",
        "0",
        |_, _| Ok(Value::of(Info(Culture::Invariant))),
    ),
    row(
        "new(string name)",
        r#"1234.5.ToString("C", new CultureInfo("en-US"))"#,
        "$1,234.50",
        named,
    ),
    row(
        "static CultureInfo GetCultureInfo(string name)",
        r#"CultureInfo.GetCultureInfo("en-US").Name"#,
        "en-US",
        named,
    ),
    row(
        "static CultureInfo CreateSpecificCulture(string name)",
        r#"CultureInfo.CreateSpecificCulture("en-US").Name"#,
        "en-US",
        named,
    ),
    row(
        "string Name { get; }",
        r#"new CultureInfo("en-US").Name"#,
        "en-US",
        |_, a| Ok(culture(a.value(0)).name().into()),
    ),
    row(
        "string TwoLetterISOLanguageName { get; }",
        "CultureInfo.InvariantCulture.TwoLetterISOLanguageName",
        "iv",
        |_, a| {
            Ok(match culture(a.value(0)) {
                Culture::Invariant => "iv",
                Culture::UnitedStates => "en",
            }
            .into())
        },
    ),
];

#[derive(Debug)]
struct Info(Culture);

impl Object for Info {
    fn type_name(&self) -> String {
        "System.Globalization.CultureInfo".to_owned()
    }
    fn display(&self) -> String {
        self.0.name().to_owned()
    }
    fn equals(&self, other: &Value) -> bool {
        other.object::<Self>().is_some_and(|other| self.0 == other.0)
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// The culture that a format provider means; null is the current one, the invariant.
pub fn culture(provider: &Value) -> Culture {
    provider.object::<Info>().map_or(Culture::Invariant, |info| info.0)
}

fn named(_: &mut crate::library::Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let name = a.text(0)?;
    let unknown = || {
        Thrown::new(
            "System.Globalization.CultureNotFoundException",
            format!("Culture is not supported: '{name}'; the invariant culture and en-US are. (Parameter 'name')"),
        )
    };
    Culture::named(name)
        .map(|culture| Value::of(Info(culture)))
        .ok_or_else(unknown)
}
