//! Server that sends prepared pages. It uses little processor time, because the kernel copies the
//! files.

use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::rows::{PAGE, page_file};

/// Path of the listing.
pub(super) const PATH: &str = "/partner/v1/analytics/commercial/deployment/license";

/// Maximum size of a request head, in bytes.
const HEAD: usize = 16 * 1024;

/// Serves the pages in a folder on loopback until this process ends. Returns the root address.
///
/// # Errors
///
/// If there is no free port.
pub(super) fn serve(folder: &Path) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let root = format!("http://{}", listener.local_addr()?);
    let folder: Arc<PathBuf> = Arc::new(folder.to_owned());
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let folder = folder.clone();
            // An error affects only its connection.
            std::thread::spawn(move || connection(stream, &folder).ok());
        }
    });
    Ok(root)
}

fn connection(mut stream: TcpStream, folder: &Path) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut head = vec![0; HEAD];
    let mut length = 0;
    loop {
        let more = stream.read(&mut head[length..])?;
        length += more;
        if more == 0 {
            return Ok(());
        }
        if !head[..length].ends_with(b"\r\n\r\n") {
            continue;
        }
        let file = page(&head[..length]).map(|page| page_file(folder, page));
        match file.map(File::open) {
            Some(Ok(mut file)) => {
                let bytes = file.metadata()?.len();
                let head = format!(
                    "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n\
                     Content-Length: {bytes}\r\n\r\n"
                );
                stream.write_all(head.as_bytes())?;
                io::copy(&mut file, &mut stream)?;
            }
            _ => stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")?,
        }
        length = 0;
    }
}

/// Returns the number of the requested page: the page that begins at `skip`, or the first page.
fn page(head: &[u8]) -> Option<u64> {
    let line = str::from_utf8(head).ok()?.lines().next()?;
    let target = line.strip_prefix("GET ")?.strip_suffix(" HTTP/1.1")?;
    let query = target.strip_prefix(PATH)?;
    let skip = match query.strip_prefix("?skip=") {
        Some(skip) => skip.parse().ok()?,
        None if query.is_empty() => 0,
        None => return None,
    };
    (skip % PAGE == 0).then_some(skip / PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_found_by_skip() {
        let page = |target: &str| page(format!("GET {target} HTTP/1.1\r\nA: b\r\n\r\n").as_bytes());
        assert_eq!(page(PATH), Some(0));
        assert_eq!(page(&format!("{PATH}?skip=30000")), Some(3));
        for unknown in ["?skip=1", "?top=1", "?skip=x", "s"] {
            assert_eq!(page(&format!("{PATH}{unknown}")), None, "{unknown}");
        }
        assert_eq!(page("/"), None);
    }

    #[test]
    fn several_pages_are_sent_over_one_connection() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(page_file(folder.path(), 0), "first").unwrap();
        std::fs::write(page_file(folder.path(), 1), "second").unwrap();
        let root = serve(folder.path()).unwrap();
        let mut stream = TcpStream::connect(root.strip_prefix("http://").unwrap()).unwrap();
        let mut get = |query: &str, end: &str| {
            write!(stream, "GET {PATH}{query} HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
            let mut response = Vec::new();
            while !response.ends_with(end.as_bytes()) {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                response.extend(byte);
            }
            String::from_utf8(response).unwrap()
        };
        assert!(get("", "first").starts_with("HTTP/1.1 200 OK"));
        assert!(get("?skip=10000", "second").contains("Content-Length: 6"));
        assert!(get("?skip=20000", "\r\n\r\n").starts_with("HTTP/1.1 404"));
    }
}
