//! temp
use rmcp::ServerHandler;
#[derive(Clone, Default)]
pub struct Fixture(());
impl ServerHandler for Fixture {}
