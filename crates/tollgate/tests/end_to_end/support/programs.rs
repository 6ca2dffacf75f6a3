//! Where the programs under test are.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The gateway's program.
pub fn tollgate() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_tollgate"))
}

/// The upstreams' program, which is built when it is not there yet (a test of this package alone does not build it).
pub fn peers() -> &'static Path {
    static PEERS: OnceLock<PathBuf> = OnceLock::new();
    PEERS.get_or_init(|| {
        let folder = tollgate().parent().expect("the folder of the program");
        let program = folder.join("peers");
        if !program.exists() {
            build_peers(folder);
        }
        program
    })
}

fn build_peers(folder: &Path) {
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(profile) => profile,
    };
    let target = folder.parent().expect("the target folder");
    let built = Command::new(env!("CARGO"))
        .args([
            "build",
            "--quiet",
            "--package",
            "peers",
            "--profile",
            profile,
            "--target-dir",
        ])
        .arg(target)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    assert!(
        built.is_ok_and(|status| status.success()),
        "cargo could not build the peers"
    );
}
