//! Subscriptions of GraphQL over real WebSockets: answered by the gateway where the API has resolvers, passed through
//! where it has none.

use crate::support::artifacts::{Artifacts, GLOBAL_POLICY};
use crate::support::client::{Connection, sending};
use crate::support::gateway::Gateway;
use crate::support::patience::{soon, within};
use crate::support::peer::Peer;
use futures_util::{SinkExt, StreamExt};
use http::HeaderValue;
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::{Error, Message};

const SCHEMA: &str = "
type User { id: Int! name: String! echo(say: String): String }
type Query { a: Int }
type Mutation { createUser(id: Int!, name: String!): User  fail: Int }
type Subscription { onUserCreated: User!  onCount(from: Int): Int }
";

const INFORMATION: &str = r#"{"properties": {"displayName": "Graph", "path": "graph", "type": "graphql", "protocols": ["http", "ws"],
    "subscriptionRequired": false}}"#;

/// The mutation's value is what the backend echoes as the request's query, made a user.
fn create_user(backend: &str) -> String {
    format!(
        r#"<http-data-source>
            <http-request><set-method>GET</set-method><set-url>{backend}/status/200</set-url></http-request>
            <http-response>
                <set-body>@{{ return new JObject(new JProperty("id", context.GraphQL.Arguments["id"]), new JProperty("name", context.GraphQL.Arguments["name"])).ToString(); }}</set-body>
                <publish-event><targets><graphql-subscription id="onUserCreated" /></targets></publish-event>
            </http-response>
        </http-data-source>"#
    )
}

/// A field below the event, which has a resolver of its own.
fn echo(backend: &str) -> String {
    format!(
        r#"<http-data-source>
            <http-request><set-method>GET</set-method><set-url>{backend}/status/200</set-url></http-request>
            <http-response>
                <set-body>@("\"" + context.GraphQL.Parent["name"] + " says " + context.GraphQL.Arguments["say"] + " to " + context.Variables["who"] + "\"")</set-body>
            </http-response>
        </http-data-source>"#
    )
}

/// What inbound finds out at the handshake stays with the connection.
const POLICY: &str = r#"<policies><inbound><base />
    <choose><when condition="@(context.Request.Headers.ContainsKey(&quot;x-refused&quot;))">
        <return-response><set-status code="403" /></return-response>
    </when></choose>
    <set-variable name="who" value="@(context.Request.Headers.GetValueOrDefault(&quot;x-who&quot;, &quot;nobody&quot;))" />
</inbound><backend><base /></backend><outbound><base /></outbound><on-error><base /></on-error></policies>"#;

async fn graph() -> (Gateway, Artifacts, Peer) {
    graph_with(POLICY, echo).await
}

async fn graph_with(policy: &str, echo: impl FnOnce(&str) -> String) -> (Gateway, Artifacts, Peer) {
    let peer = Peer::rest().await;
    let (create, echo) = (create_user(&peer.url), echo(&peer.url));
    let folder = Artifacts::of(&[
        ("policy.xml", GLOBAL_POLICY),
        ("apis/graph/apiInformation.json", INFORMATION),
        ("apis/graph/specification.graphql", SCHEMA),
        ("apis/graph/policy.xml", policy),
        (
            "apis/graph/resolvers/create.user/resolverInformation.json",
            r#"{"properties": {"path": "Mutation/createUser"}}"#,
        ),
        ("apis/graph/resolvers/create.user/policy.xml", &create),
        (
            "apis/graph/resolvers/echo/resolverInformation.json",
            r#"{"properties": {"path": "User/echo"}}"#,
        ),
        ("apis/graph/resolvers/echo/policy.xml", &echo),
    ]);
    (Gateway::serve_with(&folder, &["--workers", "2"]).await, folder, peer)
}

struct Client(WebSocketStream<TcpStream>);

