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
                missing.push(name);
            }
        }
        if !missing.is_empty() {
            return Ok(Err(missing_claims(&missing)));
        }
        for claim in &self.0 {
            if let Some(wanted) = claim.lacks(jwt, exchange)? {
                let name = claim.name.get(exchange)?;
                return Ok(Err(value_mismatch(&name, &wanted)));
            }
        }
        Ok(Ok(()))
    }
}

/// Claims are not there.
pub(crate) fn missing_claims(names: &[Text]) -> Rejection {
    let what = format!("Missing claims: {}.", names.join(", "));
    Rejection::denied("TokenMissingClaims", what)
}

/// A claim is there and does not say what is wanted.
pub(crate) fn value_mismatch(name: &str, wanted: &[Text]) -> Rejection {
    let what = format!("Claim value mismatch: {name}={}.", wanted.join(", "));
    Rejection::denied("TokenClaimValueMismatch", what)
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
    /// The values that a token would have to have: the first one that is not there, or, if any would do, all of them.
    fn lacks(&self, jwt: &Jwt, exchange: &Exchange) -> Result<Option<Vec<Text>>, Failure> {
        if self.values.is_empty() {
            return Ok(None);
        }
        let separator = self
            .separator
            .as_ref()
            .map(|separator| separator.get(exchange))
            .transpose()?;
        let separator = separator.filter(|separator| !separator.is_empty());
        let own = jwt.values(&self.name.get(exchange)?);
        let contains = |wanted: &Text| match &separator {
            None => own.contains(wanted),
            Some(separator) => own
                .iter()
                .flat_map(|value| value.split(separator.as_str()))
                .any(|value| value == wanted.as_str()),
        };
        let wanted = self.values.iter().map(|value| value.get(exchange));
        let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
        Ok(match self.quantity.get(exchange)? {
            Quantity::All => wanted
                .into_iter()
                .find(|value| !contains(value))
                .map(|value| vec![value]),
            Quantity::Any => (!wanted.iter().any(contains)).then_some(wanted),
        })
    }
}
