//! The `Access-Control` headers: what a preflight asks for, and what the response says.

use expression::text::Text;
use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, VARY,
};
use http::{HeaderMap, HeaderValue};

/// That an origin may see the response.
pub(super) struct Grant {
    /// The origin to repeat; none for `*`.
    pub origin: Option<HeaderValue>,
    pub credentials: bool,
}

impl Grant {
    pub fn write(self, headers: &mut HeaderMap) {
        if self.origin.is_some() && !varies_by_origin(headers) {
            headers.append(VARY, HeaderValue::from_static("Origin"));
        }
        let origin = self.origin.unwrap_or(HeaderValue::from_static("*"));
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        if self.credentials {
            headers.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
        } else {
            headers.remove(ACCESS_CONTROL_ALLOW_CREDENTIALS);
        }
    }
}

fn varies_by_origin(headers: &HeaderMap) -> bool {
    headers
        .get_all(VARY)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|name| name.trim() == "*" || name.trim().eq_ignore_ascii_case("origin"))
}

/// Names the headers that the page may read.
pub(super) fn expose(headers: &mut HeaderMap, exposed: &[Text]) {
    if let Some(list) = list(exposed.iter().map(Text::as_str)) {
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, list);
    }
}

/// What a preflight asks for.
pub(super) struct Requested {
    method: String,
    headers: Vec<String>,
}

impl Requested {
    pub fn of(headers: &HeaderMap) -> Self {
        let text = |value: &HeaderValue| value.to_str().unwrap_or_default().to_owned();
        let names = headers
            .get_all(ACCESS_CONTROL_REQUEST_HEADERS)
            .iter()
            .map(text)
            .collect::<Vec<_>>()
            .join(",");
        Self {
            method: headers.get(ACCESS_CONTROL_REQUEST_METHOD).map(text).unwrap_or_default(),
            headers: names
                .split(',')
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
        }
    }

    pub fn is_allowed(&self, methods: &[Text], headers: &[Text]) -> bool {
        let is_listed =
            |list: &[Text], wanted: &str| list.iter().any(|it| it == "*" || it.eq_ignore_ascii_case(wanted));
        is_listed(methods, &self.method) && self.headers.iter().all(|name| is_listed(headers, name))
    }

    /// Says what is allowed: the listed methods (`*`: the one asked for), and the headers asked for.
    pub fn write(&self, headers: &mut HeaderMap, methods: &[Text], max_age: u32) {
        let any = methods.iter().any(|method| method.as_str() == "*");
        let allowed = if any {
            list([self.method.as_str()])
        } else {
            list(methods.iter().map(Text::as_str))
        };
        let allowed_headers = list(self.headers.iter().map(String::as_str));
        headers.extend(allowed.map(|list| (ACCESS_CONTROL_ALLOW_METHODS, list)));
        headers.extend(allowed_headers.map(|list| (ACCESS_CONTROL_ALLOW_HEADERS, list)));
        if max_age > 0 {
            headers.insert(ACCESS_CONTROL_MAX_AGE, max_age.into());
        }
    }
}

/// Names joined by commas, if there are any.
fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<HeaderValue> {
    let list = names.into_iter().collect::<Vec<_>>().join(",");
    if list.is_empty() {
        None
    } else {
        HeaderValue::from_str(&list).ok()
    }
}
