//! What do the messages about the state of share groups look like? Generated: see `schema/mod.rs`.

use crate::wire::schema::Type::{Array, Int8, Int16, Int32, Int64, String, Struct, Uuid};
use crate::wire::schema::{Field, Schema};

const INITIALIZE_SHARE_GROUP_STATE_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("Partition", Int32),
    Field::new("StateEpoch", Int32),
    Field::new("StartOffset", Int64),
];

const INITIALIZE_SHARE_GROUP_STATE_REQUEST_TOPICS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(
            INITIALIZE_SHARE_GROUP_STATE_REQUEST_TOPICS_PARTITIONS,
        )),
    ),
];

pub(super) static INITIALIZE_SHARE_GROUP_STATE_REQUEST: Schema = Schema {
    name: "InitializeShareGroupStateRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("GroupId", String),
        Field::new(
            "Topics",
            Array(&Struct(INITIALIZE_SHARE_GROUP_STATE_REQUEST_TOPICS)),
        ),
    ],
};

const INITIALIZE_SHARE_GROUP_STATE_RESPONSE_RESULTS_PARTITIONS: &[Field] = &[
    Field::new("Partition", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
];

const INITIALIZE_SHARE_GROUP_STATE_RESPONSE_RESULTS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(
            INITIALIZE_SHARE_GROUP_STATE_RESPONSE_RESULTS_PARTITIONS,
        )),
    ),
];

pub(super) static INITIALIZE_SHARE_GROUP_STATE_RESPONSE: Schema = Schema {
    name: "InitializeShareGroupStateResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[Field::new(
        "Results",
        Array(&Struct(INITIALIZE_SHARE_GROUP_STATE_RESPONSE_RESULTS)),
    )],
};

const READ_SHARE_GROUP_STATE_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("Partition", Int32),
    Field::new("LeaderEpoch", Int32),
];

const READ_SHARE_GROUP_STATE_REQUEST_TOPICS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(READ_SHARE_GROUP_STATE_REQUEST_TOPICS_PARTITIONS)),
    ),
];

pub(super) static READ_SHARE_GROUP_STATE_REQUEST: Schema = Schema {
    name: "ReadShareGroupStateRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("GroupId", String),
        Field::new(
            "Topics",
            Array(&Struct(READ_SHARE_GROUP_STATE_REQUEST_TOPICS)),
        ),
    ],
};

const READ_SHARE_GROUP_STATE_RESPONSE_RESULTS_PARTITIONS_STATE_BATCHES: &[Field] = &[
    Field::new("FirstOffset", Int64),
    Field::new("LastOffset", Int64),
    Field::new("DeliveryState", Int8),
    Field::new("DeliveryCount", Int16),
];

const READ_SHARE_GROUP_STATE_RESPONSE_RESULTS_PARTITIONS: &[Field] = &[
    Field::new("Partition", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
    Field::new("StateEpoch", Int32),
    Field::new("StartOffset", Int64),
    Field::new(
        "StateBatches",
        Array(&Struct(
            READ_SHARE_GROUP_STATE_RESPONSE_RESULTS_PARTITIONS_STATE_BATCHES,
        )),
    ),
];

const READ_SHARE_GROUP_STATE_RESPONSE_RESULTS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(READ_SHARE_GROUP_STATE_RESPONSE_RESULTS_PARTITIONS)),
    ),
];

pub(super) static READ_SHARE_GROUP_STATE_RESPONSE: Schema = Schema {
    name: "ReadShareGroupStateResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[Field::new(
        "Results",
        Array(&Struct(READ_SHARE_GROUP_STATE_RESPONSE_RESULTS)),
    )],
};

const WRITE_SHARE_GROUP_STATE_REQUEST_TOPICS_PARTITIONS_STATE_BATCHES: &[Field] = &[
    Field::new("FirstOffset", Int64),
    Field::new("LastOffset", Int64),
    Field::new("DeliveryState", Int8),
    Field::new("DeliveryCount", Int16),
];

const WRITE_SHARE_GROUP_STATE_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("Partition", Int32),
    Field::new("StateEpoch", Int32),
    Field::new("LeaderEpoch", Int32),
    Field::new("StartOffset", Int64),
    Field::new("DeliveryCompleteCount", Int32).since(1),
    Field::new(
        "StateBatches",
        Array(&Struct(
            WRITE_SHARE_GROUP_STATE_REQUEST_TOPICS_PARTITIONS_STATE_BATCHES,
        )),
    ),
];

