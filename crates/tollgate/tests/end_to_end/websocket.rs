//! WebSockets through the gateway: frames of every kind, both ways of closing, and what happens before the upgrade.

use crate::support::artifacts::{Artifacts, GLOBAL_POLICY};
use crate::support::gateway::Gateway;
use crate::support::patience::{soon, within};
use crate::support::peer::Peer;
use crate::support::upstream::{Upstream, full};
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::{HeaderValue, Response};
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio::sync::mpsc::unbounded_channel;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::handshake::client::Response as Upgraded;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;
use tokio_tungstenite::tungstenite::{Error, Message};

type Socket = WebSocketStream<TcpStream>;

/// A gateway whose API `chat` is a WebSocket API with this service URL.
async fn chat(service_url: &str, subscription_required: bool) -> (Gateway, Artifacts) {
    let service_url = service_url.replace("http://", "ws://");
    let information = format!(
        r#"{{"properties": {{"displayName": "chat", "path": "chat", "type": "websocket", "protocols": ["ws", "wss"],
            "serviceUrl": "{service_url}", "subscriptionRequired": {subscription_required}}}}}"#
    );
    let files = [
        ("policy.xml", GLOBAL_POLICY),
        ("apis/chat/apiInformation.json", &information),
    ];
    let folder = Artifacts::of(&files);
    (Gateway::serve(&folder).await, folder)
}

