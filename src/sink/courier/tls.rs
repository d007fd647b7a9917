//! Frames through TLS, to a server whose name is checked.

use std::{
    fmt,
    io::{self, ErrorKind, Read, Write},
    net::TcpStream,
    os::fd::{AsFd, BorrowedFd},
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore,
    pki_types::{
        CertificateDer, PrivateKeyDer, ServerName,
        pem::{self, PemObject},
    },
};

use super::{
    super::address::{Host, Identity, Papers},
    link::{Least, Link, Unread},
    memory,
    outbox::Outbox,
    stream::{closed, tune},
};
use crate::diag;

/// The most bytes that are sealed at once.
const CHUNK: usize = 64 << 10;

/// How long the other side may take to agree.
const TIMEOUT: Duration = Duration::from_secs(10);

/// Who is believed, who we are, and whom we ask for.
#[derive(Clone)]
pub(super) struct Credentials {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl fmt::Debug for Credentials {
    /// Keys are not for anybody's eyes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Credentials").field(&self.name).finish()
    }
}

impl Credentials {
    /// Reads the files of `papers`. They are read for each connection anew,
    /// so that a certificate can be renewed.
    ///
    /// # Errors
    ///
    /// When one of them cannot be read or is not what it should be.
    pub(super) fn read(
        host: &Host,
        papers: &Papers,
    ) -> io::Result<Credentials> {
        let name = ServerName::try_from(host.name.clone());
        let name = name.map_err(io::Error::other)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots(papers.ca.as_deref())?);
        let config = match &papers.identity {
            None => builder.with_no_client_auth(),
            Some(Identity { cert, key }) => {
                let chain = certificates(cert)?;
                let secret = PrivateKeyDer::from_pem_file(key)
                    .map_err(|error| unreadable(key, &error))?;
                let config = builder.with_client_auth_cert(chain, secret);
                config.map_err(|error| of(cert, &error))?
            }
        };
        Ok(Credentials { config: Arc::new(config), name })
    }
}

fn roots(ca: Option<&Path>) -> io::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    match ca {
        Some(path) => {
            for certificate in certificates(path)? {
                let added = roots.add(certificate);
                added.map_err(|error| of(path, &error))?;
            }
        }
        None => {
            let found = rustls_native_certs::load_native_certs();
            roots.add_parsable_certificates(found.certs);
        }
    }
    if roots.is_empty() {
        let message =
            "this system has no list of whom to believe; give one by ca=FILE";
        return Err(io::Error::new(ErrorKind::NotFound, message));
    }
    Ok(roots)
}

fn certificates(path: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let wrong = |error| unreadable(path, &error);
    let all = CertificateDer::pem_file_iter(path).map_err(wrong)?;
    let all: Vec<_> = all.collect::<Result<_, _>>().map_err(wrong)?;
    match all.is_empty() {
        true => Err(of(path, &"there is no certificate in it")),
        false => Ok(all),
    }
}

fn unreadable(path: &Path, error: &pem::Error) -> io::Error {
    match error {
        pem::Error::Io(error) => of(path, error),
        pem::Error::NoItemsFound => of(path, &"there is no key in it"),
        error => of(path, error),
    }
}

fn of(path: &Path, error: &dyn fmt::Display) -> io::Error {
    let path = diag::escape(path.as_os_str().as_encoded_bytes());
    io::Error::other(format!("{path}: {error}"))
}

/// A connection in TLS, from its first byte.
pub(super) struct Tls {
    socket: TcpStream,
    connection: ClientConnection,
    deadline: Instant,
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Tls").field(&self.socket).finish()
    }
}

impl Tls {
    /// Begins to agree with the other side.
    pub(super) fn new(
        socket: TcpStream,
        credentials: &Credentials,
    ) -> io::Result<Tls> {
        tune(&socket);
        let Credentials { config, name } = credentials.clone();
        let connection = ClientConnection::new(config, name);
        let connection = connection.map_err(|error| refused(&error))?;
        let deadline = Instant::now() + TIMEOUT;
        Ok(Tls { socket, connection, deadline })
    }

    /// Reads what the other side has said.
    fn hear(&mut self) -> io::Result<()> {
        loop {
            match self.connection.read_tls(&mut self.socket) {
                Ok(0) => return Err(closed()),
                Ok(_) => self.heed()?,
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    fn heed(&mut self) -> io::Result<()> {
        let state = match self.connection.process_new_packets() {
            Ok(state) => state,
            Err(error) => {
                // It may be told why; it is over in any case.
                self.connection.write_tls(&mut self.socket).ok();
                return Err(refused(&error));
            }
        };
        if state.peer_has_closed() {
            return Err(closed());
        }
        let said = state.plaintext_bytes_to_read();
        let mut scrap = vec![0; said];
        self.connection.reader().read_exact(&mut scrap)
    }

    /// Writes what is sealed.
    fn flush(&mut self) -> io::Result<()> {
        while self.connection.wants_write() {
            match self.connection.write_tls(&mut self.socket) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                written => {
                    written?;
                }
            }
        }
        Ok(())
    }
}

impl Link for Tls {
    fn pass(&mut self, outbox: &mut Outbox) -> io::Result<()> {
        loop {
            self.hear()?;
            self.flush()?;
            if self.connection.is_handshaking() {
                return Err(match self.deadline <= Instant::now() {
                    true => io::Error::new(
                        ErrorKind::TimedOut,
                        "TLS: no answer in time; does it speak TLS there?",
                    ),
                    false => ErrorKind::WouldBlock.into(),
                });
            }
            let rest = outbox.rest(CHUNK);
            if rest.is_empty() {
                return Ok(());
            }
            self.connection.writer().write_all(rest)?;
            let length = rest.len();
            outbox.pass(length, Instant::now());
        }
    }

    fn bottleneck(&self) -> Option<BorrowedFd<'_>> {
        let can_write = self.connection.wants_write();
        can_write.then(|| self.socket.as_fd())
    }

    fn is_pending(&self) -> bool {
        self.connection.wants_write()
    }

    fn unread(&self) -> Unread {
        // What is sealed and not written could be anything.
        let bytes = match self.connection.wants_write() {
            true => u64::MAX,
            false => memory::unacknowledged(&self.socket),
        };
        Unread { bytes, least: Least::Length }
    }

    fn check(&mut self) -> io::Result<()> {
        self.hear()
    }
}

impl Drop for Tls {
    /// Says good-bye, if that can be done without waiting.
    fn drop(&mut self) {
        self.connection.send_close_notify();
        self.flush().ok();
    }
}

/// Says why there is no connection, and what may help.
fn refused(error: &rustls::Error) -> io::Error {
    use rustls::{CertificateError as Certificate, Error};
    let help = match error {
        Error::InvalidCertificate(Certificate::UnknownIssuer) => {
            "; is ca=FILE that of this server?"
        }
        Error::InvalidMessage(_) => "; does it speak TLS there?",
        Error::AlertReceived(_) => {
            "; if it asks who we are, say so by cert=FILE and key=FILE"
        }
        _ => "",
    };
    let message = format!("TLS: {error}{help}");
    io::Error::new(ErrorKind::InvalidData, message)
}
