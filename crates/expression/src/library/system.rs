//! `System`: the basic types.

mod array;
mod bit_converter;
mod boolean;
mod char;
mod comparable;
mod convert;
mod date_reading;
mod date_time;
mod date_time_offset;
mod day_of_week;
mod enumeration;
pub mod exceptions;
mod formattable;
mod globalization;
mod guid;
mod math;
mod nullable;
mod numbers;
mod object;
mod random;
pub mod string;
mod string_comparer;
mod string_comparison;
mod time_span;
mod time_zone;
mod time_zone_info;
mod tuple;
mod type_code;
mod type_object;
mod uri;

pub use char::category_of as unicode_category;
pub use date_reading::parse_offset as parse_date_time_offset;
pub use globalization::culture;
pub use numbers::{error as number_error, read_styled as read_number};
pub use object::hash_code;
pub use string::compare as string_compare;
pub use string_comparer::{Comparer as StringComparer, comparison, difference, ignores_case};
pub use time_span::parse as parse_time_span;
pub use type_object::{TYPE, TypeObject};
pub use uri::{absolute_uri, uri, uri_text};

use super::Class;

/// Its types.
pub const CLASSES: &[&Class] = &[
    &array::ARRAY,
    &array::STATIC_ARRAY,
    &bit_converter::BIT_CONVERTER,
    &boolean::BOOLEAN,
    &char::CHAR,
    &char::UNICODE_CATEGORY,
    &comparable::ICOMPARABLE,
    &convert::BASE64_FORMATTING_OPTIONS,
    &convert::CONVERT,
    &date_time::DATE_TIME,
    &date_time::DATE_TIME_KIND,
    &date_time_offset::DATE_TIME_OFFSET,
    &day_of_week::DAY_OF_WEEK,
    &enumeration::ENUM,
    &formattable::IFORMATTABLE,
    &globalization::CULTURE_INFO,
    &globalization::DATE_TIME_STYLES,
    &globalization::NUMBER_STYLES,
    &guid::GUID,
    &math::MATH,
    &math::MIDPOINT_ROUNDING,
    &nullable::NULLABLE,
    &nullable::STATIC_NULLABLE,
    &numbers::SBYTE,
    &numbers::BYTE,
    &numbers::INT16,
    &numbers::UINT16,
    &numbers::INT32,
    &numbers::UINT32,
    &numbers::INT64,
    &numbers::UINT64,
    &numbers::SINGLE,
    &numbers::DOUBLE,
    &numbers::DECIMAL,
    &object::OBJECT,
    &object::VOID,
    &object::DELEGATE,
    &random::RANDOM,
    &string::NORMALIZATION_FORM,
    &string::STRING,
    &string_comparer::STRING_COMPARER,
    &string_comparison::STRING_COMPARISON,
    &string_comparison::STRING_SPLIT_OPTIONS,
    &time_span::TIME_SPAN,
    &time_span::TIME_SPAN_STYLES,
    &time_zone::TIME_ZONE,
    &time_zone_info::TIME_ZONE_INFO,
    &tuple::VALUE_TUPLE,
    &tuple::TUPLE,
    &tuple::TUPLE_1,
    &tuple::TUPLE_2,
    &tuple::TUPLE_3,
    &tuple::TUPLE_4,
    &tuple::TUPLE_5,
    &tuple::TUPLE_6,
    &tuple::TUPLE_7,
    &tuple::TUPLE_8,
    &TYPE,
    &type_code::TYPE_CODE,
    &uri::URI,
    &uri::URI_KIND,
    &uri::URI_BUILDER,
    &uri::URI_COMPONENTS,
    &uri::URI_FORMAT,
    &uri::URI_HOST_NAME_TYPE,
    &uri::URI_PARTIAL,
];
