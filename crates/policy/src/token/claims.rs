//! `required-claims`: what a token must say.

use super::rejection::Rejection;
use crate::element::{ElementReader, Words};
use crate::exchange::Exchange;
use crate::failure::Failure;
use crate::value::Value;
use expression::library::Jwt;
use expression::text::Text;

/// Claims that must be there, with values of which all or any must be in them.
#[derive(Default)]
pub(crate) struct RequiredClaims(Vec<RequiredClaim>);

struct RequiredClaim {
    name: Value<Text>,
    quantity: Value<Quantity>,
    separator: Option<Value<Text>>,
    values: Vec<Value<Text>>,
}

#[derive(Clone, Copy)]
enum Quantity {
    All,
    Any,
}

const QUANTITIES: Words<Quantity> = &[("all", Quantity::All), ("any", Quantity::Any)];

impl RequiredClaims {
    pub fn read(element: &mut ElementReader<'_, '_>) -> Self {
        let claims = element.at_most_one("required-claims", |element| Some(element.one_or_more("claim", claim)));
        Self(claims.unwrap_or_default())
    }

    /// Checks a token.
    pub fn check(&self, jwt: &Jwt, exchange: &Exchange) -> Result<Result<(), Rejection>, Failure> {
        let mut missing = Vec::new();
        for claim in &self.0 {
            let name = claim.name.get(exchange)?;
            if !jwt.claims.iter().any(|(known, _)| *known == name) {
                missing.push(name.to_string());
            }
        }
        if !missing.is_empty() {
            let what = format!("JWT token is missing the following claims: {}.", missing.join(", "));
            return Ok(Err(Rejection::denied("TokenClaimNotFound", what)));
        }
        for claim in &self.0 {
            if !claim.holds(jwt, exchange)? {
                let name = claim.name.get(exchange)?;
                let values = jwt.values(&name);
                return Ok(Err(value_not_allowed(&name, values)));
            }
        }
        Ok(Ok(()))
    }
}

/// A claim is there and says something else.
pub(crate) fn value_not_allowed(name: &str, values: &[Text]) -> Rejection {
    let values: Vec<&str> = values.iter().map(Text::as_str).collect();
    let what = format!("Claim {name} value of {} is not allowed.", values.join(", "));
    Rejection::denied("TokenClaimValueNotAllowed", what)
}

fn claim(element: &mut ElementReader<'_, '_>) -> Option<RequiredClaim> {
    let name = element.required("name");
    let quantity = element.word("match", QUANTITIES);
    let separator = element.optional("separator");
    let empty = || Value::Constant(Text::default());
    let values = element.children("value", |value| Some(value.text().unwrap_or_else(empty)));
    Some(RequiredClaim {
        name: name?,
        quantity: quantity.unwrap_or(Value::Constant(Quantity::All)),
        separator,
        values,
    })
}

impl RequiredClaim {
    fn holds(&self, jwt: &Jwt, exchange: &Exchange) -> Result<bool, Failure> {
        if self.values.is_empty() {
            return Ok(true);
        }
        let separator = self
            .separator
            .as_ref()
            .map(|separator| separator.get(exchange))
            .transpose()?;
        let separator = separator.filter(|separator| !separator.is_empty());
        let own = jwt.values(&self.name.get(exchange)?);
        let contains = |wanted: &str| match &separator {
            None => own.iter().any(|value| value.as_str() == wanted),
            Some(separator) => own
                .iter()
                .flat_map(|value| value.split(separator.as_str()))
                .any(|value| value == wanted),
        };
        let mut found = 0;
        for value in &self.values {
            found += usize::from(contains(&value.get(exchange)?));
        }
        Ok(match self.quantity.get(exchange)? {
            Quantity::All => found == self.values.len(),
            Quantity::Any => found > 0,
        })
    }
}
