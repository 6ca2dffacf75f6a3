//! The tables. Nothing changes them.
//!
//! `people`: `id int not null`, `name nvarchar(50)`, `age smallint`:
//!
//! | id | name | age | |
//! |---|---|---|---|
//! | 1 | `Ada` | 36 | |
//! | 2 | `Zoë Müller` | NULL | as a row that leaves out its NULLs |
//! | 3 | `李娜 🎾` | 43 | |
//!
//! `large`: `id int not null` from 1 to 100,000, `text nvarchar(100)`: `row` and the number.
//!
//! `types`: one row, a column for every type ([`TYPES`] has names, types and values). `nothing_but_null`: the same columns,
//! all of which may be NULL, and two rows of nothing else, the second one as a row that leaves them out.
//!
//! `nodes`: `id int not null` 1, `node hierarchyid` `0x5AC0` (`/1/1/`), a type of the server's own making.
//!
//! Never here: what is asked of tables.

use super::moments;
use super::tokens::Column;
use super::types::{Encoding, Moment, Type, Value};

/// Rows of `large`.
const MANY: i64 = 100_000;

/// A row, and whether it leaves out its NULLs.
#[derive(Clone, Debug)]
pub struct Row {
    /// A value for each column.
    pub values: Vec<Value>,
    /// Whether NULLs are left out.
    pub compressed: bool,
}

/// Rows, one at a time.
pub type Rows = Box<dyn Iterator<Item = Row> + Send>;

/// The columns and rows of a table.
type Contents = fn() -> (Vec<Column>, Rows);

/// A table.
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns.
    pub columns: Vec<Column>,
    /// What is in it.
    pub rows: Rows,
}

