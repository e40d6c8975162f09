//! What do the messages about state and offsets of share groups look like? Generated: see `schema/mod.rs`.

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
    Field::new("ErrorMessage", String)
        .nullable()
        .defaults_to_null(),
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
    Field::new("ErrorMessage", String)
        .nullable()
        .defaults_to_null(),
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
    Field::new("DeliveryCompleteCount", Int32)
        .since(1)
        .defaults_to(-1),
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
    Field::new("ErrorMessage", String)
        .nullable()
        .defaults_to_null(),
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
    Field::new("ErrorMessage", String)
        .nullable()
        .defaults_to_null(),
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
    Field::new("ErrorMessage", String)
        .nullable()
        .defaults_to_null(),
    Field::new("StateEpoch", Int32),
    Field::new("LeaderEpoch", Int32),
    Field::new("StartOffset", Int64),
    Field::new("DeliveryCompleteCount", Int32)
        .since(1)
        .defaults_to(-1),
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

const DESCRIBE_SHARE_GROUP_OFFSETS_REQUEST_GROUPS_TOPICS: &[Field] = &[
    Field::new("TopicName", String),
    Field::new("Partitions", Array(&Int32)),
];

const DESCRIBE_SHARE_GROUP_OFFSETS_REQUEST_GROUPS: &[Field] = &[
    Field::new("GroupId", String),
    Field::new(
        "Topics",
        Array(&Struct(DESCRIBE_SHARE_GROUP_OFFSETS_REQUEST_GROUPS_TOPICS)),
    )
    .nullable(),
];

pub(super) static DESCRIBE_SHARE_GROUP_OFFSETS_REQUEST: Schema = Schema {
    name: "DescribeShareGroupOffsetsRequest",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[Field::new(
        "Groups",
        Array(&Struct(DESCRIBE_SHARE_GROUP_OFFSETS_REQUEST_GROUPS)),
    )],
};

const DESCRIBE_SHARE_GROUP_OFFSETS_RESPONSE_GROUPS_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("StartOffset", Int64),
    Field::new("LeaderEpoch", Int32),
    Field::new("Lag", Int64).since(1).defaults_to(-1),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String)
        .nullable()
        .defaults_to_null(),
];

const DESCRIBE_SHARE_GROUP_OFFSETS_RESPONSE_GROUPS_TOPICS: &[Field] = &[
    Field::new("TopicName", String),
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(
            DESCRIBE_SHARE_GROUP_OFFSETS_RESPONSE_GROUPS_TOPICS_PARTITIONS,
        )),
    ),
];

const DESCRIBE_SHARE_GROUP_OFFSETS_RESPONSE_GROUPS: &[Field] = &[
    Field::new("GroupId", String),
    Field::new(
        "Topics",
        Array(&Struct(DESCRIBE_SHARE_GROUP_OFFSETS_RESPONSE_GROUPS_TOPICS)),
    ),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String)
        .nullable()
        .defaults_to_null(),
];

pub(super) static DESCRIBE_SHARE_GROUP_OFFSETS_RESPONSE: Schema = Schema {
    name: "DescribeShareGroupOffsetsResponse",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new(
            "Groups",
            Array(&Struct(DESCRIBE_SHARE_GROUP_OFFSETS_RESPONSE_GROUPS)),
        ),
    ],
};

const ALTER_SHARE_GROUP_OFFSETS_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("StartOffset", Int64),
];

const ALTER_SHARE_GROUP_OFFSETS_REQUEST_TOPICS: &[Field] = &[
    Field::new("TopicName", String),
    Field::new(
        "Partitions",
        Array(&Struct(ALTER_SHARE_GROUP_OFFSETS_REQUEST_TOPICS_PARTITIONS)),
    ),
];

pub(super) static ALTER_SHARE_GROUP_OFFSETS_REQUEST: Schema = Schema {
    name: "AlterShareGroupOffsetsRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("GroupId", String),
        Field::new(
            "Topics",
            Array(&Struct(ALTER_SHARE_GROUP_OFFSETS_REQUEST_TOPICS)),
        ),
    ],
};

const ALTER_SHARE_GROUP_OFFSETS_RESPONSE_RESPONSES_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String)
        .nullable()
        .defaults_to_null(),
];

const ALTER_SHARE_GROUP_OFFSETS_RESPONSE_RESPONSES: &[Field] = &[
    Field::new("TopicName", String),
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(
            ALTER_SHARE_GROUP_OFFSETS_RESPONSE_RESPONSES_PARTITIONS,
        )),
    ),
];

pub(super) static ALTER_SHARE_GROUP_OFFSETS_RESPONSE: Schema = Schema {
    name: "AlterShareGroupOffsetsResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String)
            .nullable()
            .defaults_to_null(),
        Field::new(
            "Responses",
            Array(&Struct(ALTER_SHARE_GROUP_OFFSETS_RESPONSE_RESPONSES)),
        ),
    ],
};

const DELETE_SHARE_GROUP_OFFSETS_REQUEST_TOPICS: &[Field] = &[Field::new("TopicName", String)];

pub(super) static DELETE_SHARE_GROUP_OFFSETS_REQUEST: Schema = Schema {
    name: "DeleteShareGroupOffsetsRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("GroupId", String),
        Field::new(
            "Topics",
            Array(&Struct(DELETE_SHARE_GROUP_OFFSETS_REQUEST_TOPICS)),
        ),
    ],
};

const DELETE_SHARE_GROUP_OFFSETS_RESPONSE_RESPONSES: &[Field] = &[
    Field::new("TopicName", String),
    Field::new("TopicId", Uuid),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String)
        .nullable()
        .defaults_to_null(),
];

pub(super) static DELETE_SHARE_GROUP_OFFSETS_RESPONSE: Schema = Schema {
    name: "DeleteShareGroupOffsetsResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String)
            .nullable()
            .defaults_to_null(),
        Field::new(
            "Responses",
            Array(&Struct(DELETE_SHARE_GROUP_OFFSETS_RESPONSE_RESPONSES)),
        ),
    ],
};