impl Client {
    async fn try_connect(address: SocketAddr, protocol: &str, headers: &[(&'static str, &str)]) -> Result<Self, Error> {
        let mut request = format!("ws://{address}/graph").into_client_request()?;
        for (name, value) in headers.iter().chain(&[("sec-websocket-protocol", protocol)]) {
            request.headers_mut().insert(*name, HeaderValue::from_str(value)?);
        }
        let stream = TcpStream::connect(address).await?;
        let (socket, answer) = soon("the upgrade", tokio_tungstenite::client_async(request, stream)).await?;
        assert_eq!(answer.headers()["sec-websocket-protocol"], "graphql-transport-ws");
        Ok(Self(socket))
    }

    /// Connected, and past the first words.
    async fn connect(address: SocketAddr, who: &str) -> Self {
        let mut client = Self::try_connect(address, "graphql-transport-ws", &[("x-who", who)])
            .await
            .unwrap();
        client.say(&json!({"type": "connection_init"})).await;
        assert_eq!(client.hear().await, json!({"type": "connection_ack"}));
        client
    }

    async fn say(&mut self, message: &Value) {
        self.0.send(Message::text(message.to_string())).await.unwrap();
    }

    async fn subscribe(&mut self, id: &str, query: &str) {
        self.say(&json!({"type": "subscribe", "id": id, "payload": {"query": query}}))
            .await;
        // What was said before has been heard when this is answered.
        self.say(&json!({"type": "ping"})).await;
        assert_eq!(self.hear().await, json!({"type": "pong"}));
    }

    async fn hear(&mut self) -> Value {
        let message = soon("a message", self.0.next()).await.expect("not the end").unwrap();
        serde_json::from_str(message.to_text().unwrap()).unwrap()
    }

    /// The code that the gateway closes the connection with.
    async fn closed(&mut self) -> u16 {
        loop {
            match soon("the end", self.0.next()).await {
                Some(Ok(Message::Close(Some(frame)))) => return frame.code.into(),
                Some(Ok(_)) => {}
                other => panic!("no close frame: {other:?}"),
            }
        }
    }
}

async fn create(address: SocketAddr, id: u32, name: &str) {
    let query = format!("mutation {{ createUser(id: {id}, name: \"{name}\") {{ id }} }}");
    let request = sending(
        "POST",
        "/graph",
        &[("content-type", "application/json")],
        json!({ "query": query }).to_string(),
    );
    let answer = Connection::http1(address).await.answer(request).await;
    assert_eq!(answer.json(), json!({"data": {"createUser": {"id": id}}}));
}

fn next(id: &str, data: &Value) -> Value {
    json!({"id": id, "type": "next", "payload": {"data": data}})
}

#[test]
fn an_event_is_told_to_each_as_it_was_asked_for() {
    within(120, async {
        let (gateway, _folder, _peer) = graph().await;
        let mut ann = Client::connect(gateway.address, "Ann").await;
        let mut bob = Client::connect(gateway.address, "Bob").await;
        ann.subscribe("1", "subscription { onUserCreated { name } }").await;
        ann.subscribe(
            "2",
            "subscription($s: String = \"hi\") { new: onUserCreated { id echo(say: $s) } }",
        )
        .await;
        bob.subscribe("1", "subscription { onUserCreated { __typename id } }")
            .await;
        bob.subscribe("2", "subscription { onCount(from: 1) }").await;
        create(gateway.address, 7, "Cid").await;
        let mut heard = [ann.hear().await, ann.hear().await];
        heard.sort_by_key(|message| message["id"].to_string());
        assert_eq!(heard[0], next("1", &json!({"onUserCreated": {"name": "Cid"}})));
        assert_eq!(
            heard[1],
            next("2", &json!({"new": {"id": 7, "echo": "Cid says hi to Ann"}}))
        );
        let expected = next("1", &json!({"onUserCreated": {"__typename": "User", "id": 7}}));
        assert_eq!(bob.hear().await, expected);
        // Who has unsubscribed hears no more.
        ann.say(&json!({"type": "complete", "id": "2"})).await;
        ann.subscribe("3", "subscription { onUserCreated { id } }").await;
        create(gateway.address, 8, "Dan").await;
        let ids = [ann.hear().await["id"].clone(), ann.hear().await["id"].clone()];
        assert!(ids.contains(&json!("1")) && ids.contains(&json!("3")), "{ids:?}");
        assert_eq!(bob.hear().await["payload"]["data"]["onUserCreated"]["id"], 8);
    });
}

#[test]
fn what_is_no_subscription_is_told_so() {
    within(120, async {
        let (gateway, _folder, _peer) = graph().await;
        let mut client = Client::connect(gateway.address, "Ann").await;
        for (query, expected) in [
            ("{ a }", "Only subscriptions are served here"),
            ("subscription { onNothing }", "does not have a field `onNothing`"),
            ("subscription {", "syntax error"),
        ] {
            client
                .say(&json!({"type": "subscribe", "id": "1", "payload": {"query": query}}))
                .await;
            let heard = client.hear().await;
            assert_eq!(
                (&heard["type"], &heard["id"]),
                (&json!("error"), &json!("1")),
                "{heard}"
            );
            let message = heard["payload"][0]["message"].as_str().unwrap();
            assert!(message.contains(expected), "{message}");
        }
        let request = sending(
            "POST",
            "/graph",
            &[("content-type", "application/graphql")],
            "subscription { onCount }",
        );
        let answer = Connection::http1(gateway.address).await.answer(request).await;
        assert_eq!(answer.status, 400);
        assert!(answer.text().contains("needs a WebSocket"), "{}", answer.text());
    });
}

#[test]
fn policies_validate_subscriptions() {
    let policy = POLICY.replacen(
        "<base />",
        r#"<base /><validate-graphql-request max-size="300"><authorize>
            <rule path="/Subscription/onCount" action="@(context.Request.Headers.ContainsKey(&quot;x-who&quot;) ? &quot;reject&quot; : &quot;allow&quot;)" />
            <rule path="/User/name" action="remove" />
        </authorize></validate-graphql-request>"#,
        1,
    );
    within(120, async {
        let (gateway, _folder, _peer) = graph_with(&policy, echo).await;
        let mut client = Client::connect(gateway.address, "Ann").await;
        let long = format!("subscription {{ onUserCreated {{ id }} }} #{}", "x".repeat(300));
        for (query, expected) in [
            (
                "subscription { onCount }",
                "The field `onCount` of `Subscription` is not allowed.",
            ),
            (
                "subscription { onUserCreated { name } }",
                "The field `name` of `User` was removed from the request.",
            ),
            (&long, "exceeds the limit of 300 bytes."),
        ] {
            client
                .say(&json!({"type": "subscribe", "id": "1", "payload": {"query": query}}))
                .await;
            let heard = client.hear().await;
            assert_eq!(heard["type"], "error", "{heard}");
            let message = heard["payload"][0]["message"].as_str().unwrap();
            assert!(message.contains(expected), "{message}");
        }
        client
            .subscribe("2", "subscription { onUserCreated { id name } }")
            .await;
        create(gateway.address, 7, "Cid").await;
        let heard = client.hear().await;
        assert_eq!(heard["payload"]["data"], json!({"onUserCreated": {"id": 7}}));
        assert_eq!(heard["payload"]["errors"][0]["path"], json!(["onUserCreated", "name"]));
    });
}

#[test]
fn a_client_is_listened_to_while_resolvers_run() {
    // Nobody answers there.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent_url = format!("http://{}", silent.local_addr().unwrap());
    within(120, async {
        let (gateway, _folder, _peer) = graph_with(POLICY, |_| echo(&silent_url)).await;
        let mut client = Client::connect(gateway.address, "Ann").await;
        client
            .subscribe("1", "subscription { onUserCreated { echo(say: \"hi\") } }")
            .await;
        create(gateway.address, 7, "Cid").await;
        let accepted = tokio::task::spawn_blocking(move || silent.accept().unwrap().0);
        let _resolver = soon("the resolver", accepted).await.unwrap();
        client.say(&json!({"type": "ping"})).await;
        assert_eq!(client.hear().await, json!({"type": "pong"}));
        // A subscription that has ended holds up no other one.
        client.say(&json!({"type": "complete", "id": "1"})).await;
        client.subscribe("2", "subscription { onUserCreated { id } }").await;
        create(gateway.address, 8, "Dan").await;
        assert_eq!(client.hear().await, next("2", &json!({"onUserCreated": {"id": 8}})));
    });
}

#[test]
fn subscriptions_of_one_connection_have_a_limit() {
    within(120, async {
        let (gateway, _folder, _peer) = graph().await;
        let mut client = Client::connect(gateway.address, "Ann").await;
        let long = format!("subscription {{ onCount }} #{}", "x".repeat(200 << 10));
        for id in 0..5 {
            client.subscribe(&id.to_string(), &long).await;
        }
        client
            .say(&json!({"type": "subscribe", "id": "6", "payload": {"query": long}}))
            .await;
        let heard = client.hear().await;
        let message = heard["payload"][0]["message"].as_str().unwrap();
        assert_eq!(message, "The subscriptions of a connection have at most 1048576 bytes.");
        client.say(&json!({"type": "complete", "id": "0"})).await;
        client.subscribe("6", &long).await;
    });
}

#[test]
fn the_protocol_is_kept() {
    within(120, async {
        let (gateway, _folder, _peer) = graph().await;
        let subscribe = json!({"type": "subscribe", "id": "1", "payload": {"query": "subscription { onCount }"}});
        let init = json!({"type": "connection_init"});
        for (said, code) in [
            (vec![&subscribe], 4401),
            (vec![&init, &init], 4429),
            (vec![&init, &subscribe, &subscribe], 4409),
            (vec![&json!({"type": "start"})], 4400),
        ] {
            let mut client = Client::try_connect(gateway.address, "graphql-transport-ws", &[])
                .await
                .unwrap();
            for message in said {
                client.say(message).await;
            }
            assert_eq!(client.closed().await, code);
        }
        let refused = |answer: Result<Client, Error>| match answer {
            Err(Error::Http(response)) => response.status().as_u16(),
            _ => panic!("not refused"),
        };
        let other = Client::try_connect(gateway.address, "graphql-ws", &[]).await;
        assert_eq!(refused(other), 400);
        let protocol = "graphql-transport-ws";
        let denied = Client::try_connect(gateway.address, protocol, &[("x-refused", "1")]).await;
        assert_eq!(refused(denied), 403);
    });
}

#[test]
fn a_gateway_that_stops_says_goodbye() {
    within(120, async {
        let (gateway, _folder, _peer) = graph().await;
        let mut client = Client::connect(gateway.address, "Ann").await;
        gateway.process.signal("TERM");
        assert_eq!(client.closed().await, 1001);
    });
}

#[test]
fn without_resolvers_the_socket_is_the_backends() {
    within(120, async {
        let peer = Peer::rest().await;
        let information = INFORMATION.replace("\"type\"", &format!("\"serviceUrl\": \"{}/ws\", \"type\"", peer.url));
        let folder = Artifacts::of(&[
            ("policy.xml", GLOBAL_POLICY),
            ("apis/graph/apiInformation.json", &information),
        ]);
        let gateway = Gateway::serve(&folder).await;
        let mut client = Client::try_connect(gateway.address, "graphql-transport-ws", &[])
            .await
            .unwrap();
        let message = json!({"type": "connection_init"});
        client.say(&message).await;
        assert_eq!(client.hear().await, message);
    });
}
