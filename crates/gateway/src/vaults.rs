//! Asks vaults for the secrets that a configuration refers to, on a thread that can wait for them: that happens before
//! there are workers, and beside them.
//!
//! Never here: what is asked for, keeping it.

use crate::clock::SystemClock;
use crate::config::Config;
use crate::ticker::Ticker;
use crate::upstream::{Client, ClientTls, Pool};
use catalog::{SecretReference, VaultSecret};
use policy::Vaults;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::LocalSet;

/// How often one that cannot be had is asked for.
const TRIES: usize = 3;
/// How long is waited between two tries.
const PAUSE: Duration = Duration::from_secs(1);

/// The secrets of these references, in their order; an error says why there is none. Waits for all of them.
pub fn read_secrets(vaults: &Vaults, wanted: &[SecretReference]) -> Vec<Result<VaultSecret, String>> {
    if wanted.is_empty() {
        return Vec::new();
    }
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => LocalSet::new().block_on(&runtime, read(vaults, wanted)),
        Err(error) => vec![Err(format!("nothing can be asked: {error}")); wanted.len()],
    }
}

async fn read(vaults: &Vaults, wanted: &[SecretReference]) -> Vec<Result<VaultSecret, String>> {
    let config = Config::default();
    let ticker = Ticker::new();
    let pool = Pool::new(Rc::clone(&ticker), Arc::new(ClientTls::with_system_roots()), &config);
    let idle = config.timeouts.response_body;
    let client = Client::new(Rc::clone(&pool), Rc::clone(&ticker), idle, Arc::default());
    let ticking = tokio::task::spawn_local(ticker.run(move || pool.purge()));
    let clock = SystemClock::default();
    let mut found = vaults.secrets(&client, &clock, wanted).await;
    for _ in 1..TRIES {
        let (places, again): (Vec<usize>, Vec<SecretReference>) = found
            .iter()
            .zip(wanted)
            .enumerate()
            .filter(|(_, (found, _))| found.is_err())
            .map(|(at, (_, reference))| (at, reference.clone()))
            .unzip();
        if again.is_empty() {
            break;
        }
        tokio::time::sleep(PAUSE).await;
        for (at, secret) in places.into_iter().zip(vaults.secrets(&client, &clock, &again).await) {
            if let Some(place) = found.get_mut(at) {
                *place = secret;
            }
        }
    }
    ticking.abort();
    found
}
