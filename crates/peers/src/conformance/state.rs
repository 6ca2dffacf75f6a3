//! The `requestState` of a call that goes through several rounds: signed, because it comes back from the client.
//!
//! Never here: secrets. The state can be read by whoever holds it.

use rmcp::ErrorData;
use rmcp::model::{RequestStateCodec, SealOptions};
use serde_json::Value;

/// A fixed key, so that state from one process of this fixture opens in another, as behind a load balancer.
const KEY: &[u8] = b"the conformance fixture of the peers has no secret to keep";

fn codec() -> Result<RequestStateCodec, ErrorData> {
    RequestStateCodec::try_new(KEY).map_err(|error| ErrorData::internal_error(error.to_string(), None))
}

/// `state` as a string for the client, good only for calls of `subject` (the tool's or prompt's name).
pub fn seal(state: &Value, subject: &str) -> Result<String, ErrorData> {
    codec()?
        .seal_json_with(state, &SealOptions::new().associated_data(subject.as_bytes()))
        .map_err(|error| ErrorData::internal_error(error.to_string(), None))
}

/// The state that was sealed for `subject`; invalid params for any other string.
pub fn open(sealed: &str, subject: &str) -> Result<Value, ErrorData> {
    codec()?
        .open_json_with(sealed, subject.as_bytes())
        .map_err(|error| ErrorData::invalid_params(format!("requestState is not what this server sent: {error}"), None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_untouched_state_of_the_same_subject_opens() {
        let sealed = seal(&json!({"step": 1}), "tool").unwrap();
        assert_eq!(open(&sealed, "tool").unwrap(), json!({"step": 1}));
        for (text, subject) in [
            (sealed.clone(), "another"),
            (format!("{sealed}-TAMPERED"), "tool"),
            (String::new(), "tool"),
        ] {
            assert!(open(&text, subject).is_err(), "{text:?} for {subject}");
        }
    }
}
