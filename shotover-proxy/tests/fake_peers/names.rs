//! Does the name that a client connects to, which only TLS tells, say to the cluster sink which broker it means?

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock};

use test_helpers::certs::Authority;
use test_helpers::peers::{
    API_VERSIONS, BrokerSide, FakeBroker, FakeClient, TlsClient, answer, request,
};
use test_helpers::ports::free_port;
use test_helpers::proxy::ProxyProcess;

use crate::tls::of_source;

const METADATA: i16 = 3;
const LIST_GROUPS: i16 = 16;

/// Two brokers that have no groups.
struct Brokers {
    brokers: [FakeBroker; 2],
    /// Which were asked for their groups.
    asked: Arc<Mutex<Vec<u8>>>,
}

impl Brokers {
    fn start() -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let addresses = Arc::new(OnceLock::new());
        let brokers = [0, 1].map(|id| {
            let (asked, addresses) = (Arc::clone(&asked), Arc::clone(&addresses));
            FakeBroker::start(move |side| serve(side, id, &asked, addresses.wait())).unwrap()
        });
        let all = brokers.each_ref().map(FakeBroker::address);
        addresses.set(all).unwrap();
        Self { brokers, asked }
    }
}

fn serve(side: &mut BrokerSide, id: u8, asked: &Mutex<Vec<u8>>, all: &[SocketAddr; 2]) {
    while let Ok(Some(request)) = side.asked() {
        let body = match request.api_key {
            API_VERSIONS => versions(),
            METADATA => metadata(all),
            LIST_GROUPS => {
                asked.lock().unwrap().push(id);
                // No error, no groups.
                vec![0; 6]
            }
            // Nothing else is asked for; a test that hangs up shows it.
            _ => return,
        };
        if side.send(&answer(request.correlation_id, &body)).is_err() {
            return;
        }
    }
}

/// The body of an answer to ApiVersions v3.
fn versions() -> Vec<u8> {
    let (no_error, no_tags, no_throttle) = ([0, 0], [0], [0; 4]);
    let range = |key: i16, max: u8| [&key.to_be_bytes()[..], &[0, 0, 0, max], &no_tags].concat();
    [
        &no_error[..],
        &[3],
        &range(METADATA, 12),
        &range(LIST_GROUPS, 0),
        &no_throttle,
        &no_tags,
    ]
    .concat()
}

/// The tags of the header and the body of an answer to Metadata v12.
fn metadata(all: &[SocketAddr; 2]) -> Vec<u8> {
    let (no_tags, no_throttle, null) = ([0], [0; 4], [0]);
    let brokers = (0_i32..).zip(all).map(|(id, address)| {
        let host = address.ip().to_string();
        let length = u8::try_from(host.len() + 1).unwrap();
        [
            &id.to_be_bytes()[..],
            &[length],
            host.as_bytes(),
            &i32::from(address.port()).to_be_bytes(),
            &null,
            &no_tags,
        ]
        .concat()
    });
    let brokers: Vec<u8> = brokers.flatten().collect();
    let (controller, no_topics) = ([0; 4], [1]);
    [
        &no_tags[..],
        &no_throttle,
        &[3],
        &brokers,
        &null,
        &controller,
        &no_topics,
        &no_tags,
    ]
    .concat()
}

#[test]
fn the_broker_that_a_client_calls_by_name_over_tls_is_asked_alone() {
    let authority = Authority::new("test").unwrap();
    let names = ["b0.kafka.test", "b1.kafka.test", "127.0.0.1"];
    let leaf = authority.leaf("proxy", &names).unwrap();
    let brokers = Brokers::start();
    let address = format!("127.0.0.1:{}", free_port().unwrap());
    let topology = format!(
        "sources:\n  - Kafka: {{ name: in, listen_addr: '{address}', {tls}, chain: [KafkaSinkCluster: {{ \
         name: out, advertise: brokers, first_contact_points: ['{contact}'], \
         shotover_nodes: [{{ address_for_clients: 'b{{broker_id}}.kafka.test:9092', \
         address_for_peers: '{address}', rack: r, broker_id: 0 }}], \
         local_shotover_broker_id: 0, connect_timeout_ms: 3000 }}] }}\n",
        tls = of_source(&leaf, None),
        contact = brokers.brokers[0].address(),
    );
    let _proxy = ProxyProcess::builder(env!("CARGO_BIN_EXE_shotover-proxy"))
        .topology(&topology)
        .start()
        .unwrap();
    // An address is no name: who connects to that one may mean any broker.
    for (name, expected) in names.into_iter().zip([vec![0], vec![1], vec![0, 1]]) {
        let tls = TlsClient::new(&authority, name, None).unwrap();
        let mut client = FakeClient::connect_tls(&address, &tls).unwrap();
        client.ask(&request(LIST_GROUPS, 0, 1, &[]), 1).unwrap();
        let mut asked = std::mem::take(&mut *brokers.asked.lock().unwrap());
        asked.sort_unstable();
        assert_eq!(asked, expected, "{name}");
    }
}
