//! Noticing that an artifact folder changed.
//!
//! Editors save by renaming a new file over the old one, Kubernetes and whoever follows a repository replace a whole
//! folder by turning a link. So the folder's parent is watched as well, and where links stand on the way to it, and links
//! are followed anew after each change. Never here: loading.

use crate::load::is_read;
use crate::memory::Changed;
use notify::event::{AccessKind, AccessMode, EventKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// A change is told when nothing more happened for this long.
const QUIET: Duration = Duration::from_millis(10);
/// The same where much happens, as when a folder is checked out anew.
const QUIET_AFTER_MUCH: Duration = Duration::from_millis(100);
/// More events than these are much; to save one file makes up to five.
const MUCH: usize = 8;
/// A folder in which something always happens is told of at least this often.
const LONGEST_BURST: Duration = Duration::from_secs(2);

/// A folder that is being watched; dropping it ends that.
#[derive(Debug)]
pub struct Watch {
    stop: Sender<Signal>,
    thread: Option<JoinHandle<()>>,
}

/// How often a folder that changes while it is listed is listed again.
const MAX_ROUNDS: usize = 4;

#[derive(Debug)]
enum Signal {
    Changed(Changed),
    Stop,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.stop.send(Signal::Stop);
        let current = std::thread::current().id();
        // A callback that drops its own watch must not wait for itself.
        if let Some(thread) = self.thread.take().filter(|thread| thread.thread().id() != current) {
            let _ = thread.join();
        }
    }
}

/// Calls `on_change` after each burst of changes of what is read of `folder`: once, 10 milliseconds after the last
/// change, or 100 where there were many, and tells what has changed. Calls come from a thread of the watch's own, one at
/// a time.
///
/// Fails when the folder does not exist or the operating system refuses to watch it.
pub fn watch(folder: &Path, on_change: impl Fn(Changed) + Send + 'static) -> io::Result<Watch> {
    std::fs::read_dir(folder)?;
    let folder = std::path::absolute(folder)?;
    let (sender, signals) = channel();
    let (events, root) = (sender.clone(), folder.clone());
    let watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        let changed = event.map_or(Some(Changed::Anything), |event| changed(&event, &root));
        if let Some(changed) = changed {
            let _ = events.send(Signal::Changed(changed));
        }
    });
    let watcher = watcher.map_err(io::Error::other)?;
    let mut target = Watched {
        folder,
        watcher,
        paths: BTreeSet::new(),
        has_links: false,
    };
    target.follow().map_err(io::Error::other)?;
    let thread = std::thread::Builder::new()
        .name("catalog-watch".to_owned())
        .spawn(move || {
            while let Some(mut changed) = wait_for_burst(&signals) {
                // Before the callback, or what changes while it runs would be missed. A failure here passes: the folder
                // is just being replaced, and its parent tells when that is done.
                if target.concerns_folders(&changed) {
                    let _ = target.follow();
                }
                if target.has_links {
                    // What a link leads to is told under its real name.
                    changed = Changed::Anything;
                }
                if let Changed::Paths(paths) = &mut changed {
                    // A log in the folder would make changes of its own accord for ever.
                    paths.retain(|path| is_read(path));
                    if paths.is_empty() {
                        continue;
                    }
                }
                on_change(changed);
            }
        })?;
    Ok(Watch {
        stop: sender,
        thread: Some(thread),
    })
}

/// Calls `on_change` after each burst of changes that may concern a file: it was written, replaced, or what a link beside
/// it leads to was. Calls come from a thread of the watch's own, one at a time.
///
/// Fails when the file's folder does not exist or the operating system refuses to watch it.
pub fn watch_file(file: &Path, on_change: impl Fn() + Send + 'static) -> io::Result<Watch> {
    let file = std::path::absolute(file)?;
    let folder = file.parent().unwrap_or(&file).to_owned();
    let (sender, signals) = channel();
    let events = sender.clone();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if event.map_or(true, |event| may_concern(&event, &file)) {
            let _ = events.send(Signal::Changed(Changed::Anything));
        }
    })
    .map_err(io::Error::other)?;
    let result = watcher.watch(&folder, RecursiveMode::NonRecursive);
    result.map_err(io::Error::other)?;
    let thread = std::thread::Builder::new()
        .name("catalog-watch".to_owned())
        .spawn(move || {
            // It ends with this thread.
            let _watcher = watcher;
            while wait_for_burst(&signals).is_some() {
                on_change();
            }
        })?;
    Ok(Watch {
        stop: sender,
        thread: Some(thread),
    })
}