async fn connect(address: SocketAddr, headers: &[(&'static str, &str)]) -> Result<(Socket, Upgraded), Error> {
    let mut request = format!("ws://{address}/chat").into_client_request()?;
    for (name, value) in headers {
        request.headers_mut().insert(*name, HeaderValue::from_str(value)?);
    }
    let stream = TcpStream::connect(address).await?;
    soon("the upgrade", tokio_tungstenite::client_async(request, stream)).await
}

async fn next(socket: &mut Socket) -> Message {
    soon("a message", socket.next()).await.expect("not the end").unwrap()
}

#[test]
fn messages_of_every_kind_and_size_come_back() {
    within(120, async {
        let peer = Peer::rest().await;
        let (gateway, _folder) = chat(&format!("{}/ws", peer.url), false).await;
        let (mut socket, upgraded) = connect(gateway.address, &[("sec-websocket-protocol", "chat.v2")])
            .await
            .unwrap();
        assert_eq!(upgraded.headers()["sec-websocket-protocol"], "chat.v2");
        for message in [
            Message::text("text"),
            Message::text(""),
            Message::text("é ✓ 𝄞"),
            Message::binary(vec![0, 1, 255]),
            Message::text("x".repeat(126)),
            Message::text("x".repeat(65_536)),
            Message::binary(vec![7; 8 << 20]),
        ] {
            socket.send(message.clone()).await.unwrap();
            let back = next(&mut socket).await;
            assert!(
                back == message,
                "a message of {} bytes came back as {} bytes",
                message.len(),
                back.len()
            );
        }
        socket
            .send(Message::Ping(Bytes::from_static(b"are you there")))
            .await
            .unwrap();
        assert_eq!(
            next(&mut socket).await,
            Message::Pong(Bytes::from_static(b"are you there"))
        );

        socket.close(Some(close(CloseCode::Normal, "enough"))).await.unwrap();
        assert_eq!(
            next(&mut socket).await,
            Message::Close(Some(close(CloseCode::Normal, "enough")))
        );
        assert!(soon("the end", socket.next()).await.is_none());
        gateway.idle().await;
    });
}

fn close(code: CloseCode, reason: &'static str) -> CloseFrame {
    CloseFrame {
        code,
        reason: reason.into(),
    }
}

#[test]
fn both_directions_flow_at_the_same_time() {
    within(120, async {
        let peer = Peer::rest().await;
        let (gateway, _folder) = chat(&format!("{}/ws", peer.url), false).await;
        let (socket, _) = connect(gateway.address, &[]).await.unwrap();
        let (mut sink, mut stream) = socket.split();
        let sending = tokio::spawn(async move {
            for number in 0..500 {
                sink.send(Message::text(format!("{number}:{}", "x".repeat(1000))))
                    .await
                    .unwrap();
            }
            sink
        });
        for number in 0..500 {
            let message = soon("a message", stream.next()).await.unwrap().unwrap();
            assert!(message.to_text().unwrap().starts_with(&format!("{number}:")));
        }
        drop(sending.await.unwrap());
    });
}

#[test]
fn an_upstream_that_closes_is_heard() {
    within(60, async {
        let upstream = Upstream::accepting(|stream| async move {
            let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
            socket.send(Message::text("last words")).await.unwrap();
            socket.close(Some(close(CloseCode::Away, "moving"))).await.unwrap();
            while let Some(Ok(_)) = socket.next().await {}
        })
        .await;
        let (gateway, _folder) = chat(&upstream.url, false).await;
        let (mut socket, _) = connect(gateway.address, &[]).await.unwrap();
        assert_eq!(next(&mut socket).await, Message::text("last words"));
        assert_eq!(
            next(&mut socket).await,
            Message::Close(Some(close(CloseCode::Away, "moving")))
        );
        assert!(soon("the end", socket.next()).await.is_none());
        gateway.idle().await;
    });
}

#[test]
fn an_upstream_that_vanishes_ends_the_connection() {
    within(60, async {
        let upstream = Upstream::accepting(|stream| async move {
            let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
            socket.next().await;
        })
        .await;
        let (gateway, _folder) = chat(&upstream.url, false).await;
        let (mut socket, _) = connect(gateway.address, &[]).await.unwrap();
        socket.send(Message::text("go")).await.unwrap();
        let end = soon("the end", socket.next()).await;
        assert!(!matches!(end, Some(Ok(_))), "{end:?}");
        gateway.idle().await;
    });
}

#[test]
fn a_client_that_vanishes_is_noticed_by_the_upstream() {
    within(60, async {
        let (telling, mut heard) = unbounded_channel();
        let upstream = Upstream::accepting(move |stream| {
            let telling = telling.clone();
            async move {
                let mut socket = tokio_tungstenite::accept_async(stream).await.unwrap();
                while let Some(Ok(message)) = socket.next().await {
                    telling.send(Some(message)).unwrap();
                }
                telling.send(None).unwrap();
            }
        })
        .await;
        let (gateway, _folder) = chat(&upstream.url, false).await;
        let (mut socket, _) = connect(gateway.address, &[]).await.unwrap();
        socket.send(Message::text("hello")).await.unwrap();
        assert_eq!(soon("hello", heard.recv()).await.unwrap(), Some(Message::text("hello")));
        drop(socket);
        assert_eq!(soon("the end at the upstream", heard.recv()).await.unwrap(), None);
        gateway.idle().await;
    });
}

#[test]
fn an_upgrade_that_is_refused_is_an_ordinary_answer() {
    within(60, async {
        let upstream =
            Upstream::answering(|_| async { Response::builder().status(403).body(full("members only")).unwrap() })
                .await;
        let key = "chat-primary-key-0001";
        let subscription = format!(
            r#"{{"properties": {{"displayName": "c", "scope": "/apis/chat", "state": "active", "primaryKey": "{key}"}}}}"#
        );
        let (_, folder) = chat(&upstream.url, true).await;
        folder.write("subscriptions/c/subscriptionInformation.json", &subscription);
        let gateway = Gateway::serve(&folder).await;
        for (headers, status, part) in [
            (vec![], 401, "missing subscription key"),
            (
                vec![("ocp-apim-subscription-key", "wrong")],
                401,
                "invalid subscription key",
            ),
            (vec![("ocp-apim-subscription-key", key)], 403, "members only"),
        ] {
            let Err(Error::Http(answer)) = connect(gateway.address, &headers).await else {
                panic!("{headers:?}: expected a refusal");
            };
            let body = String::from_utf8(answer.body().clone().unwrap_or_default()).unwrap();
            assert_eq!(answer.status(), status, "{headers:?}: {body}");
            assert!(body.contains(part), "{headers:?}: {body}");
        }
        gateway.idle().await;
    });
}
