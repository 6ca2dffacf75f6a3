//! `System.Exception` and the exceptions that the library throws: the same members with different names, hence one file.

use crate::library::{Arguments, Class, ClassKind, Row, row};
use crate::thrown::{ExceptionObject, Outcome};
use crate::types::ClassRef;
use crate::value::Value;

/// The root of what can be thrown.
pub static EXCEPTION: Class = Class::new("System.Exception", ClassKind::Class).rows(ROWS);

const ROWS: &[Row] = &[
    row(
        "new()",
        "new Exception().Message",
        "Exception of type 'System.Exception' was thrown.",
        |_, a| create(a, 0),
    ),
    row("new(string message)", r#"new Exception("m").Message"#, "m", |_, a| {
        create(a, 1)
    }),
    row(
        "new(string message, Exception innerException)",
        r#"new Exception("m", new Exception("i")).InnerException.Message"#,
        "i",
        |_, a| create(a, 2),
    ),
    row(
        "string Message { get; }",
        r#"new Exception("m").Message"#,
        "m",
        |_, a| {
            Ok(a.value(0)
                .object::<ExceptionObject>()
                .map(|exception| Value::from(exception.message.clone()))
                .unwrap_or_default())
        },
    ),
    row(
        "Exception InnerException { get; }",
        r#"new Exception("m").InnerException == null"#,
        "True",
        |_, a| {
            Ok(a.value(0)
                .object::<ExceptionObject>()
                .and_then(|exception| exception.inner.clone())
                .unwrap_or_default())
        },
    ),
    row(
        "string StackTrace { get; }",
        r#"new Exception("m").StackTrace == null"#,
        "True",
        |_, _| Ok(Value::Null),
    ),
    row(
        "string Source { get; }",
        r#"new Exception("m").Source == null"#,
        "True",
        |_, _| Ok(Value::Null),
    ),
    row(
        "int HResult { get; }",
        r#"new Exception("m").HResult"#,
        "-2146233088",
        |_, _| Ok(Value::Int32(-2_146_233_088)),
    ),
    row(
        "Exception GetBaseException()",
        r#"new Exception("m", new Exception("i")).GetBaseException().Message"#,
        "i",
        |_, a| {
            let mut exception = a.value(0).clone();
            while let Some(inner) = exception
                .object::<ExceptionObject>()
                .and_then(|exception| exception.inner.clone())
            {
                exception = inner;
            }
            Ok(exception)
        },
    ),
];

fn create(a: Arguments<'_>, given: usize) -> Outcome {
    let class = a.member.class;
    let message = match (given, a.text_or_null(0)) {
        (1.., Some(message)) => message.clone(),
        _ => format!("Exception of type '{}' was thrown.", class.name).into(),
    };
    let inner = Some(a.value(1)).filter(|inner| !inner.is_null()).cloned();
    Ok(Value::of(ExceptionObject {
        class: ClassRef(class),
        message,
        inner,
    }))
}

const CONSTRUCTORS: &[Row] = &[
    row("new()", "", "", |_, a| create(a, 0)),
    row("new(string message)", "", "", |_, a| create(a, 1)),
    row("new(string message, Exception innerException)", "", "", |_, a| {
        create(a, 2)
    }),
];

const fn exception(name: &'static str, parent: &'static [&'static str]) -> Class {
    Class::new(name, ClassKind::Class).inherits(parent).rows(CONSTRUCTORS)
}

macro_rules! exceptions {
    ($($constant:ident $name:literal : $parent:literal),* $(,)?) => {
        $(static $constant: Class = exception($name, &[$parent]);)*
        /// The exceptions.
        pub const CLASSES: &[&Class] = &[&EXCEPTION, $(&$constant),*];
    };
}

exceptions! {
    SYSTEM "System.SystemException": "System.Exception",
    ARGUMENT "System.ArgumentException": "System.SystemException",
    ARGUMENT_NULL "System.ArgumentNullException": "System.ArgumentException",
    ARGUMENT_OUT_OF_RANGE "System.ArgumentOutOfRangeException": "System.ArgumentException",
    ARITHMETIC "System.ArithmeticException": "System.SystemException",
    DIVIDE_BY_ZERO "System.DivideByZeroException": "System.ArithmeticException",
    OVERFLOW "System.OverflowException": "System.ArithmeticException",
    FORMAT "System.FormatException": "System.SystemException",
    URI_FORMAT "System.UriFormatException": "System.FormatException",
    INDEX "System.IndexOutOfRangeException": "System.SystemException",
    INVALID_CAST "System.InvalidCastException": "System.SystemException",
    INVALID_OPERATION "System.InvalidOperationException": "System.SystemException",
    NOT_SUPPORTED "System.NotSupportedException": "System.SystemException",
    NOT_IMPLEMENTED "System.NotImplementedException": "System.SystemException",
    NULL_REFERENCE "System.NullReferenceException": "System.SystemException",
    RANK "System.RankException": "System.SystemException",
    TIMEOUT "System.TimeoutException": "System.SystemException",
    APPLICATION "System.ApplicationException": "System.Exception",
    UNAUTHORIZED "System.UnauthorizedAccessException": "System.SystemException",
    CULTURE_NOT_FOUND "System.Globalization.CultureNotFoundException": "System.ArgumentException",
    KEY_NOT_FOUND "System.Collections.Generic.KeyNotFoundException": "System.SystemException",
    CRYPTOGRAPHIC "System.Security.Cryptography.CryptographicException": "System.SystemException",
    CRYPTOGRAPHIC_OPERATION "System.Security.Cryptography.CryptographicUnexpectedOperationException": "System.Security.Cryptography.CryptographicException",
    OBJECT_DISPOSED "System.ObjectDisposedException": "System.InvalidOperationException",
    TIME_ZONE_NOT_FOUND "System.TimeZoneNotFoundException": "System.Exception",
    XML "System.Xml.XmlException": "System.SystemException",
    XPATH "System.Xml.XPath.XPathException": "System.SystemException",
    REGEX_TIMEOUT "System.Text.RegularExpressions.RegexMatchTimeoutException": "System.TimeoutException",
    RUNTIME_BINDER "Microsoft.CSharp.RuntimeBinder.RuntimeBinderException": "System.Exception",
    JSON "Newtonsoft.Json.JsonException": "System.Exception",
    JSON_READER "Newtonsoft.Json.JsonReaderException": "Newtonsoft.Json.JsonException",
    JSON_SERIALIZATION "Newtonsoft.Json.JsonSerializationException": "Newtonsoft.Json.JsonException",
}
