//! A client that logs in and asks: its messages one after the other, and their answers.
//!
//! Never here: what statements mean.

use std::collections::{BTreeMap, VecDeque};
use std::io;

use tokio::io::{AsyncRead, AsyncWrite, WriteHalf, split};
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::mpsc::{Receiver, channel};
use tokio::task::yield_now;

use super::Server;
use super::fields::{Fields, utf16};
use super::login::{self, Login, Proof};
use super::packets::{FIRST_SIZE, Message, Packets, kind, receive};
use super::parameters::{calls, wrong};
use super::procedures::{Prepared, Task};
use super::statements::{Outcome, Scope, parse};
use super::tokens::{Done, Fault, Tokens, command, flag};

/// Bytes of rows that are written at once.
const PART: usize = 16 << 10;
/// The header that every request has: which transaction it is in.
const TRANSACTION_HEADER: u16 = 2;
/// Who makes tokens for this server.
const TOKENS_FROM: &str = "https://login.example/organization";
/// And for whom they must be.
const TOKENS_FOR: &str = "https://database.windows.net/";
/// What is no TDS.
const GARBAGE: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";

/// Answers a client until it goes.
pub async fn run<Io>(stream: Io, server: &Server, number: u64, nonce: Option<[u8; 32]>) -> io::Result<()>
where
    Io: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut reading, writing) = split(stream);
    let (sender, messages) = channel(1);
    // Somebody must hear a client that calls the answer off while it is being written.
    let reader = tokio::spawn(async move {
        while let Some(message) = receive(&mut reading).await.transpose() {
            let last = message.is_err();
            if sender.send(message).await.is_err() || last {
                return;
            }
        }
    });
    let mut session = Session {
        messages,
        waiting: VecDeque::new(),
        out: Packets::new(writing, number as u16, FIRST_SIZE),
        number,
        resets: 0,
        database: String::new(),
        first_database: String::new(),
        transactions: 0,
        prepared: Prepared::default(),
    };
    let outcome = session.life(server, nonce.as_ref().map(<[u8; 32]>::as_slice)).await;
    reader.abort();
    outcome
}

struct Session<Io> {
    messages: Receiver<io::Result<Message>>,
    /// Requests that came before the answer to the one before them had ended.
    waiting: VecDeque<Message>,
    out: Packets<WriteHalf<Io>>,
    number: u64,
    resets: u64,
    database: String,
    /// The database that it logged in to.
    first_database: String,
    transactions: u64,
    prepared: Prepared,
}

/// How a request went.
enum Flow {
    /// To its end; the number of the error that ended it.
    Whole(Option<u32>),
    /// The client called it off.
    CalledOff,
    /// It was nothing but the client's calling off what had ended.
    Heard,
    /// The connection is to be closed.
    Close,
}

/// Where a statement stands.
#[derive(Clone, Copy)]
enum Place {
    Batch,
    Procedure,
}

impl Place {
    /// The end of one of its statements.
    fn done(self, last: bool, flags: u16) -> Done {
        match self {
            Self::Batch if last => Done::Last(flags),
            Self::Batch => Done::Last(flags | flag::MORE),
            Self::Procedure => Done::Inside(flags | flag::MORE),
        }
    }
}

impl<Io: AsyncRead + AsyncWrite> Session<Io> {
    async fn life(&mut self, server: &Server, nonce: Option<&[u8]>) -> io::Result<()> {
        if !self.log_in(server, nonce).await? {
            return self.out.close().await;
        }
        while let Some(message) = self.message().await? {
            let mut tokens = Tokens::default();
            if message.reset {
                self.begin_anew();
                tokens.reset();
            }
            let flow = match message.kind {
                _ if message.withdrawn => {
                    tokens.done(Done::Last(flag::ERROR), 0, None);
                    self.out.write(&tokens.take()).await?;
                    Flow::Whole(None)
                }
                kind::BATCH => self.batch(&message, tokens).await?,
                kind::RPC => self.calls(&message, tokens).await?,
                kind::TRANSACTION => self.transaction(&message, tokens).await?,
                kind::ATTENTION => Flow::Heard,
                other => {
                    self.refuse(&wrong(&format!("a message of type {other:#04x}")), tokens)
                        .await?;
                    Flow::Close
                }
            };
            match flow {
                Flow::Whole(_) => {}
                Flow::CalledOff => {
                    // The answer ends, and that the client was heard is another one.
                    self.end(flag::ERROR).await?;
                    self.out.end().await?;
                    self.end(flag::ATTENTION).await?;
                }
                Flow::Heard => self.end(flag::ATTENTION).await?,
                Flow::Close => return self.out.close().await,
            }
            self.out.end().await?;
        }
        Ok(())
    }

    fn begin_anew(&mut self) {
        self.resets += 1;
        self.prepared = Prepared::default();
        self.database.clone_from(&self.first_database);
    }

    /// The last token of an answer that has no more to say.
    async fn end(&mut self, flags: u16) -> io::Result<()> {
        let mut tokens = Tokens::default();
        tokens.done(Done::Last(flags), 0, None);
        self.out.write(&tokens.take()).await
    }

