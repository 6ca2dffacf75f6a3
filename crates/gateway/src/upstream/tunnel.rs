//! Through a proxy to a server: `CONNECT` (RFC 9110, section 9.3.6).
//!
//! Never here: requests in absolute form, which need no tunnel.

use policy::Proxy;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Bytes of the head of a proxy's answer at most.
const LARGEST: usize = 8 << 10;

/// Has the proxy at the other end of `stream` connect it to `host` and `port`.
pub async fn through(mut stream: TcpStream, proxy: &Proxy, host: &str, port: u16) -> Result<TcpStream, String> {
    let target = if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    };
    let mut request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n").into_bytes();
    if let Some(authorization) = &proxy.authorization {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(authorization.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    let broken = |error: std::io::Error| format!("the connection to the proxy broke: {error}");
    stream.write_all(&request).await.map_err(broken)?;
    // One byte at a time: what comes behind the head belongs to the server.
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == LARGEST {
            return Err("the proxy's answer is too large".to_owned());
        }
        head.push(stream.read_u8().await.map_err(broken)?);
    }
    let head = String::from_utf8_lossy(&head);
    let status = head.strip_prefix("HTTP/1.").and_then(|rest| rest.split(' ').nth(1));
    match status {
        Some(status) if status.len() == 3 && status.starts_with('2') => Ok(stream),
        Some(status) => Err(format!(
            "the proxy {}:{} answered {} to CONNECT {target}",
            proxy.host,
            proxy.port,
            status.trim()
        )),
        None => Err(format!(
            "the proxy {}:{} answered with something else than HTTP",
            proxy.host, proxy.port
        )),
    }
}
