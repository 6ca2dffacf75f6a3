//! `SelectToken` and `SelectTokens`.

use super::error::JsonError;
use super::path::{Query, evaluate};
use super::token::JToken;

impl JToken {
    /// `SelectTokens(path, errorWhenNoMatch)`, Newtonsoft's dialect of JSONPath.
    ///
    /// # Errors
    /// `JsonException` for a malformed path, and for a missing property or element if `error_when_no_match`.
    pub fn select_tokens(&self, path: &str, error_when_no_match: bool) -> Result<Vec<Self>, JsonError> {
        let query = Query::parse(path)?;
        let snapshot = self.snapshot();
        let found = evaluate(&query, &snapshot.arena, snapshot.node, error_when_no_match)?;
        Ok(found.into_iter().map(|node| snapshot.token(node)).collect())
    }

    /// `SelectToken(path, errorWhenNoMatch)`; `None` where nothing matches.
    ///
    /// # Errors
    /// As [`Self::select_tokens`], and if more than one token matches.
    pub fn select_token(&self, path: &str, error_when_no_match: bool) -> Result<Option<Self>, JsonError> {
        let mut found = self.select_tokens(path, error_when_no_match)?.into_iter();
        match (found.next(), found.next()) {
            (_, Some(_)) => Err(JsonError::json("Path returned multiple tokens.")),
            (first, None) => Ok(first),
        }
    }
}
