//! `System.Xml.XmlReaderSettings`, and the enumerations of readers.

use super::cursor::Ignored;
use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{Outcome, Thrown};
use crate::types::ClassRef;
use crate::value::{Object, Value};
use parking_lot::Mutex;
use std::any::Any;

/// What a reader leaves out and refuses.
pub static XML_READER_SETTINGS: Class = Class::new("System.Xml.XmlReaderSettings", ClassKind::Class)
    .rows(ROWS)
    .more(SWITCHES);
/// Whether a document type declaration is refused.
pub static DTD_PROCESSING: Class = Class::enumeration(
    "System.Xml.DtdProcessing",
    &[("Prohibit", 0), ("Ignore", 1), ("Parse", 2)],
);
/// Where a reader is.
pub static READ_STATE: Class = Class::enumeration(
    "System.Xml.ReadState",
    &[
        ("Initial", 0),
        ("Interactive", 1),
        ("Error", 2),
        ("EndOfFile", 3),
        ("Closed", 4),
    ],
);

/// A switch: its getter and its setter.
macro_rules! switch {
    ($name:literal, $at:expr) => {
        [
            row(
                concat!("bool ", $name, " { get; }"),
                concat!("new XmlReaderSettings { ", $name, " = true }.", $name),
                "True",
                |_, a| {
                    let at: fn(&mut State) -> &mut bool = $at;
                    Ok((*at(&mut of(a, 0)?.0.lock())).into())
                },
            ),
            row(concat!("bool ", $name, " { set; }"), "", "", |_, a| {
                let at: fn(&mut State) -> &mut bool = $at;
                *at(&mut of(a, 0)?.0.lock()) = a.bool(1);
                Ok(Value::Null)
            }),
        ]
    };
}

const WHITESPACE: [Row; 2] = switch!("IgnoreWhitespace", |state| &mut state.ignored.whitespace);
const COMMENTS: [Row; 2] = switch!("IgnoreComments", |state| &mut state.ignored.comments);
const INSTRUCTIONS: [Row; 2] = switch!("IgnoreProcessingInstructions", |state| &mut state.ignored.instructions);
const CLOSE: [Row; 2] = switch!("CloseInput", |state| &mut state.closes);
const CHECK: [Row; 2] = switch!("CheckCharacters", |state| &mut state.checks);
const SWITCHES: &[&[Row]] = &[&WHITESPACE, &COMMENTS, &INSTRUCTIONS, &CLOSE, &CHECK];

const ROWS: &[Row] = &[
    row("new()", "new XmlReaderSettings().IgnoreComments", "False", |_, _| {
        Ok(Value::of(Settings::default()))
    }),
    row(
        "DtdProcessing DtdProcessing { get; }",
        "new XmlReaderSettings().DtdProcessing",
        "Prohibit",
        |_, a| Ok(Value::Enum(ClassRef(&DTD_PROCESSING), of(a, 0)?.0.lock().dtd)),
    ),
    row("DtdProcessing DtdProcessing { set; }", "", "", |_, a| {
        if !(0..=2).contains(&a.int(1)) {
            return Err(Thrown::out_of_range(
                "Specified argument was out of the range of valid values.",
                "value",
            ));
        }
        of(a, 0)?.0.lock().dtd = a.int(1);
        Ok(Value::Null)
    }),
    row(
        "XmlReaderSettings Clone()",
        "new XmlReaderSettings().Clone().CheckCharacters",
        "True",
        clone,
    ),
    row("void Reset()", "", "", |_, a| {
        *of(a, 0)?.0.lock() = State::default();
        Ok(Value::Null)
    }),
];

fn clone(_: &mut crate::library::Call<'_, '_>, a: Arguments<'_>) -> Outcome {
    let state = *of(a, 0)?.0.lock();
    Ok(Value::of(Settings(Mutex::new(state))))
}

/// Settings as a value.
#[derive(Debug, Default)]
pub struct Settings(Mutex<State>);

#[derive(Clone, Copy, Debug)]
struct State {
    ignored: Ignored,
    dtd: i32,
    closes: bool,
    checks: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            ignored: Ignored::default(),
            dtd: 0,
            closes: false,
            checks: true,
        }
    }
}

impl Object for Settings {
    fn type_name(&self) -> String {
        XML_READER_SETTINGS.name.to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

fn of(a: Arguments<'_>, index: usize) -> Result<&Settings, Thrown> {
    a.value(index).object().ok_or_else(|| a.null(index))
}

/// What is left out, and whether document types are refused; the usual ones for null.
pub fn read(value: &Value) -> (Ignored, bool) {
    let state = value
        .object::<Settings>()
        .map_or_else(State::default, |settings| *settings.0.lock());
    let ignored = Ignored {
        types: state.dtd == 1,
        ..state.ignored
    };
    (ignored, state.dtd == 0)
}