const WRITE_SHARE_GROUP_STATE_REQUEST_TOPICS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(WRITE_SHARE_GROUP_STATE_REQUEST_TOPICS_PARTITIONS)),
    ),
];

pub(super) static WRITE_SHARE_GROUP_STATE_REQUEST: Schema = Schema {
    name: "WriteShareGroupStateRequest",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[
        Field::new("GroupId", String),
        Field::new(
            "Topics",
            Array(&Struct(WRITE_SHARE_GROUP_STATE_REQUEST_TOPICS)),
        ),
    ],
};

const WRITE_SHARE_GROUP_STATE_RESPONSE_RESULTS_PARTITIONS: &[Field] = &[
    Field::new("Partition", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
];

const WRITE_SHARE_GROUP_STATE_RESPONSE_RESULTS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(WRITE_SHARE_GROUP_STATE_RESPONSE_RESULTS_PARTITIONS)),
    ),
];

pub(super) static WRITE_SHARE_GROUP_STATE_RESPONSE: Schema = Schema {
    name: "WriteShareGroupStateResponse",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[Field::new(
        "Results",
        Array(&Struct(WRITE_SHARE_GROUP_STATE_RESPONSE_RESULTS)),
    )],
};

const DELETE_SHARE_GROUP_STATE_REQUEST_TOPICS_PARTITIONS: &[Field] =
    &[Field::new("Partition", Int32)];

const DELETE_SHARE_GROUP_STATE_REQUEST_TOPICS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(DELETE_SHARE_GROUP_STATE_REQUEST_TOPICS_PARTITIONS)),
    ),
];

pub(super) static DELETE_SHARE_GROUP_STATE_REQUEST: Schema = Schema {
    name: "DeleteShareGroupStateRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("GroupId", String),
        Field::new(
            "Topics",
            Array(&Struct(DELETE_SHARE_GROUP_STATE_REQUEST_TOPICS)),
        ),
    ],
};

const DELETE_SHARE_GROUP_STATE_RESPONSE_RESULTS_PARTITIONS: &[Field] = &[
    Field::new("Partition", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
];

const DELETE_SHARE_GROUP_STATE_RESPONSE_RESULTS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(
            DELETE_SHARE_GROUP_STATE_RESPONSE_RESULTS_PARTITIONS,
        )),
    ),
];

pub(super) static DELETE_SHARE_GROUP_STATE_RESPONSE: Schema = Schema {
    name: "DeleteShareGroupStateResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[Field::new(
        "Results",
        Array(&Struct(DELETE_SHARE_GROUP_STATE_RESPONSE_RESULTS)),
    )],
};

const READ_SHARE_GROUP_STATE_SUMMARY_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("Partition", Int32),
    Field::new("LeaderEpoch", Int32),
];

const READ_SHARE_GROUP_STATE_SUMMARY_REQUEST_TOPICS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(
            READ_SHARE_GROUP_STATE_SUMMARY_REQUEST_TOPICS_PARTITIONS,
        )),
    ),
];

pub(super) static READ_SHARE_GROUP_STATE_SUMMARY_REQUEST: Schema = Schema {
    name: "ReadShareGroupStateSummaryRequest",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[
        Field::new("GroupId", String),
        Field::new(
            "Topics",
            Array(&Struct(READ_SHARE_GROUP_STATE_SUMMARY_REQUEST_TOPICS)),
        ),
    ],
};

const READ_SHARE_GROUP_STATE_SUMMARY_RESPONSE_RESULTS_PARTITIONS: &[Field] = &[
    Field::new("Partition", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
    Field::new("StateEpoch", Int32),
    Field::new("LeaderEpoch", Int32),
    Field::new("StartOffset", Int64),
    Field::new("DeliveryCompleteCount", Int32).since(1),
];

const READ_SHARE_GROUP_STATE_SUMMARY_RESPONSE_RESULTS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(
            READ_SHARE_GROUP_STATE_SUMMARY_RESPONSE_RESULTS_PARTITIONS,
        )),
    ),
];

pub(super) static READ_SHARE_GROUP_STATE_SUMMARY_RESPONSE: Schema = Schema {
    name: "ReadShareGroupStateSummaryResponse",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[Field::new(
        "Results",
        Array(&Struct(READ_SHARE_GROUP_STATE_SUMMARY_RESPONSE_RESULTS)),
    )],
};