/// Whether an event in a file's folder may be about the file. Kubernetes turns a link whose name begins with `..`.
fn may_concern(event: &Event, file: &Path) -> bool {
    let is_link = |path: &Path| {
        path.file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(".."))
    };
    let is_meant = event.paths.iter().any(|path| path == file || is_link(path));
    event.need_rescan() || is_meant && changes_something(event.kind)
}

/// What an event says has changed in a folder; nothing for what changes nothing there.
fn changed(event: &Event, folder: &Path) -> Option<Changed> {
    if event.need_rescan() || event.paths.is_empty() {
        return Some(Changed::Anything);
    }
    if !changes_something(event.kind) || concerns_neighbours(&event.paths, folder) {
        return None;
    }
    // What was moved here came from somewhere.
    let own = event.paths.iter().filter(|path| !is_neighbour(path, folder));
    let inside = own.map(|path| path.strip_prefix(folder).ok());
    let inside = inside.map(|path| path.filter(|path| *path != Path::new("")).map(Path::to_owned));
    Some(inside.collect::<Option<_>>().map_or(Changed::Anything, Changed::Paths))
}

fn changes_something(kind: EventKind) -> bool {
    match kind {
        EventKind::Access(access) => access == AccessKind::Close(AccessMode::Write),
        _ => true,
    }
}

/// Whether paths are only those of other files beside the watched folder.
fn concerns_neighbours(paths: &[PathBuf], folder: &Path) -> bool {
    !paths.is_empty() && paths.iter().all(|path| is_neighbour(path, folder))
}

/// Whether a path stands beside the way to the folder.
fn is_neighbour(path: &Path, folder: &Path) -> bool {
    let is_on_the_way = |path: &Path| folder.starts_with(path);
    path.parent()
        .is_some_and(|parent| parent != folder && is_on_the_way(parent))
        && !is_on_the_way(path)
}

/// Waits for a change and then until it is quiet; gives all that has changed, and nothing when the watch was dropped.
fn wait_for_burst(signals: &Receiver<Signal>) -> Option<Changed> {
    let Ok(Signal::Changed(mut all)) = signals.recv() else {
        return None;
    };
    let (start, mut events) = (Instant::now(), 1);
    while start.elapsed() < LONGEST_BURST {
        let quiet = if events > MUCH { QUIET_AFTER_MUCH } else { QUIET };
        match signals.recv_timeout(quiet) {
            Ok(Signal::Changed(changed)) => {
                all.add(changed);
                events += 1;
            }
            Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return None,
            Err(RecvTimeoutError::Timeout) => break,
        }
    }
    Some(all)
}

struct Watched {
    folder: PathBuf,
    watcher: RecommendedWatcher,
    paths: BTreeSet<PathBuf>,
    /// Whether a folder has another real name than that by which it is reached.
    has_links: bool,
}

impl Watched {
    /// Whether other folders may have to be watched after a change.
    fn concerns_folders(&self, changed: &Changed) -> bool {
        let Changed::Paths(paths) = changed else { return true };
        self.has_links
            || paths.iter().any(|path| {
                let path = self.folder.join(path);
                self.paths.contains(&path) || std::fs::symlink_metadata(&path).is_ok_and(|found| !found.is_file())
            })
    }

    /// Watches all that the folder consists of now: itself, where links in it lead, and its parent, where it is
    /// replaced as a whole. What is no longer part of it is let go.
    fn follow(&mut self) -> notify::Result<()> {
        let mut result = Ok(());
        for _ in 0..MAX_ROUNDS {
            let wanted;
            (wanted, self.has_links) = parts(&self.folder);
            for gone in self.paths.difference(&wanted) {
                let _ = self.watcher.unwatch(gone);
            }
            for path in &wanted {
                // Also those that are watched: another folder may have taken the place.
                result = result.and(self.watcher.watch(path, RecursiveMode::NonRecursive));
            }
            let settled = self.paths == wanted;
            self.paths = wanted;
            if settled {
                break;
            }
        }
        result
    }
}

