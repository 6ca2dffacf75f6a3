//! Asks vaults for the secrets that a configuration refers to, on a thread that can wait for them: that happens before
//! there are workers, and beside them.
//!
//! Never here: what is asked for, keeping it.

use crate::background::Background;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::ticker::Ticker;
use crate::upstream::{Client, ClientTls, Pool};
use catalog::{SecretReference, VaultSecret};
use policy::Vaults;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::LocalSet;

/// How often one that cannot be had is asked for.
const TRIES: usize = 3;
/// How long is waited between two tries.
const PAUSE: Duration = Duration::from_secs(1);

/// The secrets of these references, in their order; an error says why there is none. Waits for all of them, but not
/// longer than until `stop` tells that nobody wants them any more.
pub fn read_secrets(
    vaults: &Vaults,
    wanted: &[SecretReference],
    stop: &watch::Receiver<bool>,
) -> Vec<Result<VaultSecret, String>> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let none = |why: String| vec![Err(why); wanted.len()];
    let mut stop = stop.clone();
    let reading = async {
        tokio::select! {
            found = read(vaults, wanted) => found,
            Ok(_) = stop.wait_for(|stopped| *stopped) => none("the gateway stops".to_owned()),
        }
    };
    match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => LocalSet::new().block_on(&runtime, reading),
        Err(error) => none(format!("nothing can be asked: {error}")),
    }
}

async fn read(vaults: &Vaults, wanted: &[SecretReference]) -> Vec<Result<VaultSecret, String>> {
    let config = Config::default();
    let ticker = Ticker::new();
    let pool = Pool::new(Rc::clone(&ticker), Arc::new(ClientTls::with_system_roots()), &config);
    let idle = config.timeouts.response_body;
    let client = Client::new(Rc::clone(&pool), Rc::clone(&ticker), idle, Arc::default());
    let ticking = tokio::task::spawn_local(ticker.run(move || pool.purge()));
    let (clock, background) = (SystemClock::default(), Background::new());
    let mut found = vaults.secrets((&client, &clock, &background), wanted).await;
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
        let secrets = vaults.secrets((&client, &clock, &background), &again).await;
        for (at, secret) in places.into_iter().zip(secrets) {
            if let Some(place) = found.get_mut(at) {
                *place = secret;
            }
        }
    }
    ticking.abort();
    found
}
