//! Certificates and authorities that change while the binary runs.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use test_helpers::certs::{Authority, Leaf};
use test_helpers::peers::{FakeBroker, FakeClient, TlsClient, TlsServer, heartbeat};
use test_helpers::wait::wait_until;

use crate::setup::{PATIENCE, Setup};
use crate::tls::{is_served, of_sink, of_source};

/// How long after a change of the files a connection that begins sees it.
const SEEN_WITHIN: Duration = Duration::from_secs(1);

/// Puts the certificate and the key of `new` where those of `old` are, as they are written: not at once.
fn rotate(old: &Leaf, new: &Leaf) {
    let put = |from: &Path, to: &Path| fs::write(to, fs::read(from).unwrap()).unwrap();
    put(&new.private_key, &old.private_key);
    put(&new.certificate, &old.certificate);
}

#[test]
fn twenty_certificates_replace_each_other_under_new_connections() {
    let authority = Authority::new("test").unwrap();
    let shown = authority.server().unwrap();
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address())
        .source(&of_source(&shown, None))
        .start();
    let tls = TlsClient::new(&authority, "localhost", None).unwrap();
    let mut lasting = FakeClient::connect_tls(&proxy.address, &tls).unwrap();
    let (served, done) = (AtomicUsize::new(0), AtomicBool::new(false));
    thread::scope(|scope| {
        let crowd = scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let mut client = FakeClient::connect_tls(&proxy.address, &tls).unwrap();
                client.ask(&heartbeat(1, 0), 1).unwrap();
                served.fetch_add(1, Ordering::Relaxed);
            }
        });
        let mut latest = Duration::ZERO;
        for number in 1..=20 {
            let next = authority.server().unwrap();
            rotate(&shown, &next);
            let (written, next) = (Instant::now(), next.der().unwrap());
            while !crowd.is_finished() {
                let begun = written.elapsed();
                let client = FakeClient::connect_tls(&proxy.address, &tls).unwrap();
                if client.peer_certificate().unwrap() == next {
                    break;
                }
                latest = latest.max(begun);
                assert!(begun < SEEN_WITHIN, "{begun:?} after the change");
            }
            lasting.ask(&heartbeat(number, 0), number).unwrap();
        }
        done.store(true, Ordering::Relaxed);
        crowd.join().unwrap();
        println!("the last connection with an old certificate began {latest:?} after the change");
    });
    println!("{served:?} connections during 20 changes");
    let failed = [("reason", "tls_handshake")];
    proxy.check_metric("shotover_connections_closed_total", &failed, 0);
}

#[test]
fn a_new_certificate_for_brokers_is_shown_to_them_a_second_later() {
    let authority = Authority::new("test").unwrap();
    let shown = authority.client("proxy").unwrap();
    let seen: Arc<Mutex<Vec<u8>>> = Arc::default();
    let server = TlsServer::new(&authority.server().unwrap(), Some(&authority)).unwrap();
    let broker = FakeBroker::start_tls(server, {
        let seen = Arc::clone(&seen);
        move |side| {
            if let Ok(side) = side {
                *seen.lock().unwrap() = side.peer_certificate().unwrap_or_default();
                side.answer_all();
            }
        }
    });
    let broker = broker.unwrap();
    let identity = format!(
        ", certificate_path: '{}', private_key_path: '{}'",
        shown.certificate.display(),
        shown.private_key.display()
    );
    let proxy = Setup::before(format!("localhost:{}", broker.address().port()))
        .sink(&of_sink(&authority, &identity))
        .start();
    let mut lasting = proxy.client();
    lasting.ask(&heartbeat(1, 0), 1).unwrap();
    assert_eq!(*seen.lock().unwrap(), shown.der().unwrap());

    let next = authority.client("proxy").unwrap();
    rotate(&shown, &next);
    let written = Instant::now();
    wait_until("the broker sees the new certificate", PATIENCE, || {
        let begun = written.elapsed();
        proxy.client().ask(&heartbeat(1, 0), 1)?;
        let new = *seen.lock().unwrap() == next.der()?;
        anyhow::ensure!(new || begun < SEEN_WITHIN, "{begun:?} after the change");
        Ok(new.then_some(()))
    })
    .unwrap();
    lasting.ask(&heartbeat(2, 0), 2).unwrap();
}

#[test]
fn an_authority_is_exchanged_without_a_failed_handshake_when_both_are_trusted_meanwhile() {
    let [old, new] = ["old", "new"].map(|name| Authority::new(name).unwrap());
    let broker = FakeBroker::answering().unwrap();
    let proxy = Setup::before(broker.address())
        .source(&of_source(&old.server().unwrap(), Some(&old)))
        .start();
    let client = |authority: &Authority| {
        let identity = authority.client("alice").unwrap();
        TlsClient::new(&old, "localhost", Some(&identity)).unwrap()
    };
    let [of_old, of_new] = [client(&old), client(&new)];
    assert!(is_served(&proxy, &of_old) && !is_served(&proxy, &of_new));
    let texts = [&old, &new].map(|authority| fs::read(authority.certificate()).unwrap());
    let [_, only_new] = &texts;
    fs::write(old.certificate(), texts.concat()).unwrap();
    wait_until("the new authority is trusted, too", PATIENCE, || {
        anyhow::ensure!(is_served(&proxy, &of_old), "the old one is not trusted");
        Ok(is_served(&proxy, &of_new).then_some(()))
    })
    .unwrap();
    fs::write(old.certificate(), only_new).unwrap();
    wait_until(
        "the old authority is not trusted any more",
        PATIENCE,
        || {
            anyhow::ensure!(is_served(&proxy, &of_new), "the new one is not trusted");
            Ok((!is_served(&proxy, &of_old)).then_some(()))
        },
    )
    .unwrap();
}