/// The folder's parent, those of links on the way to it, and all folders in the folder as they really are, links followed,
/// each once, and whether there are links. Names with a leading dot are left out as in loading; what links reach is found under its real name.
fn parts(folder: &Path) -> (BTreeSet<PathBuf>, bool) {
    let mut found: BTreeSet<PathBuf> = folder.parent().map(Path::to_owned).into_iter().collect();
    let links = folder.ancestors().filter(|path| path.is_symlink());
    found.extend(links.filter_map(Path::parent).map(Path::to_owned));
    let mut has_links = false;
    let mut open = vec![folder.to_owned()];
    while let Some(path) = open.pop() {
        let Ok(real) = path.canonicalize() else { continue };
        let Ok(entries) = std::fs::read_dir(&real) else {
            continue;
        };
        has_links |= real != path;
        if found.insert(real) {
            let entries = entries.filter_map(Result::ok);
            let visible = entries.filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
            for entry in visible {
                let kind = entry.file_type();
                has_links |= kind.as_ref().is_ok_and(std::fs::FileType::is_symlink);
                if entry.path().is_dir() {
                    open.push(entry.path());
                }
            }
        }
    }
    (found, has_links)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// What is done to the folder of a row.
    type Change = fn(&Path);

    /// Each change is told once, and so is another one made afterwards.
    fn check(name: &str, prepare: Change, change: Change) {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("gateway");
        fs::create_dir_all(folder.join("apis/a")).unwrap();
        prepare(&folder);
        let calls = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&calls);
        let watch = watch(&folder, move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
        });
        let watch = watch.unwrap();
        let settled = |expected: usize| {
            let until = Instant::now() + Duration::from_secs(5);
            while calls.load(Ordering::SeqCst) < expected && Instant::now() < until {
                std::thread::sleep(Duration::from_millis(5));
            }
            std::thread::sleep(QUIET_AFTER_MUCH * 2);
            calls.load(Ordering::SeqCst)
        };
        change(&folder);
        assert_eq!(settled(1), 1, "{name}");
        fs::write(folder.join("apis/a/policy.xml"), "again").unwrap();
        assert_eq!(settled(2), 2, "{name}: the next change");
        fs::write(parent.path().join("neighbour"), "x").unwrap();
        assert_eq!(settled(2), 2, "{name}: a neighbour");
        drop(watch);
        fs::write(folder.join("apis/a/policy.xml"), "after").unwrap();
        assert_eq!(settled(2), 2, "{name}: after the end");
    }

    fn nothing(_: &Path) {}

    #[test]
    fn a_burst_of_writes_is_told_once() {
        check("writes", nothing, |folder| {
            for round in 0..20 {
                fs::write(folder.join("policy.xml"), format!("{round}")).unwrap();
                fs::write(folder.join("apis/a/policy.xml"), format!("{round}")).unwrap();
            }
        });
    }

    #[test]
    fn a_rename_over_a_file_is_told() {
        check(
            "rename",
            |folder| fs::write(folder.join("policy.xml"), "old").unwrap(),
            |folder| {
                fs::write(folder.join(".policy.xml.swp"), "new").unwrap();
                fs::rename(folder.join(".policy.xml.swp"), folder.join("policy.xml")).unwrap();
            },
        );
    }

    #[test]
    fn a_file_is_told_of_and_its_neighbours_are_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("a.yaml"), "old").unwrap();
        let (told, changes) = channel();
        let watch = watch_file(&path("a.yaml"), move || told.send(()).unwrap()).unwrap();
        let is_told = || changes.recv_timeout(Duration::from_secs(5)).is_ok();
        fs::write(path("b.yaml"), "x").unwrap();
        fs::write(path("a.yaml"), "new").unwrap();
        assert!(is_told(), "written");
        fs::write(path("a.yaml.swp"), "newer").unwrap();
        fs::rename(path("a.yaml.swp"), path("a.yaml")).unwrap();
        assert!(is_told(), "replaced");
        fs::write(path("b.yaml"), "y").unwrap();
        std::thread::sleep(QUIET_AFTER_MUCH * 2);
        assert!(changes.try_recv().is_err(), "a neighbour");
        drop(watch);
        assert!(changes.recv().is_err(), "ended");
    }

    #[test]
    fn a_new_folder_is_followed() {
        check(
            "new folder",
            |folder| fs::remove_dir(folder.join("apis/a")).unwrap(),
            |folder| {
                fs::create_dir_all(folder.join("apis/a")).unwrap();
            },
        );
    }

    #[test]
    fn a_replaced_folder_is_followed() {
        check("replaced", nothing, |folder| {
            let (next, old) = (folder.with_file_name("next"), folder.with_file_name("old"));
            fs::create_dir_all(next.join("apis/a")).unwrap();
            fs::rename(folder, &old).unwrap();
            fs::rename(&next, folder).unwrap();
            fs::remove_dir_all(&old).unwrap();
        });
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_turns_as_kubernetes_turns_it_is_followed() {
        use std::os::unix::fs::symlink;
        let prepare: Change = |folder| {
            fs::remove_dir_all(folder.join("apis")).unwrap();
            fs::create_dir_all(folder.join("..1/apis/a")).unwrap();
            symlink("..1", folder.join("..data")).unwrap();
            symlink("..data/apis", folder.join("apis")).unwrap();
        };
        check("link", prepare, |folder| {
            fs::create_dir_all(folder.join("..2/apis/a")).unwrap();
            symlink("..2", folder.join("..data_tmp")).unwrap();
            fs::rename(folder.join("..data_tmp"), folder.join("..data")).unwrap();
            fs::remove_dir_all(folder.join("..1")).unwrap();
        });
    }

    #[cfg(unix)]
    #[test]
    fn a_link_on_the_way_that_turns_is_followed() {
        use std::os::unix::fs::symlink;
        let parent = tempfile::tempdir().unwrap();
        let parent = parent.path().canonicalize().unwrap();
        let turn_to = |revision: &str| {
            fs::create_dir_all(parent.join(revision).join("gateway/apis")).unwrap();
            symlink(revision, parent.join("next")).unwrap();
            fs::rename(parent.join("next"), parent.join("current")).unwrap();
        };
        turn_to("1");
        let (told, changes) = channel();
        let _watch = watch(&parent.join("current/gateway"), move |changed| {
            told.send(changed).unwrap();
        })
        .unwrap();
        let next = || changes.recv_timeout(Duration::from_secs(5)).unwrap();
        for revision in ["2", "3"] {
            turn_to(revision);
            assert_eq!(next(), Changed::Anything, "{revision}");
            fs::write(parent.join(revision).join("gateway/policy.xml"), "1").unwrap();
            assert_eq!(next(), Changed::Anything, "in {revision}");
        }
        // Nothing of this is reached any more.
        fs::write(parent.join("1/gateway/policy.xml"), "1").unwrap();
        fs::create_dir_all(parent.join("4/gateway")).unwrap();
        assert!(changes.recv_timeout(QUIET_AFTER_MUCH * 3).is_err());
    }

    #[test]
    fn what_has_changed_is_told() {
        let parent = tempfile::tempdir().unwrap();
        let parent = parent.path().canonicalize().unwrap();
        let folder = parent.join("gateway");
        fs::create_dir_all(folder.join("apis/a")).unwrap();
        let (told, changes) = channel();
        let _watch = watch(&folder, move |changed| told.send(changed).unwrap()).unwrap();
        let paths = |paths: &[&str]| Changed::Paths(paths.iter().map(PathBuf::from).collect());
        let next = || changes.recv_timeout(Duration::from_secs(5)).unwrap();
        fs::write(folder.join("apis/a/policy.xml"), "1").unwrap();
        assert_eq!(next(), paths(&["apis/a/policy.xml"]));
        // Nobody reads this.
        fs::write(folder.join("log"), "1").unwrap();
        fs::create_dir_all(folder.join("specs")).unwrap();
        std::thread::sleep(QUIET_AFTER_MUCH * 2);
        fs::write(parent.join("prepared"), "2").unwrap();
        fs::rename(parent.join("prepared"), folder.join("policy.xml")).unwrap();
        assert_eq!(next(), paths(&["policy.xml"]));
        fs::create_dir_all(folder.join("apis/b")).unwrap();
        assert_eq!(next(), paths(&["apis/b"]));
        fs::rename(&folder, parent.join("gone")).unwrap();
        assert_eq!(next(), Changed::Anything);
    }

    #[test]
    fn a_folder_that_is_not_there_cannot_be_watched() {
        let error = watch(Path::new("/no/such/folder"), |_| {}).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::NotFound);
    }
}
