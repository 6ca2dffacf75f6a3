//! `OData`'s system query options and path segments.

use super::syntax::{Problem, Reader};
use std::collections::HashSet;

/// The options that a request has had so far.
#[derive(Default)]
pub(super) struct Options(HashSet<&'static str>);

/// How an option's value is written.
#[derive(Clone, Copy)]
enum Form {
    Expression,
    OrderBy,
    Items {
        nested: bool,
    },
    Number,
    Truth,
    Search,
    Compute,
    Apply,
    /// Whatever the service has given out or takes.
    Opaque,
    /// Never empty.
    Text,
}

const OPTIONS: [(&str, Form); 16] = [
    ("$filter", Form::Expression),
    ("$orderby", Form::OrderBy),
    ("$select", Form::Items { nested: false }),
    ("$expand", Form::Items { nested: true }),
    ("$top", Form::Number),
    ("$skip", Form::Number),
    ("$index", Form::Text),
    ("$count", Form::Truth),
    ("$search", Form::Search),
    ("$compute", Form::Compute),
    ("$apply", Form::Apply),
    ("$format", Form::Text),
    ("$id", Form::Text),
    ("$skiptoken", Form::Opaque),
    ("$deltatoken", Form::Opaque),
    ("$schemaversion", Form::Text),
];

/// Options that stand only inside those of `$expand`.
const LEVELS: (&str, Form) = ("$levels", Form::Text);

/// Segments that begin with a dollar sign.
const SEGMENTS: [&str; 12] = [
    "$metadata",
    "$batch",
    "$count",
    "$value",
    "$ref",
    "$entity",
    "$all",
    "$crossjoin",
    "$filter",
    "$each",
    "$query",
    "$root",
];

/// Checks a query option. `is_loose`: its name may be written without `$` and in any case.
pub(super) fn check_option(name: &str, value: &str, is_loose: bool, seen: &mut Options) -> Result<(), Problem> {
    let found = if is_loose {
        let plain = name.strip_prefix('$').unwrap_or(name);
        OPTIONS.iter().find(|(known, _)| {
            known
                .strip_prefix('$')
                .is_some_and(|known| known.eq_ignore_ascii_case(plain))
        })
    } else {
        OPTIONS.iter().find(|(known, _)| *known == name)
    };
    match found {
        Some((known, form)) => {
            if !seen.0.insert(known) {
                return Err("It stands twice.".into());
            }
            check(*form, value)
        }
        None if name.starts_with('$') => Err("There is no such option.".into()),
        None => Ok(()),
    }
}

fn check(form: Form, value: &str) -> Result<(), Problem> {
    let mut reader = Reader::new(value);
    match form {
        Form::Expression => reader.expression()?,
        Form::OrderBy => reader.list(|reader| {
            reader.expression()?;
            let _ = reader.word("asc") || reader.word("desc");
            Ok(())
        })?,
        Form::Items { nested } => reader.list(|reader| item(reader, nested))?,
        Form::Number => {
            let is_number = !value.is_empty() && value.len() <= 19 && value.bytes().all(|byte| byte.is_ascii_digit());
            return if is_number {
                Ok(())
            } else {
                Err("It must be a whole number that is not negative.".into())
            };
        }
        Form::Truth => {
            return if matches!(value, "true" | "false") {
                Ok(())
            } else {
                Err("It must be `true` or `false`.".into())
            };
        }
        Form::Search => reader.search()?,
        Form::Compute => reader.list(|reader| {
            reader.expression()?;
            if !reader.word("as") {
                return Err("`as` and a name must follow an expression.".into());
            }
            reader.identifier()
        })?,
        Form::Apply => reader.transformations()?,
        Form::Opaque => return Ok(()),
        Form::Text => {
            return if value.trim().is_empty() {
                Err("It must not be empty.".into())
            } else {
                Ok(())
            };
        }
    }
    reader.end()
}

/// An item of `$select` or `$expand`: a path, `*`, and options in brackets.
fn item(reader: &mut Reader<'_>, is_expand: bool) -> Result<(), Problem> {
    reader.item_path()?;
    if !reader.sign('(') {
        return Ok(());
    }
    reader.nested(|reader| {
        let mut seen = HashSet::new();
        loop {
            let name = reader.option_name()?;
            let known = OPTIONS.iter().chain(is_expand.then_some(&LEVELS));
            let plain = name.strip_prefix('$').unwrap_or(name);
            let found = known.into_iter().find(|(known, _)| {
                known
                    .strip_prefix('$')
                    .is_some_and(|known| known.eq_ignore_ascii_case(plain))
            });
            let Some((known, form)) = found else {
                return Err(format!("There is no option {name} in brackets.").into());
            };
            if !seen.insert(*known) {
                return Err(format!("{known} stands twice.").into());
            }
            option_within(reader, *form)?;
            if !reader.sign(';') {
                return reader.close();
            }
        }
    })
}

/// The value of an option inside brackets, which ends at `;` or the bracket.
fn option_within(reader: &mut Reader<'_>, form: Form) -> Result<(), Problem> {
    match form {
        Form::Expression => reader.expression(),
        Form::OrderBy => reader.list(|reader| {
            reader.expression()?;
            let _ = reader.word("asc") || reader.word("desc");
            Ok(())
        }),
        Form::Items { nested } => reader.list(|reader| item(reader, nested)),
        _ => {
            let value = reader.plain_value()?;
            check(form, value)
        }
    }
}

/// Checks a segment of the path, decoded.
pub(super) fn check_segment(segment: &str) -> Result<(), Problem> {
    let (name, brackets) = match segment.find('(') {
        Some(at) => segment.split_at(at),
        None => (segment, ""),
    };
    if name.starts_with('$') && !SEGMENTS.contains(&name) {
        return Err("There is no such segment.".into());
    }
    if brackets.is_empty() {
        return if segment.contains(')') && name.starts_with('$') {
            Err("A bracket is not opened.".into())
        } else {
            Ok(())
        };
    }
    let mut reader = Reader::new(brackets);
    // A function that is bound to a function's result: `Ns.F(a=1)(2)`.
    while reader.sign('(') {
        reader.arguments()?;
    }
    reader.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(name: &str, value: &str) -> String {
        match check_option(name, value, false, &mut Options::default()) {
            Ok(()) => "sound".to_owned(),
            Err(problem) => problem.to_string(),
        }
    }

    #[test]
    fn sound_options() {
        for (name, value) in [
            ("$filter", "Name eq 'O''Neil' and (Price mul 2 gt -1.5e3 or not Sold)"),
            ("$filter", "contains(tolower(Name),'x') and Address/City in ('a','b')"),
            (
                "$filter",
                "Items/any(i:i/Price gt 5 and i/Tags/all(t:t ne null)) and Items/any()",
            ),
            (
                "$filter",
                "Id eq 01234567-89ab-cdef-0123-456789abcdef and At ge 2024-05-06T07:08:09.1Z and Day lt 2024-05-06",
            ),
            ("$filter", "Id eq c1234567-89ab-cdef-0123-456789abcdef"),
            (
                "$filter",
                "Span eq duration'PT1H' and Color has Ns.Color'Red' and geo.distance(P,geography'SRID=0;Point(1 2)') lt 1",
            ),
            (
                "$filter",
                "$it/Name eq @p and cast(Ns.Type)/X eq 1 and isof(Ns.Type) and Ns.F(a=1,b=@q) eq true",
            ),
            ("$filter", "$root/People('a')/Age add 1 eq INF or time eq 07:59:59.999"),
            ("$filter", "Items/$count gt 2 and case(A eq 1:'x',true:'y') eq 'x'"),
            ("$orderby", "Name, Price desc,length(Name) asc"),
            ("$select", "*,Name,Ns.*,Address/City,Items($select=a;$top=3)"),
            (
                "$expand",
                "Items($filter=Price gt 5 and Name eq 'a;b)';$expand=Parts($levels=max);$count=true),Owner/$ref,*",
            ),
            ("$expand", "Items($orderby=a desc,b;$select=a,b;$search=\"x;y\" OR z)"),
            ("$top", "0"),
            ("$skip", "10"),
            ("$count", "true"),
            ("$search", "mountain AND (bike OR \"two words\") NOT red"),
            ("$compute", "Price mul 2 as Double,length(Name) as L"),
            (
                "$apply",
                "filter(Price gt 5)/groupby((Name,Address/City),aggregate(Price with sum as Total))",
            ),
            ("$format", "application/json;odata.metadata=full"),
            ("$skiptoken", ""),
            ("own", "any'thing("),
        ] {
            assert_eq!(option(name, value), "sound", "{name}={value}");
        }
    }

    #[test]
    fn options_that_are_not() {
        for (name, value, expected) in [
            ("$filter", "", "The text ends where an expression is expected."),
            ("$filter", "Name eq 'a", "A text in quotes is not closed."),
            ("$filter", "Name eq 'a' 'b'", "The end is expected at character 13."),
            ("$filter", "(a eq 1", "A bracket is not closed."),
            ("$filter", "a eq 1)", "The end is expected at character 7."),
            ("$filter", "a = 1", "The end is expected at character 3."),
            ("$filter", "a eq 1; drop", "The end is expected at character 7."),
            ("$filter", "f(a,)", "An expression is expected at character 5."),
            ("$filter", "a eq 12ab", "12ab is no value."),
            ("$filter", "a eq duration'PT", "A text in quotes is not closed."),
            ("$orderby", "a down", "The end is expected at character 3."),
            ("$orderby", "a,", "The text ends where an expression is expected."),
            ("$select", "a b", "The end is expected at character 3."),
            ("$expand", "a($nope=1)", "There is no option $nope in brackets."),
            ("$expand", "a($top=1;$top=2)", "$top stands twice."),
            (
                "$expand",
                "a($top=x)",
                "It must be a whole number that is not negative.",
            ),
            ("$expand", "a($top=1", "A bracket is not closed."),
            ("$top", "-1", "It must be a whole number that is not negative."),
            ("$count", "yes", "It must be `true` or `false`."),
            ("$search", "a AND", "The text ends where a word is expected."),
            ("$search", "(a", "A bracket is not closed."),
            ("$compute", "a mul 2", "`as` and a name must follow an expression."),
            ("$apply", "filter(", "A bracket is not closed."),
            ("$apply", "filter", "A bracket is expected behind filter."),
            ("$format", " ", "It must not be empty."),
        ] {
            assert_eq!(option(name, value), expected, "{name}={value}");
        }
    }

    #[test]
    fn segments() {
        for (segment, is_sound) in [
            ("Orders", true),
            ("Orders(7)", true),
            ("Orders('a/b')", true),
            ("Lines(OrderId=1,No='2')", true),
            ("Ns.Best(n=@p)(3)", true),
            ("$count", true),
            ("$crossjoin(A,B)", true),
            ("a b", true),
            ("Orders(7", false),
            ("Orders(7))", false),
            ("Orders('a)", false),
            ("$nothing", false),
        ] {
            assert_eq!(check_segment(segment).is_ok(), is_sound, "{segment}");
        }
    }

    #[test]
    fn what_is_nested_too_deeply_is_refused() {
        for text in [
            "(".repeat(5000),
            "not ".repeat(5000),
            "-".repeat(5000),
            "f(".repeat(5000),
        ] {
            assert_eq!(option("$filter", &text), "It is nested too deeply.");
        }
        assert_eq!(
            option("$expand", &"a($expand=".repeat(5000)),
            "It is nested too deeply."
        );
        assert_eq!(option("$search", &"(".repeat(5000)), "It is nested too deeply.");
    }

    proptest::proptest! {
        #[test]
        fn any_text_ends(value in "[a-c0-9 '\"(),;:/$@*=.-]{0,40}") {
            for (name, _) in OPTIONS {
                option(name, &value);
            }
            let _ = check_segment(&value);
        }
    }
}
