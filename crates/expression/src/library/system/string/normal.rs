//! Unicode normalization: `Normalize` and `IsNormalized`.

use crate::library::{Arguments, Call, Class, Row, row};
use crate::thrown::{Outcome, Thrown};
use unicode_normalization::{UnicodeNormalization, is_nfc, is_nfd, is_nfkc, is_nfkd};

/// `System.Text.NormalizationForm`
pub static NORMALIZATION_FORM: Class = Class::enumeration(
    "System.Text.NormalizationForm",
    &[("FormC", 1), ("FormD", 2), ("FormKC", 5), ("FormKD", 6)],
);

/// Its members of strings.
pub const ROWS: &[Row] = &[
    row(
        "string Normalize()",
        r#""e\u0301".Normalize().Length"#,
        "1",
        |call, a| normalize(call, a, 1),
    ),
    row(
        "string Normalize(NormalizationForm normalizationForm)",
        r#""\u00e9".Normalize(NormalizationForm.FormD).Length"#,
        "2",
        |call, a| normalize(call, a, a.int(1)),
    ),
    row("bool IsNormalized()", r#""e\u0301".IsNormalized()"#, "False", |_, a| {
        is_normal(a, 1)
    }),
    row(
        "bool IsNormalized(NormalizationForm normalizationForm)",
        r#""e\u0301".IsNormalized(NormalizationForm.FormD)"#,
        "True",
        |_, a| is_normal(a, a.int(1)),
    ),
];

fn normalize(call: &mut Call<'_, '_>, a: Arguments<'_>, form: i32) -> Outcome {
    let text = a.text(0)?;
    // Nearly all texts stay as long as they are; one character may become eighteen.
    call.frame.allocate(text.len())?;
    let normal: String = match form {
        1 => text.nfc().collect(),
        2 => text.nfd().collect(),
        5 => text.nfkc().collect(),
        6 => text.nfkd().collect(),
        _ => return Err(unknown()),
    };
    call.frame.text(normal)
}

fn is_normal(a: Arguments<'_>, form: i32) -> Outcome {
    let text = a.text(0)?;
    Ok(match form {
        1 => is_nfc(text),
        2 => is_nfd(text),
        5 => is_nfkc(text),
        6 => is_nfkd(text),
        _ => return Err(unknown()),
    }
    .into())
}

fn unknown() -> Thrown {
    Thrown::new(
        "System.ArgumentException",
        "Invalid normalization form. (Parameter 'normalizationForm')",
    )
}
