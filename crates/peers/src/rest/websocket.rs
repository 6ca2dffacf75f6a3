//! `GET /ws`: a WebSocket (RFC 6455) that sends back what it gets.
//!
//! Never here: WebSocket over HTTP/2 (RFC 8441).

use std::io;

use futures_util::{SinkExt, StreamExt};
use http::header::{CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, UPGRADE};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::answer::{Answer, refusal};

/// The switch to the WebSocket protocol, with the first subprotocol on offer.
pub fn upgrade(mut request: Request<Incoming>) -> Answer {
    let headers = request.headers();
    let wanted = headers
        .get(UPGRADE)
        .is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket"));
    let key = headers.get(SEC_WEBSOCKET_KEY).filter(|_| wanted);
    let Some(accept) = key.and_then(|key| HeaderValue::try_from(derive_accept_key(key.as_bytes())).ok()) else {
        let reason = "/ws is a WebSocket: send `Upgrade: websocket` and `Sec-WebSocket-Key`";
        return Err(refusal(StatusCode::UPGRADE_REQUIRED, reason));
    };
    let offered = headers
        .get(SEC_WEBSOCKET_PROTOCOL)
        .and_then(|offer| offer.to_str().ok()?.split(',').next());
    let subprotocol = offered.and_then(|name| HeaderValue::try_from(name.trim()).ok());

    let upgrade = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        if let Ok(upgraded) = upgrade.await {
            echo(WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, None).await).await;
        }
    });
    let mut response = Response::new(Empty::new().map_err(io::Error::other).boxed());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let switched = response.headers_mut();
    switched.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    switched.insert(UPGRADE, HeaderValue::from_static("websocket"));
    switched.insert(SEC_WEBSOCKET_ACCEPT, accept);
    switched.extend(subprotocol.map(|name| (SEC_WEBSOCKET_PROTOCOL, name)));
    Ok(response)
}

/// Sends text and binary messages back until the client closes or breaks off; the library answers pings and the close.
async fn echo(mut socket: WebSocketStream<TokioIo<hyper::upgrade::Upgraded>>) {
    while let Some(Ok(message)) = socket.next().await {
        let back = (message.is_text() || message.is_binary()).then_some(message);
        let sent = match back {
            Some(message) => socket.send(message).await,
            None => socket.flush().await,
        };
        if sent.is_err() {
            return;
        }
    }
}
