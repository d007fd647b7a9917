use std::{
    io::Read,
    net::{TcpListener, TcpStream},
    os::unix::net::{UnixDatagram, UnixListener},
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use super::{super::address, *};

/// A name for a socket that nobody else has.
struct Name(PathBuf);

impl Name {
    fn new() -> Name {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("courier-{}-{number}", std::process::id());
        Name(std::env::temp_dir().join(name))
    }

    /// Makes a daemon that has this name, instead of an older one.
    fn bind(&self) -> UnixDatagram {
        std::fs::remove_file(&self.0).ok();
        UnixDatagram::bind(&self.0).unwrap()
    }
}

impl Drop for Name {
    fn drop(&mut self) {
        std::fs::remove_file(&self.0).ok();
    }
}

fn courier(spec: &str) -> Courier {
    Courier::open(&address::parse(spec).unwrap(), Pace::Holds).unwrap()
}

fn local(path: &Path) -> Courier {
    courier(&format!("syslog:{},tag=t", path.display()))
}

fn write(courier: &mut Courier, text: &str) {
    courier.write(&mut [IoSlice::new(text.as_bytes())]).unwrap();
}

/// Drains until nothing is held back; waits as one who follows does.
fn deliver(courier: &mut Courier) {
    while courier.drain().is_err() {
        let due = courier.due();
        let wait = due.map_or(SOON, |due| due - Instant::now().min(due));
        std::thread::sleep(wait.min(SOON));
    }
}

/// The text of the next message.
fn next(daemon: &UnixDatagram) -> String {
    let mut bytes = [0; 9000];
    let length = daemon.recv(&mut bytes).unwrap();
    text(&bytes[..length])
}

fn text(message: &[u8]) -> String {
    let message = std::str::from_utf8(message).unwrap();
    message.split_once("]: ").unwrap().1.to_owned()
}

fn numbered(range: std::ops::Range<u32>) -> String {
    range.map(|number| format!("{number}\n")).collect()
}

#[test]
fn a_record_in_pieces_is_one_message() {
    let name = Name::new();
    let daemon = name.bind();
    let mut courier = local(&name.0);
    let pieces = ["a", "b\nc\n", "d", "", "e"].map(str::as_bytes);
    courier.write(&mut pieces.map(IoSlice::new)).unwrap();
    write(&mut courier, "f\n");
    deliver(&mut courier);
    let found = [next(&daemon), next(&daemon), next(&daemon)];
    assert_eq!(found, ["ab", "c", "def"]);
    let settled = courier.settle().unwrap();
    assert_eq!(settled, Settled { given: 9, taken: 9 });
}

#[test]
fn what_a_daemon_does_not_read_is_not_taken() {
    let name = Name::new();
    let daemon = name.bind();
    let mut courier = local(&name.0);
    write(&mut courier, &numbered(0..1000));
    assert!(matches!(courier.drain(), Err(Stall::Slow)));
    assert!(courier.bottleneck().is_some());
    assert_eq!(courier.settle().unwrap().taken, 0);
    for number in 0..1000 {
        courier.drain().ok();
        assert_eq!(next(&daemon), number.to_string());
    }
    assert!(courier.drain().is_ok());
    let Settled { given, taken } = courier.settle().unwrap();
    assert_eq!(given, taken);
}

#[test]
fn what_a_daemon_took_to_its_grave_comes_again() {
    let name = Name::new();
    let daemon = name.bind();
    let mut courier = local(&name.0);
    write(&mut courier, &numbered(0..5));
    deliver(&mut courier);
    assert_eq!([next(&daemon), next(&daemon)], ["0", "1"]);
    courier.settle().unwrap();
    drop(daemon);
    // Nobody is told, and nothing counts as taken that was forgotten.
    assert!(courier.settle().unwrap().taken < 10);
    let daemon = name.bind();
    write(&mut courier, &numbered(5..8));
    deliver(&mut courier);
    let mut found: Vec<String> = Vec::new();
    while found.last().is_none_or(|last| last != "7") {
        found.push(next(&daemon));
    }
    let begin: u32 = found[0].parse().unwrap();
    assert!(begin <= 2, "{found:?}");
    let expected: Vec<_> = (begin..8).map(|n| n.to_string()).collect();
    assert_eq!(found, expected);
    let Settled { given, taken } = courier.settle().unwrap();
    assert_eq!(given, taken);
    let told = format!("{:?}", courier.remarks());
    assert!(told.starts_with("[Again"), "{told}");
}

#[test]
fn a_daemon_that_comes_later_gets_all() {
    let name = Name::new();
    let mut courier = local(&name.0);
    write(&mut courier, "one\n");
    let Err(Stall::Refused(error)) = courier.drain() else { panic!() };
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert!(error.to_string().contains("/courier-"), "{error}");
    assert!(courier.due().is_some());
    let daemon = name.bind();
    deliver(&mut courier);
    assert_eq!(next(&daemon), "one");
}

#[test]
fn a_daemon_may_listen_for_streams() {
    let name = Name::new();
    let daemon = UnixListener::bind(&name.0).unwrap();
    let mut courier = local(&name.0);
    write(&mut courier, "one\ntwo\n");
    deliver(&mut courier);
    assert_eq!(courier.settle().unwrap().taken, 0);
    let (mut stream, _) = daemon.accept().unwrap();
    let mut bytes = [0; 1000];
    let length = stream.read(&mut bytes).unwrap();
    let messages: Vec<_> = bytes[..length].split(|b| *b == 0).collect();
    assert_eq!(messages.len(), 3);
    assert_eq!([text(messages[0]), text(messages[1])], ["one", "two"]);
    assert_eq!(courier.settle().unwrap().taken, 8);
}

struct Server(TcpListener);

impl Server {
    fn new() -> Server {
        Server(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    fn courier(&self, options: &str) -> Courier {
        courier(&format!("tcp://{}{options}", self.0.local_addr().unwrap()))
    }

    fn accept(&self) -> TcpStream {
        self.0.accept().unwrap().0
    }
}

fn read(stream: &mut TcpStream, length: usize) -> String {
    let mut bytes = vec![0; length];
    stream.read_exact(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn lines_to_a_server_are_taken_after_a_while() {
    let server = Server::new();
    let mut courier = server.courier(",commit-lag=50ms");
    write(&mut courier, "one\n");
    deliver(&mut courier);
    let mut stream = server.accept();
    assert_eq!(read(&mut stream, 4), "one\n");
    assert_eq!(courier.settle().unwrap().taken, 0);
    while courier.settle().unwrap().taken == 0 {
        std::thread::sleep(SOON);
    }
    assert_eq!(courier.outbox.held(), 0);
}

#[test]
fn a_server_that_comes_back_gets_what_it_may_have_lost() {
    let server = Server::new();
    let mut courier = server.courier(",commit-lag=1h");
    write(&mut courier, "one\ntwo\n");
    deliver(&mut courier);
    let mut stream = server.accept();
    assert_eq!(read(&mut stream, 8), "one\ntwo\n");
    drop(stream);
    // Seen without anything new to send.
    while courier.settle().unwrap().taken == 0 && courier.news.again == 0 {
        std::thread::sleep(SOON);
    }
    write(&mut courier, "three\n");
    deliver(&mut courier);
    assert_eq!(read(&mut server.accept(), 14), "one\ntwo\nthree\n");
    assert_eq!(courier.settle().unwrap(), Settled { given: 14, taken: 0 });
}

#[test]
fn who_does_not_read_far_away_stalls_us() {
    let server = Server::new();
    let mut courier = server.courier(",commit-lag=0s");
    let line = format!("{}\n", "x".repeat(9999));
    let mut written = 0;
    while courier.outbox.held() <= KEPT {
        write(&mut courier, &line);
        written += line.len();
    }
    while !matches!(courier.way, Way::Open(_)) {
        courier.drain().unwrap_err();
    }
    let reader = std::thread::spawn(move || {
        let mut stream = server.accept();
        let mut sum = 0;
        let mut bytes = vec![0; 1 << 20];
        while sum < written {
            sum += stream.read(&mut bytes).unwrap();
        }
        stream
    });
    deliver(&mut courier);
    let stream = reader.join().unwrap();
    while courier.settle().unwrap().taken < written as u64 {
        std::thread::sleep(SOON);
    }
    drop(stream);
}

#[test]
fn a_plain_run_waits_until_all_has_arrived() {
    let name = Name::new();
    let daemon = name.bind();
    let spec = format!("syslog:{}", name.0.display());
    let spec = address::parse(&spec).unwrap();
    let mut courier = Courier::open(&spec, Pace::Waits).unwrap();
    let reader = std::thread::spawn(move || {
        let all: Vec<_> = (0..2000).map(|_| next(&daemon)).collect();
        (all, daemon)
    });
    write(&mut courier, &numbered(0..2000));
    let Settled { given, taken } = courier.settle().unwrap();
    assert_eq!(given, taken);
    let (found, _) = reader.join().unwrap();
    assert!((0..2000).map(|n: u32| n.to_string()).eq(found));
}

#[test]
fn nobody_hears_of_datagrams() {
    let host = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = host.local_addr().unwrap();
    let mut courier = courier(&format!("syslog+udp://{address}"));
    write(&mut courier, "one\n");
    deliver(&mut courier);
    assert_eq!(courier.settle().unwrap(), Settled { given: 4, taken: 4 });
    let mut bytes = [0; 2000];
    let length = host.recv(&mut bytes).unwrap();
    assert!(bytes[..length].ends_with(b" - - one"));
    drop(host);
    for _ in 0..3 {
        write(&mut courier, "lost\n");
        deliver(&mut courier);
    }
    let told = format!("{:?}", courier.remarks());
    assert_eq!(told, "[Unsure]");
}

#[test]
fn certificates_are_looked_at_before_anything_is_sent() {
    for (options, expected) in [
        ("ca=/nowhere/ca.pem", "/nowhere/ca.pem: No such file"),
        ("ca=Cargo.toml", "Cargo.toml: there is no certificate in it"),
        ("cert=Cargo.toml,key=Cargo.toml", "no certificate in it"),
    ] {
        let spec = format!("syslog+tls://localhost,{options}");
        let spec = address::parse(&spec).unwrap();
        let error = Courier::open(&spec, Pace::Holds).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    }
}
