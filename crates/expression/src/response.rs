//! A response that is kept in a variable, as `send-request` and `return-response` make it.
//!
//! Never here: the exchange's own response, which the host holds.

use crate::body::MessageBody;
use crate::context::{Headers, Response};
use crate::text::Text;
use crate::value::{Object, Value};
use std::any::Any;
use std::sync::Arc;

/// A whole response.
#[derive(Debug, Default)]
pub struct StoredResponse {
    /// `StatusCode`
    pub status_code: i32,
    /// `StatusReason`
    pub status_reason: Text,
    /// Names as received with their values, each name once.
    pub headers: HeaderList,
    /// `Body`
    pub body: MessageBody,
}

impl StoredResponse {
    /// The response as the value of a variable.
    pub fn into_value(self: Arc<Self>) -> Value {
        Value::Object(self)
    }
}

impl Response for StoredResponse {
    fn status_code(&self) -> i32 {
        self.status_code
    }
    fn status_reason(&self) -> Text {
        self.status_reason.clone()
    }
    fn headers(&self) -> &dyn Headers {
        &self.headers
    }
    fn body(&self) -> &MessageBody {
        &self.body
    }
}

impl Object for StoredResponse {
    fn type_name(&self) -> String {
        "IResponse".to_owned()
    }
    fn as_any(&self) -> &dyn Any {
        self
    }
}

/// Headers as a list, each name once with all its values.
#[derive(Clone, Debug, Default)]
pub struct HeaderList(pub Vec<(Text, Vec<Text>)>);

impl HeaderList {
    fn find(&self, name: &str) -> Option<&[Text]> {
        self.0
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name))
            .map(|(_, values)| values.as_slice())
    }
}

impl Headers for HeaderList {
    fn values(&self, name: &str) -> Vec<Text> {
        self.find(name).unwrap_or_default().to_vec()
    }
    fn joined(&self, name: &str) -> Option<Text> {
        join(self.find(name)?)
    }
    fn names(&self) -> Vec<Text> {
        self.0.iter().map(|(name, _)| name.clone()).collect()
    }
}

/// Values joined by `,`; `None` when there are none.
pub fn join(values: &[Text]) -> Option<Text> {
    match values {
        [] => None,
        [single] => Some(single.clone()),
        several => Some(several.iter().map(Text::as_str).collect::<Vec<_>>().join(",").into()),
    }
}
