//! Whether a kept response is in a coding that the client who asks for it can read.
//!
//! Never here: coding and decoding.

use http::HeaderMap;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, HeaderName};

/// Whether `request` accepts each coding of a response with the headers `kept`. A request that does not say accepts all.
pub(crate) fn is_acceptable(kept: &HeaderMap, request: &HeaderMap) -> bool {
    if !kept.contains_key(CONTENT_ENCODING) || !request.contains_key(ACCEPT_ENCODING) {
        return true;
    }
    let accepted: Vec<(String, bool)> = items(request, ACCEPT_ENCODING).map(|item| accepted(&item)).collect();
    let says = |name: &str| accepted.iter().find(|(coding, _)| coding == name).map(|(_, is)| *is);
    items(kept, CONTENT_ENCODING)
        .map(|coding| plain(&coding).to_owned())
        .filter(|coding| coding != "identity")
        .all(|coding| says(&coding).or_else(|| says("*")).unwrap_or(false))
}

/// The items of a list in all headers of this name, in lower case.
fn items(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = String> {
    let values = headers
        .get_all(name)
        .into_iter()
        .filter_map(|value| value.to_str().ok());
    let items = values.flat_map(|value| value.split(','));
    items
        .map(|item| item.trim().to_ascii_lowercase())
        .filter(|item| !item.is_empty())
}

/// A coding of `Accept-Encoding`, and whether it is accepted: not with a weight of zero.
fn accepted(item: &str) -> (String, bool) {
    let (coding, parameters) = item.split_once(';').unwrap_or((item, ""));
    let weight = parameters
        .split(';')
        .filter_map(|parameter| parameter.split_once('='))
        .find(|(name, _)| name.trim() == "q")
        .and_then(|(_, weight)| weight.trim().parse::<f32>().ok());
    (
        plain(coding.trim()).to_owned(),
        weight.is_none_or(|weight| weight > 0.0),
    )
}

/// The coding's name, where it has an older one.
fn plain(coding: &str) -> &str {
    coding.strip_prefix("x-").unwrap_or(coding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn headers(name: HeaderName, value: Option<&'static str>) -> HeaderMap {
        value
            .map(|value| (name, HeaderValue::from_static(value)))
            .into_iter()
            .collect()
    }

    #[test]
    fn a_coding_is_accepted_by_name_or_by_the_star_unless_its_weight_is_zero() {
        for (coding, accept, expected) in [
            (None, Some("br"), true),
            (Some("identity"), Some("br"), true),
            (Some("gzip"), None, true),
            (Some("gzip"), Some("gzip, br"), true),
            (Some("gzip"), Some("br, GZIP;q=0.5"), true),
            (Some("x-gzip"), Some("gzip"), true),
            (Some("gzip"), Some("*"), true),
            (Some("gzip"), Some(""), false),
            (Some("gzip"), Some("identity"), false),
            (Some("gzip"), Some("br"), false),
            (Some("gzip"), Some("gzip; q=0.0, *"), false),
            (Some("gzip"), Some("*;q=0"), false),
            (Some("deflate, gzip"), Some("gzip"), false),
            (Some("deflate, gzip"), Some("gzip, deflate"), true),
        ] {
            let found = is_acceptable(&headers(CONTENT_ENCODING, coding), &headers(ACCEPT_ENCODING, accept));
            assert_eq!(found, expected, "{coding:?} for {accept:?}");
        }
    }
}
