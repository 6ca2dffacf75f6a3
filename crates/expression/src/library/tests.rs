//! Every row's signature is understood, and every example gives the text written beside it.

use super::{Class, all, signature};
use crate::recorded::RecordedContext;
use crate::{Budget, Expression, Target};

/// A certificate that signed itself: `CN=client.example.org`, valid from 2024 to 2034.
const CERTIFICATE: &str = "MIIBJzCBzqADAgECAgIBtDAKBggqhkjOPQQDAjAdMRswGQYDVQQDDBJjbGllbnQuZXhhbXBsZS5vcmcwHhcNMjQwMTAxMDAwMDAwWhcNMzQwMT\
AxMDAwMDAwWjAdMRswGQYDVQQDDBJjbGllbnQuZXhhbXBsZS5vcmcwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAASN62f9RFSnjVmB0qppaP4E\
fhvYI3P2QBj0eG5oLQu1Jg7x6aw1mi7LpTKVS4gGFTC960rm/zC6H75hZWKQwLUJMAoGCCqGSM49BAMCA0gAMEUCIHl26wPg0pmaDRUJ4kIwXo\
ENT/ruudllcuhqqBzzEmiNAiEAztqxi5dQWCCTsA0vwYsA2oMXYo6m3ejBJb/iXdBlP6E=";

const EXCHANGE: &str = r#"{
  "request": {"method": "GET", "url": "https://backend.test/x?q=1&q=2", "originalUrl": "https://gateway.test/echo/x",
    "ipAddress": "10.0.0.1", "headers": {"Accept": ["text/plain", "text/html"]}, "matchedParameters": {"id": "7"}, "certificate": "$CERTIFICATE", "foundry": {"deployment": "gpt"}, "body": {"a": "b"}},
  "response": {"statusCode": 200, "statusReason": "OK", "body": "fine"},
  "variables": {"n": 5, "s": "text", "auth": {"$authorization": {"accessToken": "t"}}},
  "api": {"id": "echo", "name": "Echo API", "path": "echo", "protocols": ["https"], "serviceUrl": "https://backend.test",
    "revision": "1", "version": "v1", "isCurrentRevision": true},
  "operation": {"id": "get", "name": "Get it", "method": "GET", "urlTemplate": "/{id}"},
  "product": {"id": "starter", "name": "Starter", "state": "Published", "subscriptionRequired": true,
    "groups": [{"id": "developers", "name": "Developers"}]},
  "backend": {"id": "orders", "type": "Pool", "azureRegion": "westeurope"}, "workspace": {"id": "team", "name": "The team"},
  "graphQL": {"arguments": {"id": 7}, "parent": {"name": "tea"}},
  "subscription": {"id": "sub", "name": "Subscription", "primaryKey": "k1", "secondaryKey": "k2"},
  "user": {"id": "ada", "email": "ada@example.org", "firstName": "Ada", "lastName": "Lovelace",
    "groups": [{"id": "developers", "name": "Developers"}], "identities": [{"id": "ada", "provider": "Basic"}]},
  "deployment": {"region": "West Europe", "serviceId": "svc", "serviceName": "svc", "certificates": {"mine": "$CERTIFICATE"},
    "gateway": {"id": "managed", "instanceId": "one", "isManaged": true}},
  "lastError": {"source": "validate-jwt", "reason": "TokenNotPresent", "message": "JWT not present.", "scope": "api",
    "section": "inbound", "path": "validate-jwt[1]", "policyId": "p"},
  "requestId": "00000000-0000-0000-0000-000000000001"
}"#;

fn check(class: &Class, signature: &str, example: &str, expected: &str) -> Result<(), String> {
    let place = format!("{}: {signature}: {example}", class.name);
    let expression = Expression::compile(&format!("@({example})"), Target::String)
        .map_err(|problems| format!("{place}: {problems:?}"))?;
    let context = RecordedContext::from_json(&EXCHANGE.replace("$CERTIFICATE", CERTIFICATE)).unwrap();
    let value = expression
        .evaluate(&context, Budget::default())
        .map_err(|exception| format!("{place}: {exception:?}"))?;
    let found = value.display_string();
    if found == *expected {
        Ok(())
    } else {
        Err(format!("{place}: expected {expected:?}, found {found:?}"))
    }
}

#[test]
fn every_signature_is_understood() {
    let mut wrong = Vec::new();
    for class in all() {
        wrong.extend(
            class
                .all_rows()
                .filter_map(|row| signature::parse_member(row, class).err()),
        );
        wrong.extend(
            class
                .parent_names
                .iter()
                .filter_map(|parent| signature::parse_type(parent).err()),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_example_gives_its_text() {
    let mut wrong = Vec::new();
    for class in all() {
        for row in class.all_rows().filter(|row| !row.example.is_empty()) {
            wrong.extend(check(class, row.signature, row.example, row.expected).err());
        }
    }
    assert!(wrong.is_empty(), "{} examples:\n{}", wrong.len(), wrong.join("\n"));
}
