//! How does a plan become the body of a response?

use bytes::{Bytes, BytesMut};
use std::collections::HashSet;
use thiserror::Error;

use super::plan::{List, Source, Top, When};
use super::table::plan;
use crate::wire::schema::Field;
use crate::wire::value::{EncodeError, Structure, Value};
use crate::wire::{ApiKey, ErrorCode, Malformed};

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AnswerError {
    /// The request cannot be read.
    #[error("cannot read the request to answer")]
    Request(#[from] Malformed),
    /// The answer cannot be written.
    #[error("cannot write the answer")]
    Response(#[from] EncodeError),
}

/// The body of a response that fails the request with this error, wherever a broker would put it.
///
/// Everything the request names is repeated in its order. What the error has no place for is not said: a request that
/// names nothing, in a version without an error of its own, gets an empty answer.
pub fn error_body(
    key: ApiKey,
    version: i16,
    request_body: &Bytes,
    error: (ErrorCode, Option<&str>),
) -> Result<Bytes, AnswerError> {
    let request = key.request_schema().decode(version, request_body)?;
    let (code, message) = error;
    let mut builder = Builder {
        version,
        code,
        message: message.map_or(Value::Null, Value::from),
        placed: 0,
    };
    let response = builder.response(key, &request);
    let mut body = BytesMut::new();
    key.response_schema()
        .encode(version, &response, &mut body)?;
    Ok(body.freeze())
}

/// The body of a response without errors and without contents: what the request names is there, with nothing in it.
pub fn empty_body(key: ApiKey, version: i16, request_body: &Bytes) -> Result<Bytes, AnswerError> {
    error_body(key, version, request_body, (ErrorCode::NONE, None))
}

struct Builder {
    version: i16,
    code: ErrorCode,
    message: Value,
    /// How many entities have got the error.
    placed: usize,
}

impl Builder {
    fn response(&mut self, key: ApiKey, request: &Structure) -> Structure {
        let plan = plan(key, self.version);
        let fields = key.response_schema().fields();
        let mut response = Structure::new();
        for list in plan.lists {
            self.list(&mut response, fields, list, request);
        }
        let at_top = match plan.top {
            Top::Always => true,
            Top::Never => false,
            Top::Instead(codes) => {
                let is_called_for = self.placed == 0 || codes.contains(&self.code);
                is_called_for && self.code.is_error() && self.exists(fields, "ErrorCode")
            }
        };
        if at_top && matches!(plan.top, Top::Instead(_)) {
            response = Structure::new();
        }
        if at_top {
            self.error(&mut response, fields, "ErrorCode");
        }
        for name in plan.echoes {
            self.copy(&mut response, fields, (name, request.get(name)));
        }
        for (name, number) in plan.numbers {
            response.set(name, *number);
        }
        response
    }

    fn list(
        &mut self,
        response: &mut Structure,
        fields: &'static [Field],
        list: &'static List,
        request: &Structure,
    ) {
        let applies = match list.when {
            When::Always => true,
            When::Failure => self.code.is_error(),
            When::Success => !self.code.is_error(),
        };
        if !applies {
            return;
        }
        let mut fields = fields.iter();
        let field = fields.find(|field| field.name() == list.into);
        let element_fields = field.map_or(&[][..], |field| field.kind().fields());
        let mut elements = response.remove_elements(list.into);
        let known = elements.iter().filter_map(Value::as_structure);
        let mut known: HashSet<Bytes> = known.filter_map(|known| identity(list, known)).collect();
        for source in sources(&list.source, request) {
            let element = self.element(list, element_fields, source);
            let identity = identity(list, &element);
            if identity.is_none_or(|identity| known.insert(identity)) {
                elements.push(element.into());
            }
        }
        response.set(list.into, elements);
    }

    fn element(
        &mut self,
        list: &'static List,
        fields: &'static [Field],
        source: &Value,
    ) -> Structure {
        let mut element = Structure::new();
        if let Some(name) = list.element {
            element.set(name, source.clone());
        }
        let nothing = Structure::new();
        let source = source.as_structure().unwrap_or(&nothing);
        for name in list.same {
            self.copy(&mut element, fields, (name, source.get(name)));
        }
        if let Some((name, original)) = list.renamed {
            self.copy(&mut element, fields, (name, source.get(original)));
        }
        for (name, number) in list.numbers {
            element.set(name, *number);
        }
        if list.leaderless {
            let nobody = Structure::new()
                .with("LeaderId", -1)
                .with("LeaderEpoch", -1);
            element.set("CurrentLeader", nobody);
        }
        for name in list.errors {
            self.error(&mut element, fields, name);
            self.placed += 1;
        }
        for inner in list.lists {
            self.list(&mut element, fields, inner, source);
        }
        element
    }

    /// Takes over a value where the response has room for it; null only where it may stand.
    fn copy(
        &self,
        response: &mut Structure,
        fields: &'static [Field],
        (name, value): (&'static str, Option<&Value>),
    ) {
        let Some(field) = fields.iter().find(|field| field.name() == name) else {
            return;
        };
        match value {
            Some(Value::Null) if !field.is_nullable(self.version) => {}
            Some(value) => response.set(name, value.clone()),
            None => {}
        }
    }

    fn error(&self, response: &mut Structure, fields: &'static [Field], name: &'static str) {
        response.set(name, self.code);
        let mut fields = fields.iter();
        let message = fields.find(|field| is_message_of(field.name(), name));
        if let Some(message) = message
            && (message.is_nullable(self.version) || self.message != Value::Null)
        {
            response.set(message.name(), self.message.clone());
        }
    }

    fn exists(&self, fields: &'static [Field], name: &str) -> bool {
        let mut fields = fields.iter();
        fields.any(|field| field.name() == name && field.exists(self.version))
    }
}

/// What no two elements of the list have in common, if there is such a thing. Looked up and not searched for: a client
/// can name very many.
fn identity(list: &List, element: &Structure) -> Option<Bytes> {
    element.get(list.distinct?)?.as_bytes().cloned()
}

/// Whether `message` is called `SomeErrorMessage` where `code` is called `SomeErrorCode`.
fn is_message_of(message: &str, code: &str) -> bool {
    match (message.strip_suffix("Message"), code.strip_suffix("Code")) {
        (Some(message), Some(code)) => message == code,
        (None, _) | (_, None) => false,
    }
}

fn sources<'a>(source: &Source, request: &'a Structure) -> Vec<&'a Value> {
    match source {
        Source::Array(name) => request.elements(name).iter().collect(),
        Source::Nested(outer, inner) => {
            let outer = request.elements(outer).iter();
            let structures = outer.filter_map(Value::as_structure);
            structures
                .flat_map(|structure| structure.elements(inner))
                .collect()
        }
        Source::Once => vec![&Value::Null],
    }
}
