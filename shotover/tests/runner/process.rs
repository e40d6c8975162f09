//! Tests of a proxy as a process.
//!
//! The process is this test binary again, told by an environment variable to be a proxy: see [`child`].

use crate::{PATIENCE, REQUEST, free_ports};
use rustix::process::{Pid, Signal, kill_process};
use shotover::runner::Shotover;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;
use tempfile::TempDir;

/// The arguments of a proxy, one per line.
const ARGUMENTS: &str = "RUNNER_TEST_ARGUMENTS";

const ACCEPTING: &str = "Shotover is now accepting inbound connections";

/// Not a test by itself: what the other tests start.
#[test]
fn child() {
    if let Ok(arguments) = std::env::var(ARGUMENTS) {
        Shotover::with_args(arguments.lines()).run_block();
    }
}

/// The files of a proxy.
struct Files {
    folder: TempDir,
    source: u16,
    interface: u16,
}

impl Files {
    /// Of a proxy whose sink answers like this.
    fn new(answer: &str) -> Self {
        let [source, interface] = free_ports();
        let files = Self {
            folder: TempDir::new().unwrap(),
            source,
            interface,
        };
        files.write(
            "config.yaml",
            &format!("main_log_level: info\nobservability_interface: '127.0.0.1:{interface}'\n"),
        );
        files.write(
            "topology.yaml",
            &format!(
                "sources:\n  - Kafka: {{ listen_addr: '127.0.0.1:{source}', chain: [RunnerTestSink: {{ answer: {answer} }}] }}\n"
            ),
        );
        files
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join(name), text).unwrap();
    }

    fn command(&self, more: &[&str]) -> Command {
        let path = |name: &str| self.folder.path().join(name).to_str().unwrap().to_owned();
        let (topology, config) = (path("topology.yaml"), path("config.yaml"));
        let files = [
            "shotover",
            "--topology-file",
            &topology,
            "--config-file",
            &config,
            "--core-threads",
            "2",
        ];
        let mut command = Command::new(std::env::current_exe().unwrap());
        command
            .args([
                "process::child",
                "--exact",
                "--nocapture",
                "--test-threads=1",
            ])
            .env(ARGUMENTS, [&files, more].concat().join("\n"))
            .stdin(Stdio::null());
        command
    }

    /// Runs a process that ends on its own.
    fn output(&self, more: &[&str]) -> Output {
        self.command(more).output().unwrap()
    }
}

/// A running process; killed when dropped.
struct Process {
    child: Child,
    output: Receiver<String>,
}

impl Process {
    /// Starts a process and waits until it accepts clients.
    fn start(mut command: Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, output) = channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                sender.send(line).unwrap_or_default();
            }
        });
        Self { child, output }
    }

    fn started(files: &Files) -> Self {
        let process = Self::start(files.command(&[]));
        process.line_with(ACCEPTING);
        process
    }

    /// The next line with this text.
    fn line_with(&self, text: &str) -> String {
        loop {
            let line = self.output.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|error| panic!("no line with {text:?}: {error}"));
            if line.contains(text) {
                return line;
            }
        }
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    fn exit_code(mut self) -> Option<i32> {
        // The output ends with the process; reading it to the end is waiting with a limit.
        while self.output.recv_timeout(PATIENCE).is_ok() {}
        self.child
            .try_wait()
            .unwrap()
            .or_else(|| self.child.wait().ok())
            .unwrap()
            .code()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        self.child.kill().unwrap_or_default();
        self.child.wait().unwrap();
    }
}

fn connect(port: u16) -> TcpStream {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// A client that has sent a request.
fn client(files: &Files) -> TcpStream {
    let mut stream = connect(files.source);
    stream.write_all(&REQUEST).unwrap();
    stream
}

/// Everything until the end of the connection, which is at most one answer here.
fn answer(mut stream: TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap_or_default();
    answer
}

/// One answer of a connection that stays open.
fn next_answer(stream: &mut TcpStream) {
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut frame = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap()];
    stream.read_exact(&mut frame).unwrap();
}