    /// The next message; nothing when the client has gone.
    async fn message(&mut self) -> io::Result<Option<Message>> {
        if let Some(message) = self.waiting.pop_front() {
            return Ok(Some(message));
        }
        self.messages.recv().await.transpose()
    }

    async fn log_in(&mut self, server: &Server, nonce: Option<&[u8]>) -> io::Result<bool> {
        let Some(message) = self.message().await? else {
            return Ok(false);
        };
        let login = login::parse(&message.payload).filter(|_| message.kind == kind::LOGIN);
        let Some(mut login) = login else {
            self.refuse(
                &wrong("the message after PRELOGIN is no login that this server knows"),
                Tokens::default(),
            )
            .await?;
            return Ok(false);
        };
        if login.version != login::TDS_7_4 && login.version != login::TDS_8_0 {
            let text = format!("This server speaks TDS 7.4 and 8.0, not {:#010x}.", login.version);
            self.refuse(&Fault::new(17_828, 1, 16, text), Tokens::default()).await?;
            return Ok(false);
        }
        if let Proof::TokenLater { echo } = login.proof {
            let Some((token, nonce)) = self.late_token().await? else {
                return Ok(false);
            };
            login.proof = Proof::Token { token, nonce, echo };
        }
        let federated = server.door.token.is_some();
        if let Some(fault) = server.door.refusal(&login, federated, nonce) {
            self.refuse(&fault, Tokens::default()).await?;
            return Ok(false);
        }
        self.welcome(&login, server).await?;
        Ok(true)
    }

    async fn late_token(&mut self) -> io::Result<Option<(String, Option<Vec<u8>>)>> {
        let mut tokens = Tokens::default();
        tokens.token_wanted(&[(1, TOKENS_FROM), (2, TOKENS_FOR)]);
        self.out.write(&tokens.take()).await?;
        self.out.end().await?;
        let Some(message) = self.message().await? else {
            return Ok(None);
        };
        let token = login::late_token(&message.payload).filter(|_| message.kind == kind::TOKEN);
        if token.is_none() {
            self.refuse(&wrong("no token where one was asked for"), Tokens::default())
                .await?;
        }
        Ok(token)
    }

    async fn welcome(&mut self, login: &Login, server: &Server) -> io::Result<()> {
        self.database.clone_from(&login.database);
        self.first_database.clone_from(&login.database);
        self.out
            .write(&login::welcome(login, server.redirect.as_ref()).take())
            .await?;
        self.out.end().await?;
        self.out.resize(login.packet_size);
        Ok(())
    }

    /// An error that is the whole answer, and the end of the message.
    async fn refuse(&mut self, fault: &Fault, mut tokens: Tokens) -> io::Result<()> {
        tokens.fault(fault);
        tokens.done(Done::Last(flag::ERROR), 0, None);
        self.out.write(&tokens.take()).await?;
        self.out.end().await
    }

    async fn batch(&mut self, message: &Message, mut tokens: Tokens) -> io::Result<Flow> {
        match without_headers(&message.payload) {
            Some(text) if text.len() % 2 == 0 => {
                let flow = self
                    .statements(&utf16(text), self.scope(), Place::Batch, &mut tokens)
                    .await?;
                if let Flow::Whole(Some(_)) = flow {
                    tokens.done(Done::Last(flag::ERROR), 0, None);
                }
                self.out.write(&tokens.take()).await?;
                Ok(flow)
            }
            _ => {
                self.refuse(
                    &wrong("a batch without the header of its transaction, or of half a character"),
                    tokens,
                )
                .await?;
                Ok(Flow::Close)
            }
        }
    }

    fn scope(&self) -> Scope {
        Scope {
            parameters: BTreeMap::new(),
            session: self.number,
            resets: self.resets,
        }
    }

