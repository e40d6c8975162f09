//! How does a broker run in a container?

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rustix::process::Signal;
use testcontainers::bollard::query_parameters::KillContainerOptionsBuilder;
use testcontainers::core::client::docker_client_instance;
use testcontainers::runners::AsyncRunner;
use testcontainers::{ContainerAsync, ContainerRequest, GenericImage, ImageExt};

use super::environment::run;
use super::host::Host;
use super::node::{Definition, Node, Paths};
use crate::blocking::block_on;
use crate::log::Log;
use crate::wait::wait_until;

/// The label that says which run of the test script a container belongs to.
const LABEL: &str = "shotover-test-run";
/// Longest time for the engine to create a container, or to pull the image.
const CREATION: Duration = Duration::from_secs(300);
/// Where the official image has Kafka's jars, and the one the script builds.
const LIBS: &str = "/opt/kafka/libs";
const FILES: &str = "/etc/shotover-test";
/// In the container's own file system, which survives a stop, and where any user may write.
const DATA: &str = "/tmp/kafka-data";

/// A container; it is removed when this is dropped.
pub(crate) struct ContainerHost {
    name: String,
    /// Until it is created.
    request: Option<ContainerRequest<GenericImage>>,
    container: Option<ContainerAsync<GenericImage>>,
}

impl ContainerHost {
    pub(crate) fn new(
        definition: &Definition,
        node: &Node,
        image: &str,
        tag: &str,
    ) -> Result<Self> {
        let [libs, files, data] = [LIBS, FILES, DATA].map(str::to_owned);
        let paths = Paths { libs, files, data };
        let command = definition.command(&paths);
        let (program, arguments) = command.split_first().context("an empty command")?;
        // With the network of the host a broker advertises the port it listens on, on loopback only.
        let mut request = GenericImage::new(image, tag)
            .with_entrypoint(program)
            .with_cmd(arguments)
            .with_network("host")
            .with_label(LABEL, run())
            .with_startup_timeout(CREATION);
        for (name, contents) in definition.files(node, &paths)? {
            request = request.with_copy_to(format!("{FILES}/{name}"), contents.into_bytes());
        }
        Ok(Self {
            name: format!("broker {}", node.id),
            request: Some(request),
            container: None,
        })
    }

    fn created(&self) -> Result<&ContainerAsync<GenericImage>> {
        self.container
            .as_ref()
            .context("the broker was never started")
    }
}

impl Host for ContainerHost {
    fn start(&mut self) -> Result<()> {
        ensure!(!self.is_running()?, "the broker runs already");
        match &self.container {
            Some(container) => block_on(async { Ok(container.start().await?) }),
            None => {
                let request = self
                    .request
                    .take()
                    .context("the container could not be created before")?;
                self.container = Some(block_on(async { Ok(request.start().await?) })?);
                Ok(())
            }
        }
    }

    fn signal(&mut self, signal: Signal) -> Result<()> {
        let options = KillContainerOptionsBuilder::new()
            .signal(&signal.as_raw().to_string())
            .build();
        let id = self.created()?.id().to_owned();
        block_on(async {
            let engine = docker_client_instance().await?;
            Ok(engine.kill_container(&id, Some(options)).await?)
        })
    }

    fn is_running(&mut self) -> Result<bool> {
        match &self.container {
            Some(container) => block_on(async { Ok(container.is_running().await?) }),
            None => Ok(false),
        }
    }

    fn wait(&mut self, limit: Duration) -> Result<()> {
        wait_until("the container ends", limit, || {
            Ok((!self.is_running()?).then_some(()))
        })
        .with_context(|| self.log_tail())
    }

    fn log_tail(&self) -> String {
        let log = Log::new(&self.name);
        let Some(container) = &self.container else {
            return log.tail();
        };
        let text = block_on(async {
            let mut bytes = container.stdout_to_vec().await?;
            bytes.extend(container.stderr_to_vec().await?);
            Ok(String::from_utf8_lossy(&bytes).into_owned())
        });
        // Shown with a failure: an engine that does not answer is worth knowing then.
        for line in text.unwrap_or_else(|error| format!("{error:#}")).lines() {
            log.push(line.to_owned());
        }
        log.tail()
    }
}

impl Drop for ContainerHost {
    fn drop(&mut self) {
        if let Some(container) = self.container.take() {
            // Nothing to be done about an error; the script removes by label what is left.
            drop(block_on(async { Ok(container.rm().await?) }));
        }
    }
}

impl std::fmt::Debug for ContainerHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let id = self.container.as_ref().map(|container| container.id());
        f.debug_struct("ContainerHost")
            .field("name", &self.name)
            .field("id", &id)
            .finish_non_exhaustive()
    }
}