/// The table of a name.
pub fn table(name: &str) -> Option<Table> {
    let all: [(&'static str, Contents); 5] = [
        ("people", people),
        ("large", large),
        ("types", types),
        ("nothing_but_null", nothing_but_null),
        ("nodes", nodes),
    ];
    let (name, of) = all.into_iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    let (columns, rows) = of();
    Some(Table { name, columns, rows })
}

fn column(name: &str, of: Type, nullable: bool) -> Column {
    let name = name.to_owned();
    Column { name, of, nullable }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn whole(values: Vec<Value>) -> Row {
    Row {
        values,
        compressed: false,
    }
}

fn people() -> (Vec<Column>, Rows) {
    let columns = vec![
        column("id", Type::Int, false),
        column("name", Type::NVarChar(Some(50)), true),
        column("age", Type::SmallInt, true),
    ];
    let rows = [
        whole(vec![Value::Integer(1), text("Ada"), Value::Integer(36)]),
        Row {
            values: vec![Value::Integer(2), text("Zoë Müller"), Value::Null],
            compressed: true,
        },
        whole(vec![Value::Integer(3), text("李娜 🎾"), Value::Integer(43)]),
    ];
    (columns, Box::new(rows.into_iter()))
}

fn large() -> (Vec<Column>, Rows) {
    let columns = vec![
        column("id", Type::Int, false),
        column("text", Type::NVarChar(Some(100)), true),
    ];
    let rows = (1..=MANY).map(|id| whole(vec![Value::Integer(id), text(&format!("row {id}"))]));
    (columns, Box::new(rows))
}

fn nodes() -> (Vec<Column>, Rows) {
    let columns = vec![column("id", Type::Int, false), column("node", Type::HierarchyId, true)];
    let row = whole(vec![Value::Integer(1), Value::Bytes(vec![0x5a, 0xc0])]);
    (columns, Box::new(std::iter::once(row)))
}

fn types() -> (Vec<Column>, Rows) {
    let columns = TYPES.iter().map(|(name, of, nullable, _)| column(name, *of, *nullable));
    let row = whole(TYPES.iter().map(|(.., known)| known.value()).collect());
    (columns.collect(), Box::new(std::iter::once(row)))
}

fn nothing_but_null() -> (Vec<Column>, Rows) {
    let columns: Vec<Column> = TYPES.iter().map(|(name, of, ..)| column(name, *of, true)).collect();
    let rows = [false, true].map(|compressed| Row {
        values: vec![Value::Null; TYPES.len()],
        compressed,
    });
    (columns, Box::new(rows.into_iter()))
}

/// A value that everybody knows.
#[derive(Clone, Copy)]
enum Known {
    Integer(i64),
    Float(f64),
    /// Without the point.
    Scaled(i128),
    Text(&'static str),
    /// A text many times over, in pieces of so many bytes, whose length is told or not.
    Repeated(&'static str, usize, usize, bool),
    Bytes(&'static [u8]),
    /// A date and a time as text.
    Moment(&'static str),
    Variant(Type, &'static Known),
}

impl Known {
    fn value(self) -> Value {
        match self {
            Self::Integer(number) => Value::Integer(number),
            Self::Float(number) => Value::Float(number),
            Self::Scaled(number) => Value::Scaled(number),
            Self::Text(known) => text(known),
            Self::Repeated(part, times, piece, told) => Value::Pieces {
                text: part.repeat(times),
                piece,
                told,
            },
            Self::Bytes(bytes) => Value::Bytes(bytes.to_vec()),
            Self::Moment(text) => {
                let never = Moment {
                    day: 0,
                    ticks: 0,
                    offset: 0,
                };
                Value::Moment(moments::parse(text).unwrap_or(never))
            }
            Self::Variant(of, known) => Value::Variant(Box::new((of, known.value()))),
        }
    }
}

const GUID: &[u8] = &[
    0x6f, 0x96, 0x19, 0xff, 0x8b, 0x86, 0xd0, 0x11, 0xb4, 0x2d, 0x00, 0xc0, 0x4f, 0xc9, 0x64, 0xff,
];
const BYTES: &[u8] = &[0x00, 0x01, 0x7f, 0x80, 0xfe, 0xff];

/// The columns of `types`: name, type, whether it may be NULL, value. A `decimal` of 12345 with two digits behind its point
/// is 123.45; the `uniqueidentifier` is 6F9619FF-8B86-D011-B42D-00C04FC964FF.
const TYPES: &[(&str, Type, bool, Known)] = &[
    ("tinyint", Type::TinyInt, false, Known::Integer(255)),
    ("tinyint_null", Type::TinyInt, true, Known::Integer(200)),
    ("smallint", Type::SmallInt, false, Known::Integer(-32_768)),
    ("smallint_null", Type::SmallInt, true, Known::Integer(32_767)),
    ("int", Type::Int, false, Known::Integer(-2_147_483_648)),
    ("int_null", Type::Int, true, Known::Integer(2_147_483_647)),
    ("bigint", Type::BigInt, false, Known::Integer(i64::MIN)),
    ("bigint_null", Type::BigInt, true, Known::Integer(i64::MAX)),
    ("bit", Type::Bit, false, Known::Integer(1)),
    ("bit_null", Type::Bit, true, Known::Integer(0)),
    ("real", Type::Real, false, Known::Float(-1.5)),
    ("real_null", Type::Real, true, Known::Float(0.25)),
    ("float", Type::Float, false, Known::Float(1e300)),
    ("float_null", Type::Float, true, Known::Float(-0.1)),
    ("smallmoney", Type::SmallMoney, false, Known::Scaled(-2_147_483_648)),
    ("smallmoney_null", Type::SmallMoney, true, Known::Scaled(12_345)),
    ("money", Type::Money, false, Known::Scaled(-9_223_372_036_854_775_808)),
    ("money_null", Type::Money, true, Known::Scaled(123_456_789_012_345)),
    (
        "decimal_5_2",
        Type::Decimal { precision: 5, scale: 2 },
        true,
        Known::Scaled(-12_345),
    ),
    (
        "decimal_18_0",
        Type::Decimal {
            precision: 18,
            scale: 0,
        },
        true,
        Known::Scaled(999_999_999_999_999_999),
    ),
    (
        "decimal_28_10",
        Type::Decimal {
            precision: 28,
            scale: 10,
        },
        true,
        Known::Scaled(1_234_567_890_123_456_789_012_345_678),
    ),
    (
        "decimal_38_38",
        Type::Decimal {
            precision: 38,
            scale: 38,
        },
        true,
        Known::Scaled(-1),
    ),
    (
        "numeric_38_0",
        Type::Numeric {
            precision: 38,
            scale: 0,
        },
        false,
        Known::Scaled(99_999_999_999_999_999_999_999_999_999_999_999_999),
    ),
    ("date", Type::Date, true, Known::Moment("2024-02-29")),
    ("date_first", Type::Date, true, Known::Moment("0001-01-01")),
    ("date_last", Type::Date, true, Known::Moment("9999-12-31")),
    ("time_0", Type::Time(0), true, Known::Moment("23:59:59")),
    ("time_3", Type::Time(3), true, Known::Moment("12:34:56.789")),
    ("time_7", Type::Time(7), true, Known::Moment("23:59:59.9999999")),
    (
        "datetime",
        Type::DateTime,
        false,
        Known::Moment("2024-02-29 13:14:15.997"),
    ),
    (
        "datetime_null",
        Type::DateTime,
        true,
        Known::Moment("1753-01-01 00:00:00"),
    ),
    (
        "smalldatetime",
        Type::SmallDateTime,
        false,
        Known::Moment("2024-02-29 13:14:00"),
    ),
    (
        "smalldatetime_null",
        Type::SmallDateTime,
        true,
        Known::Moment("2079-06-06 23:59:00"),
    ),
    (
        "datetime2_0",
        Type::DateTime2(0),
        true,
        Known::Moment("0001-01-01 00:00:00"),
    ),
    (
        "datetime2_3",
        Type::DateTime2(3),
        true,
        Known::Moment("2024-02-29 13:14:15.123"),
    ),
    (
        "datetime2_7",
        Type::DateTime2(7),
        true,
        Known::Moment("9999-12-31 23:59:59.9999999"),
    ),
    (
        "datetimeoffset_0",
        Type::DateTimeOffset(0),
        true,
        Known::Moment("2024-02-29 23:30:00 -08:00"),
    ),
    (
        "datetimeoffset_7",
        Type::DateTimeOffset(7),
        true,
        Known::Moment("2024-03-01 00:30:00.1234567 +05:45"),
    ),
    ("char_5", Type::Char(5, Encoding::Latin), true, Known::Text("ab")),
    (
        "varchar_20",
        Type::VarChar(Some(20), Encoding::Latin),
        true,
        Known::Text("naïve €5 “x”"),
    ),
    (
        "varchar_20_utf8",
        Type::VarChar(Some(20), Encoding::Utf8),
        true,
        Known::Text("naïve 李 🎾"),
    ),
    ("nchar_5", Type::NChar(5), true, Known::Text("äb")),
    (
        "nvarchar_20",
        Type::NVarChar(Some(20)),
        true,
        Known::Text("naïve 李 🎾"),
    ),
    ("nvarchar_empty", Type::NVarChar(Some(20)), true, Known::Text("")),
    (
        "varchar_max",
        Type::VarChar(None, Encoding::Latin),
        true,
        Known::Repeated("€uro ", 20_000, 8_000, true),
    ),
    (
        "nvarchar_max",
        Type::NVarChar(None),
        true,
        Known::Repeated("🎾 ball ", 2_000, 4_001, true),
    ),
    (
        "nvarchar_max_untold",
        Type::NVarChar(None),
        true,
        Known::Repeated("🎾 ball ", 2_000, 1_024, false),
    ),
    ("nvarchar_max_empty", Type::NVarChar(None), true, Known::Text("")),
    ("binary_8", Type::Binary(8), true, Known::Bytes(BYTES)),
    ("varbinary_20", Type::VarBinary(Some(20)), true, Known::Bytes(BYTES)),
    ("varbinary_max", Type::VarBinary(None), true, Known::Bytes(BYTES)),
    ("uniqueidentifier", Type::UniqueIdentifier, true, Known::Bytes(GUID)),
    ("xml", Type::Xml, true, Known::Text("<a b=\"1\">é</a>")),
    (
        "variant_int",
        Type::Variant,
        true,
        Known::Variant(Type::Int, &Known::Integer(-7)),
    ),
    (
        "variant_bit",
        Type::Variant,
        true,
        Known::Variant(Type::Bit, &Known::Integer(1)),
    ),
    (
        "variant_float",
        Type::Variant,
        true,
        Known::Variant(Type::Float, &Known::Float(2.5)),
    ),
    (
        "variant_money",
        Type::Variant,
        true,
        Known::Variant(Type::Money, &Known::Scaled(-15_000)),
    ),
    (
        "variant_numeric",
        Type::Variant,
        true,
        Known::Variant(
            Type::Numeric {
                precision: 10,
                scale: 3,
            },
            &Known::Scaled(-12_345),
        ),
    ),
    (
        "variant_date",
        Type::Variant,
        true,
        Known::Variant(Type::Date, &Known::Moment("2024-02-29")),
    ),
    (
        "variant_datetime2",
        Type::Variant,
        true,
        Known::Variant(Type::DateTime2(3), &Known::Moment("2024-02-29 13:14:15.123")),
    ),
    (
        "variant_varchar",
        Type::Variant,
        true,
        Known::Variant(Type::VarChar(Some(10), Encoding::Latin), &Known::Text("é")),
    ),
    (
        "variant_nvarchar",
        Type::Variant,
        true,
        Known::Variant(Type::NVarChar(Some(10)), &Known::Text("李")),
    ),
    (
        "variant_varbinary",
        Type::Variant,
        true,
        Known::Variant(Type::VarBinary(Some(10)), &Known::Bytes(BYTES)),
    ),
    (
        "variant_guid",
        Type::Variant,
        true,
        Known::Variant(Type::UniqueIdentifier, &Known::Bytes(GUID)),
    ),
    ("text", Type::Text(Encoding::Latin), true, Known::Text("an old texté")),
    ("ntext", Type::NText, true, Known::Text("an old text 李")),
    ("image", Type::Image, true, Known::Bytes(BYTES)),
];
