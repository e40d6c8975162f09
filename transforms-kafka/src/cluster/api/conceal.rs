//! What do clients see of an answer?

use crate::answers::{AnswerError, replace_addresses};
use crate::settings::{self, Secrets};
use shotover::message::Message;
use shotover::wire::ApiKey;
use shotover::wire::addresses::{Address, NewAddress};

/// The answer with each broker where `advertise` says it is. Ids stay: clients know the brokers by them.
///
/// # Errors
/// When the answer is malformed: what it gives away is not known.
pub(crate) fn conceal(
    mut answer: Message,
    advertise: &mut dyn FnMut(Address<'_>) -> NewAddress,
) -> Result<Message, AnswerError> {
    if answer.api_key() == ApiKey::DescribeConfigs {
        return settings::conceal(answer, Secrets::Addresses);
    }
    replace_addresses(&mut answer, advertise)?;
    Ok(answer)
}