    /// Runs statements. What ends them early is told, but not that they ended.
    async fn statements(&mut self, text: &str, scope: Scope, place: Place, tokens: &mut Tokens) -> io::Result<Flow> {
        let statements = match parse(text) {
            Ok(statements) => statements,
            Err(fault) => {
                tokens.fault(&fault);
                return Ok(Flow::Whole(Some(fault.number)));
            }
        };
        if statements.is_empty() {
            tokens.done(place.done(true, 0), 0, None);
        }
        let mut left = statements.len();
        for statement in statements {
            left -= 1;
            let last = left == 0;
            match scope.run(statement) {
                Err(fault) => {
                    tokens.fault(&fault);
                    return Ok(Flow::Whole(Some(fault.number)));
                }
                Ok(Outcome::Rows { table, columns, rows }) => {
                    tokens.columns(&columns, table);
                    let mut count = 0;
                    for row in rows {
                        tokens.row(&columns, &row.values, row.compressed);
                        count += 1;
                        if tokens.len() >= PART {
                            self.out.write(&tokens.take()).await?;
                            if let Some(flow) = self.interruption().await {
                                return Ok(flow);
                            }
                        }
                    }
                    tokens.done(place.done(last, 0), command::SELECT, Some(count));
                }
                Ok(Outcome::Count(command, count)) => tokens.done(place.done(last, 0), command, Some(count)),
                Ok(Outcome::Nothing) => tokens.done(place.done(last, 0), 0, None),
                Ok(Outcome::Told(fault)) => {
                    tokens.fault(&fault);
                    let flags = if fault.class > 10 { flag::ERROR } else { 0 };
                    tokens.done(place.done(last, flags), 0, None);
                }
                Ok(Outcome::Database(name)) => {
                    tokens.database(&name, &self.database);
                    self.database = name;
                    tokens.done(place.done(last, 0), 0, None);
                }
                Ok(Outcome::Never) => loop {
                    match self.messages.recv().await.transpose()? {
                        Some(message) if message.kind == kind::ATTENTION => return Ok(Flow::CalledOff),
                        Some(message) => self.waiting.push_back(message),
                        None => return Ok(Flow::Close),
                    }
                },
                Ok(Outcome::Break) => {
                    tokens.half_a_row();
                    self.out.write(&tokens.take()).await?;
                    self.out.break_off().await?;
                    return Ok(Flow::Close);
                }
                Ok(Outcome::Garbage) => {
                    self.out.raw(GARBAGE).await?;
                    return Ok(Flow::Close);
                }
            }
        }
        Ok(Flow::Whole(None))
    }

    /// What the client did in the middle of its answer, if it did anything.
    async fn interruption(&mut self) -> Option<Flow> {
        // Whoever hears the client must get to run.
        yield_now().await;
        match self.messages.try_recv() {
            Err(TryRecvError::Empty) => None,
            Ok(Ok(message)) if message.kind == kind::ATTENTION => Some(Flow::CalledOff),
            Ok(Ok(message)) => {
                self.waiting.push_back(message);
                None
            }
            Ok(Err(_)) | Err(TryRecvError::Disconnected) => Some(Flow::Close),
        }
    }

    async fn calls(&mut self, message: &Message, mut tokens: Tokens) -> io::Result<Flow> {
        let calls = without_headers(&message.payload)
            .ok_or_else(|| wrong("a call without the header of its transaction"))
            .and_then(calls);
        let calls = match calls {
            Ok(calls) => calls,
            Err(fault) => {
                self.refuse(&fault, tokens).await?;
                return Ok(Flow::Close);
            }
        };
        let mut left = calls.len();
        for call in calls {
            left -= 1;
            let (flow, handle) = match self.prepared.task(call, self.scope()) {
                Ok(Task::Anew) => {
                    self.begin_anew();
                    (Flow::Whole(None), None)
                }
                Ok(Task::Run { statement, handle }) => match statement {
                    Some((text, scope)) => (
                        self.statements(&text, scope, Place::Procedure, &mut tokens).await?,
                        handle,
                    ),
                    None => (Flow::Whole(None), handle),
                },
                Err(fault) => {
                    tokens.fault(&fault);
                    (Flow::Whole(Some(fault.number)), None)
                }
            };
            let Flow::Whole(error) = flow else {
                return Ok(flow);
            };
            tokens.return_status(error.map_or(0, |number| number as i32));
            if let Some(handle) = handle {
                tokens.return_handle(handle);
            }
            let flags = if error.is_some() { flag::ERROR } else { 0 } | if left > 0 { flag::MORE } else { 0 };
            tokens.done(Done::Procedure(flags), 0, None);
        }
        self.out.write(&tokens.take()).await?;
        Ok(Flow::Whole(None))
    }

    async fn transaction(&mut self, message: &Message, mut tokens: Tokens) -> io::Result<Flow> {
        let request = without_headers(&message.payload).and_then(|rest| Fields::of(rest).u16());
        match request {
            Some(5) => {
                self.transactions += 1;
                tokens.transaction(8, self.transactions);
            }
            Some(7) => tokens.transaction(9, self.transactions),
            Some(8) => tokens.transaction(10, self.transactions),
            _ => {
                self.refuse(&wrong("a transaction is begun, committed or undone"), tokens)
                    .await?;
                return Ok(Flow::Close);
            }
        }
        tokens.done(Done::Last(0), 0, None);
        self.out.write(&tokens.take()).await?;
        Ok(Flow::Whole(None))
    }
}

/// What follows the headers of a request, if it has those that it must have.
fn without_headers(payload: &[u8]) -> Option<&[u8]> {
    let total = Fields::of(payload).u32()? as usize;
    let (headers, rest) = payload.split_at_checked(total)?;
    let mut headers = Fields::of(headers.get(4..)?);
    let mut transaction = false;
    while !headers.is_empty() {
        let length = headers.u32()? as usize;
        let mut header = Fields::of(headers.bytes(length.checked_sub(4)?)?);
        transaction |= header.u16()? == TRANSACTION_HEADER && length == 18;
    }
    transaction.then_some(rest)
}
