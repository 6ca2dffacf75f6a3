//! What a place accepts, as the reader of its value needs to know it: a type, or one of some words.

use crate::value::Readable;
use expression::Target;
use expression::value::Value as Object;
use std::sync::Arc;

/// The words that an attribute accepts, with their meanings.
pub(crate) type Words<E> = &'static [(&'static str, E)];

/// Reads a literal.
type Literal<T> = Box<dyn Fn(&str) -> Option<T>>;

/// What a place accepts.
pub(super) struct Kind<T> {
    pub target: Target,
    /// In words.
    pub expected: String,
    /// Whether white space around a literal belongs to it.
    pub keeps_space: bool,
    /// What `LastError` says of any other computed value, where APIM has words of its own.
    pub refusal: fn(&Object) -> Option<&'static str>,
    pub literal: Literal<T>,
    pub object: Arc<dyn Fn(Object) -> Option<T> + Send + Sync>,
}

/// A type.
pub(super) fn of_type<T: Readable>() -> Kind<T> {
    Kind {
        target: T::TARGET,
        expected: T::EXPECTED.to_owned(),
        keeps_space: T::KEEPS_SPACE,
        refusal: T::refusal,
        literal: Box::new(T::from_literal),
        object: Arc::new(T::from_object),
    }
}

/// One of some words, ignoring case.
pub(super) fn of_words<E: Copy + Send + Sync>(words: Words<E>) -> Kind<E> {
    let find = move |text: &str| {
        let word = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text.trim()));
        word.map(|(_, meaning)| *meaning)
    };
    let list: Vec<String> = words.iter().map(|(word, _)| format!("`{word}`")).collect();
    Kind {
        target: Target::String,
        expected: list.join(" or "),
        keeps_space: false,
        refusal: |_| None,
        literal: Box::new(find),
        object: Arc::new(move |object| match object {
            Object::String(text) => find(&text),
            _ => None,
        }),
    }
}
