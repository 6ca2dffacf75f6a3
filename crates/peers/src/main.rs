//! `peers`: the programs on the other side of the gateway, for its sample and its tests.
//!
//! Each subcommand is one peer that a gateway meets in the field: an MCP server like Microsoft Learn's, a small stateless
//! MCP server, the MCP server that the official conformance suite calls, a plain HTTP API with every way of answering
//! (and of failing to) that a proxy must cope with, a gRPC service, an issuer of tokens, and a stand-in for SQL Server. The
//! MCP servers are built on the official SDK, so that the gateway is
//! tested against an implementation that is not its own.
//!
//! Never here: anything that the gateway links. The gateway and this program share no code.

mod conformance;
mod grpc;
mod issuer;
mod learn;
mod listener;
mod mcp;
mod rest;
mod sql;
mod tls;
mod tools;

use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand, ValueEnum};

use crate::conformance::{Era, Fixture};
use crate::listener::{Listen, serve};
use crate::mcp::{Answers, McpServer};

/// Peers of the gateway for its sample and its tests
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    peer: Peer,
}

/// Which peer to be.
#[derive(Subcommand)]
enum Peer {
    /// An MCP server with the three tools of Microsoft Learn's, over a few built-in documents (endpoint /mcp)
    Learn {
        #[command(flatten)]
        listen: Listen,
        /// How a POST is answered; `json` also means no sessions, because the SDK pairs the two
        #[arg(long, value_enum, default_value_t = AnswerForm::Sse)]
        answers: AnswerForm,
    },
    /// A stateless MCP server: who answers, an echo, facts, and App Service notes (endpoint /mcp)
    Tools {
        #[command(flatten)]
        listen: Listen,
    },
    /// The MCP server that the official conformance suite calls (endpoint /mcp)
    Conformance {
        #[command(flatten)]
        listen: Listen,
        /// Which revisions of MCP to speak
        #[arg(long, value_enum, default_value_t = Era::Both)]
        era: Era,
    },
    /// An issuer of tokens: `OpenID` Connect discovery, keys that rotate, token endpoints, tokens with any claims
    Issuer {
        #[command(flatten)]
        listen: Listen,
    },
    /// A gRPC service, `demo.Greeter`
    Grpc {
        #[command(flatten)]
        listen: Listen,
    },
    /// A stand-in for SQL Server: TDS 7.4 and 8.0, a few tables and statements, every type
    Sql {
        #[command(flatten)]
        options: sql::Options,
    },
    /// A plain HTTP API: orders, echo, uploads, downloads, events, WebSocket, and the faults an upstream can have
    Rest {
        #[command(flatten)]
        listen: Listen,
    },
}

/// The command line's spelling of [`Answers`].
#[derive(Clone, Copy, ValueEnum)]
enum AnswerForm {
    /// application/json
    Json,
    /// text/event-stream
    Sse,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().peer {
        Peer::Learn { listen, answers } => {
            let answers = match answers {
                AnswerForm::Json => Answers::Json,
                AnswerForm::Sse => Answers::SessionEvents,
            };
            serve(listen, Arc::new(McpServer::new(|| learn::Learn, answers))).await
        }
        Peer::Tools { listen } => serve(listen, Arc::new(McpServer::new(|| tools::Tools, Answers::Json))).await,
        Peer::Conformance { listen, era } => {
            let fixture = Fixture::new(era);
            serve(
                listen,
                Arc::new(McpServer::new(move || fixture.session(), Answers::SessionEvents)),
            )
            .await
        }
        Peer::Issuer { listen } => match issuer::Issuer::new() {
            Ok(issuer) => serve(listen, Arc::new(issuer)).await,
            Err(error) => Err(error),
        },
        Peer::Grpc { listen } => serve(listen, Arc::new(grpc::Greeter)).await,
        Peer::Sql { options } => sql::serve(options).await,
        Peer::Rest { listen } => serve(listen, Arc::new(rest::Api::default())).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("peers: {error}");
            ExitCode::FAILURE
        }
    }
}