fn ask(files: &Files, method: &str, path: &str, body: &str) -> String {
    let mut stream = connect(files.interface);
    let length = body.len();
    write!(stream, "{method} {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
        .unwrap();
    String::from_utf8(answer(stream)).unwrap()
}

fn until_request_is_counted(files: &Files) {
    let sample = "shotover_requests_total{source=\"kafka\",api=\"ApiVersions\"} 1\n";
    for _ in 0..PATIENCE.as_millis() {
        if ask(files, "GET", "/metrics", "").contains(sample) {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
    panic!("the request was never counted");
}

#[test]
fn sigterm_lets_an_answer_out_and_ends_with_0() {
    let files = Files::new("{ AfterMs: 300 }");
    let process = Process::started(&files);
    let client = client(&files);
    until_request_is_counted(&files);
    process.signal(Signal::TERM);
    assert_eq!(answer(client)[4..8], [0, 0, 0, 7]);
    assert_eq!(process.exit_code(), Some(0));
}

#[test]
fn sigint_ends_an_idle_process_with_0() {
    let process = Process::started(&Files::new("AtOnce"));
    process.signal(Signal::INT);
    process.line_with("every connection has ended");
    assert_eq!(process.exit_code(), Some(0));
}

#[test]
fn a_second_signal_does_not_wait_for_the_drain() {
    let files = Files::new("Never");
    let process = Process::started(&files);
    let client = client(&files);
    until_request_is_counted(&files);
    process.signal(Signal::TERM);
    process.line_with("draining");
    process.signal(Signal::INT);
    assert_eq!(process.exit_code(), Some(130));
    assert!(answer(client).is_empty());
}

#[test]
fn a_check_reports_every_problem_of_both_files() {
    let files = Files::new("AtOnce");
    files.write(
        "config.yaml",
        "main_log_level: inof\nobservability_interface: nowhere\n",
    );
    files.write(
        "topology.yaml",
        "sources:\n  - Kafka: { listen_addr: 'nowhere', chain: [] }\n",
    );
    for arguments in [["--check"].as_slice(), &[]] {
        let output = files.output(arguments);
        assert_eq!(output.status.code(), Some(1));
        let problems = String::from_utf8(output.stderr).unwrap();
        for place in [
            "config.yaml:1:17: main_log_level: ",
            "(did you mean `info`?)",
            "config.yaml:2:26",
            "sources[0].Kafka.listen_addr",
            "sources[0].Kafka.chain",
        ] {
            assert!(
                problems.contains(place),
                "nothing about {place} in\n{problems}"
            );
        }
    }
}

#[test]
fn a_check_of_good_files_does_not_listen() {
    let files = Files::new("AtOnce");
    let _taken = TcpListener::bind(("127.0.0.1", files.source)).unwrap();
    let output = files.output(&["--check"]);
    assert_eq!(output.status.code(), Some(0));
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .contains("are valid")
    );
}

#[test]
fn an_address_that_is_taken_ends_the_process_with_1() {
    let files = Files::new("AtOnce");
    let _taken = TcpListener::bind(("127.0.0.1", files.source)).unwrap();
    let process = Process::start(files.command(&[]));
    let line = process.line_with("ERROR");
    assert!(
        line.contains(&format!("cannot listen on 127.0.0.1:{}", files.source)),
        "{line}"
    );
    assert_eq!(process.exit_code(), Some(1));
}

#[test]
fn arguments_that_do_not_exist_end_the_process_with_2() {
    let output = Files::new("AtOnce").output(&["--hotreload-socket", "x"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .contains("--hotreload-socket")
    );
}

#[test]
fn json_lines_are_objects() {
    let files = Files::new("AtOnce");
    let process = Process::start(files.command(&["--log-format", "json"]));
    let line: serde_json::Value = serde_json::from_str(&process.line_with(ACCEPTING)).unwrap();
    assert_eq!(line["level"], "INFO");
    assert_eq!(line["fields"]["message"], ACCEPTING);
}

#[test]
fn the_log_filter_changes_while_the_process_runs() {
    let files = Files::new("AtOnce");
    let process = Process::started(&files);
    let answer = ask(&files, "PUT", "/log-filter", "info,shotover=debug");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    process.line_with("log filter changed");
    drop(client(&files));
    process.line_with("DEBUG");
    assert!(ask(&files, "GET", "/log-filter", "").ends_with("\r\n\r\ninfo,shotover=debug\n"));
}

#[test]
fn a_process_with_few_descriptors_says_so_and_serves() {
    let files = Files::new("AtOnce");
    let command = files.command(&[]);
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "ulimit -n 200; exec \"$@\"", "sh"])
        .arg(command.get_program())
        .args(command.get_args());
    limited.envs(
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    let process = Process::start(limited);
    let line = process.line_with("WARN");
    assert!(
        line.contains("connection_limit=512") && line.contains("clients=36"),
        "{line}"
    );
    process.line_with(ACCEPTING);
    next_answer(&mut client(&files));
}

#[test]
fn a_panic_is_logged_and_the_process_goes_on() {
    let files = Files::new("Panic");
    let process = Process::started(&files);
    for _ in 0..3 {
        assert!(answer(client(&files)).is_empty());
        let line = process.line_with("ERROR");
        assert!(
            line.contains("told to") && line.contains("sink.rs:"),
            "{line}"
        );
    }
    assert!(ask(&files, "GET", "/healthz", "").starts_with("HTTP/1.1 200 "));
}

#[test]
fn clients_are_served_while_nobody_reads_the_log() {
    let files = Files::new("AtOnce");
    files.write("config.yaml", "main_log_level: trace\n");
    let mut command = files.command(&[]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains(ACCEPTING) {
        line.clear();
        assert!(
            stdout.read_line(&mut line).unwrap() > 0,
            "the process ended"
        );
    }
    let clients = 1_000;
    for _ in 0..clients {
        next_answer(&mut client(&files));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    let logged = rest.matches("connection accepted").count();
    assert!(
        logged < clients,
        "the pipe took the lines of all clients, so nobody would have waited"
    );
}
