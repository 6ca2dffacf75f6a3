//! The words of C#. Never here: how characters become words.

use super::ast::Literal;
use diagnostic::Span;

/// A word and its place.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Span,
}

/// Kinds of words. An interpolated string is a stretch of tokens: `InterpolationStart`, then texts and holes
/// (`HoleStart`, the hole's own tokens, perhaps `Format`, `HoleEnd`), then `InterpolationEnd`.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum TokenKind {
    /// A name; `escaped` when written with `@` or `\u…`, which keeps it from being a contextual keyword.
    Identifier {
        text: String,
        escaped: bool,
    },
    /// A reserved word.
    Keyword(&'static str),
    /// An operator or bracket. `>` always stands alone, because `>>` may close two lists of type arguments.
    Symbol(&'static str),
    Literal(Literal),
    InterpolationStart,
    Text(String),
    HoleStart,
    Format(String),
    HoleEnd,
    InterpolationEnd,
    /// Behind the last word.
    End,
}

impl TokenKind {
    /// The spelling of a keyword or symbol, otherwise an empty string.
    pub(super) fn spelling(&self) -> &'static str {
        match self {
            Self::Keyword(spelling) | Self::Symbol(spelling) => spelling,
            _ => "",
        }
    }

    /// Whether it is the contextual keyword `word`.
    pub(super) fn is_contextual(&self, word: &str) -> bool {
        matches!(self, Self::Identifier { text, escaped: false } if text == word)
    }
}

/// The reserved word that `text` is.
pub(super) fn keyword(text: &str) -> Option<&'static str> {
    KEYWORDS
        .binary_search(&text)
        .ok()
        .and_then(|index| KEYWORDS.get(index))
        .copied()
}

/// The longest symbol at the start of `text`.
pub(super) fn symbol(text: &str) -> Option<&'static str> {
    SYMBOLS.iter().find(|symbol| text.starts_with(**symbol)).copied()
}

const KEYWORDS: [&str; 77] = [
    "abstract",
    "as",
    "base",
    "bool",
    "break",
    "byte",
    "case",
    "catch",
    "char",
    "checked",
    "class",
    "const",
    "continue",
    "decimal",
    "default",
    "delegate",
    "do",
    "double",
    "else",
    "enum",
    "event",
    "explicit",
    "extern",
    "false",
    "finally",
    "fixed",
    "float",
    "for",
    "foreach",
    "goto",
    "if",
    "implicit",
    "in",
    "int",
    "interface",
    "internal",
    "is",
    "lock",
    "long",
    "namespace",
    "new",
    "null",
    "object",
    "operator",
    "out",
    "override",
    "params",
    "private",
    "protected",
    "public",
    "readonly",
    "ref",
    "return",
    "sbyte",
    "sealed",
    "short",
    "sizeof",
    "stackalloc",
    "static",
    "string",
    "struct",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "uint",
    "ulong",
    "unchecked",
    "unsafe",
    "ushort",
    "using",
    "virtual",
    "void",
    "volatile",
    "while",
];

/// Longer ones before their beginnings.
const SYMBOLS: [&str; 48] = [
    "<<=", "??=", "++", "--", "&&", "||", "->", "==", "!=", "<=", ">=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=",
    "<<", "??", "::", "=>", "..", "{", "}", "[", "]", "(", ")", ".", ",", ":", ";", "+", "-", "*", "/", "%", "&", "|",
    "^", "!", "~", "=", "<", ">", "?",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_in_the_order_that_searching_needs() {
        assert!(KEYWORDS.is_sorted());
        for (index, symbol) in SYMBOLS.iter().enumerate() {
            assert!(
                !SYMBOLS[..index].iter().any(|earlier| symbol.starts_with(earlier)),
                "{symbol} is never found"
            );
        }
    }
}
