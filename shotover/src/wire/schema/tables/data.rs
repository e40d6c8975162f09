//! What do the messages about records and offsets look like? Generated: see `schema/mod.rs`.

use crate::wire::schema::Type::{Array, Int8, Int16, Int32, Int64, Records, String, Struct, Uuid};
use crate::wire::schema::{Field, Schema};

const PRODUCE_REQUEST_TOPIC_DATA_PARTITION_DATA: &[Field] = &[
    Field::new("Index", Int32),
    Field::new("Records", Records).nullable(),
];

const PRODUCE_REQUEST_TOPIC_DATA: &[Field] = &[
    Field::new("Name", String).until(12),
    Field::new("TopicId", Uuid).since(13),
    Field::new(
        "PartitionData",
        Array(&Struct(PRODUCE_REQUEST_TOPIC_DATA_PARTITION_DATA)),
    ),
];

pub(super) static PRODUCE_REQUEST: Schema = Schema {
    name: "ProduceRequest",
    versions: (3, 13),
    flexible: Some(9),
    fields: &[
        Field::new("TransactionalId", String)
            .nullable()
            .defaults_to_null(),
        Field::new("Acks", Int16),
        Field::new("TimeoutMs", Int32),
        Field::new("TopicData", Array(&Struct(PRODUCE_REQUEST_TOPIC_DATA))),
    ],
};

const PRODUCE_RESPONSE_RESPONSES_PARTITION_RESPONSES_RECORD_ERRORS: &[Field] = &[
    Field::new("BatchIndex", Int32),
    Field::new("BatchIndexErrorMessage", String)
        .nullable()
        .defaults_to_null(),
];

const PRODUCE_RESPONSE_RESPONSES_PARTITION_RESPONSES_CURRENT_LEADER: &[Field] = &[
    Field::new("LeaderId", Int32).defaults_to(-1),
    Field::new("LeaderEpoch", Int32).defaults_to(-1),
];

const PRODUCE_RESPONSE_RESPONSES_PARTITION_RESPONSES: &[Field] = &[
    Field::new("Index", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("BaseOffset", Int64),
    Field::new("LogAppendTimeMs", Int64).defaults_to(-1),
    Field::new("LogStartOffset", Int64).since(5).defaults_to(-1),
    Field::new(
        "RecordErrors",
        Array(&Struct(
            PRODUCE_RESPONSE_RESPONSES_PARTITION_RESPONSES_RECORD_ERRORS,
        )),
    )
    .since(8),
    Field::new("ErrorMessage", String)
        .since(8)
        .nullable()
        .defaults_to_null(),
    Field::new(
        "CurrentLeader",
        Struct(PRODUCE_RESPONSE_RESPONSES_PARTITION_RESPONSES_CURRENT_LEADER),
    )
    .since(10)
    .tag(0),
];

const PRODUCE_RESPONSE_RESPONSES: &[Field] = &[
    Field::new("Name", String).until(12),
    Field::new("TopicId", Uuid).since(13),
    Field::new(
        "PartitionResponses",
        Array(&Struct(PRODUCE_RESPONSE_RESPONSES_PARTITION_RESPONSES)),
    ),
];

const PRODUCE_RESPONSE_NODE_ENDPOINTS: &[Field] = &[
    Field::new("NodeId", Int32),
    Field::new("Host", String),
    Field::new("Port", Int32),
    Field::new("Rack", String).nullable().defaults_to_null(),
];

pub(super) static PRODUCE_RESPONSE: Schema = Schema {
    name: "ProduceResponse",
    versions: (3, 13),
    flexible: Some(9),
    fields: &[
        Field::new("Responses", Array(&Struct(PRODUCE_RESPONSE_RESPONSES))),
        Field::new("ThrottleTimeMs", Int32),
        Field::new(
            "NodeEndpoints",
            Array(&Struct(PRODUCE_RESPONSE_NODE_ENDPOINTS)),
        )
        .since(10)
        .tag(0),
    ],
};

const FETCH_REQUEST_REPLICA_STATE: &[Field] = &[
    Field::new("ReplicaId", Int32).defaults_to(-1),
    Field::new("ReplicaEpoch", Int64).defaults_to(-1),
];

const FETCH_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("Partition", Int32),
    Field::new("CurrentLeaderEpoch", Int32)
        .since(9)
        .defaults_to(-1),
    Field::new("FetchOffset", Int64),
    Field::new("LastFetchedEpoch", Int32)
        .since(12)
        .defaults_to(-1),
    Field::new("LogStartOffset", Int64).since(5).defaults_to(-1),
    Field::new("PartitionMaxBytes", Int32),
    Field::new("ReplicaDirectoryId", Uuid).since(17).tag(0),
    Field::new("HighWatermark", Int64)
        .since(18)
        .defaults_to(9223372036854775807)
        .tag(1),
];

const FETCH_REQUEST_TOPICS: &[Field] = &[
    Field::new("Topic", String).until(12),
    Field::new("TopicId", Uuid).since(13),
    Field::new(
        "Partitions",
        Array(&Struct(FETCH_REQUEST_TOPICS_PARTITIONS)),
    ),
];

const FETCH_REQUEST_FORGOTTEN_TOPICS_DATA: &[Field] = &[
    Field::new("Topic", String).until(12),
    Field::new("TopicId", Uuid).since(13),
    Field::new("Partitions", Array(&Int32)),
];

pub(super) static FETCH_REQUEST: Schema = Schema {
    name: "FetchRequest",
    versions: (4, 18),
    flexible: Some(12),
    fields: &[
        Field::new("ClusterId", String)
            .since(12)
            .nullable()
            .defaults_to_null()
            .tag(0),
        Field::new("ReplicaId", Int32).until(14).defaults_to(-1),
        Field::new("ReplicaState", Struct(FETCH_REQUEST_REPLICA_STATE))
            .since(15)
            .tag(1),
        Field::new("MaxWaitMs", Int32),
        Field::new("MinBytes", Int32),
        Field::new("MaxBytes", Int32).defaults_to(2147483647),
        Field::new("IsolationLevel", Int8),
        Field::new("SessionId", Int32).since(7),
        Field::new("SessionEpoch", Int32).since(7).defaults_to(-1),
        Field::new("Topics", Array(&Struct(FETCH_REQUEST_TOPICS))),
        Field::new(
            "ForgottenTopicsData",
            Array(&Struct(FETCH_REQUEST_FORGOTTEN_TOPICS_DATA)),
        )
        .since(7),
        Field::new("RackId", String).since(11),
    ],
};

const FETCH_RESPONSE_RESPONSES_PARTITIONS_DIVERGING_EPOCH: &[Field] = &[
    Field::new("Epoch", Int32).defaults_to(-1),
    Field::new("EndOffset", Int64).defaults_to(-1),
];

const FETCH_RESPONSE_RESPONSES_PARTITIONS_CURRENT_LEADER: &[Field] = &[
    Field::new("LeaderId", Int32).defaults_to(-1),
    Field::new("LeaderEpoch", Int32).defaults_to(-1),
];

const FETCH_RESPONSE_RESPONSES_PARTITIONS_SNAPSHOT_ID: &[Field] = &[
    Field::new("EndOffset", Int64).defaults_to(-1),
    Field::new("Epoch", Int32).defaults_to(-1),
];

const FETCH_RESPONSE_RESPONSES_PARTITIONS_ABORTED_TRANSACTIONS: &[Field] = &[
    Field::new("ProducerId", Int64),
    Field::new("FirstOffset", Int64),
];

const FETCH_RESPONSE_RESPONSES_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("HighWatermark", Int64),
    Field::new("LastStableOffset", Int64).defaults_to(-1),
    Field::new("LogStartOffset", Int64).since(5).defaults_to(-1),
    Field::new(
        "DivergingEpoch",
        Struct(FETCH_RESPONSE_RESPONSES_PARTITIONS_DIVERGING_EPOCH),
    )
    .since(12)
    .tag(0),
    Field::new(
        "CurrentLeader",
        Struct(FETCH_RESPONSE_RESPONSES_PARTITIONS_CURRENT_LEADER),
    )
    .since(12)
    .tag(1),
    Field::new(
        "SnapshotId",
        Struct(FETCH_RESPONSE_RESPONSES_PARTITIONS_SNAPSHOT_ID),
    )
    .since(12)
    .tag(2),
    Field::new(
        "AbortedTransactions",
        Array(&Struct(
            FETCH_RESPONSE_RESPONSES_PARTITIONS_ABORTED_TRANSACTIONS,
        )),
    )
    .nullable(),
    Field::new("PreferredReadReplica", Int32)
        .since(11)
        .defaults_to(-1),
    Field::new("Records", Records).nullable(),
];

const FETCH_RESPONSE_RESPONSES: &[Field] = &[
    Field::new("Topic", String).until(12),
    Field::new("TopicId", Uuid).since(13),
    Field::new(
        "Partitions",
        Array(&Struct(FETCH_RESPONSE_RESPONSES_PARTITIONS)),
    ),
];

const FETCH_RESPONSE_NODE_ENDPOINTS: &[Field] = &[
    Field::new("NodeId", Int32),
    Field::new("Host", String),
    Field::new("Port", Int32),
    Field::new("Rack", String).nullable().defaults_to_null(),
];

pub(super) static FETCH_RESPONSE: Schema = Schema {
    name: "FetchResponse",
    versions: (4, 18),
    flexible: Some(12),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16).since(7),
        Field::new("SessionId", Int32).since(7),
        Field::new("Responses", Array(&Struct(FETCH_RESPONSE_RESPONSES))),
        Field::new(
            "NodeEndpoints",
            Array(&Struct(FETCH_RESPONSE_NODE_ENDPOINTS)),
        )
        .since(16)
        .tag(0),
    ],
};

const LIST_OFFSETS_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("CurrentLeaderEpoch", Int32)
        .since(4)
        .defaults_to(-1),
    Field::new("Timestamp", Int64),
];

const LIST_OFFSETS_REQUEST_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(LIST_OFFSETS_REQUEST_TOPICS_PARTITIONS)),
    ),
];

pub(super) static LIST_OFFSETS_REQUEST: Schema = Schema {
    name: "ListOffsetsRequest",
    versions: (1, 11),
    flexible: Some(6),
    fields: &[
        Field::new("ReplicaId", Int32),
        Field::new("IsolationLevel", Int8).since(2),
        Field::new("Topics", Array(&Struct(LIST_OFFSETS_REQUEST_TOPICS))),
        Field::new("TimeoutMs", Int32).since(10),
    ],
};

const LIST_OFFSETS_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("Timestamp", Int64).defaults_to(-1),
    Field::new("Offset", Int64).defaults_to(-1),
    Field::new("LeaderEpoch", Int32).since(4).defaults_to(-1),
];

const LIST_OFFSETS_RESPONSE_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(LIST_OFFSETS_RESPONSE_TOPICS_PARTITIONS)),
    ),
];

pub(super) static LIST_OFFSETS_RESPONSE: Schema = Schema {
    name: "ListOffsetsResponse",
    versions: (1, 11),
    flexible: Some(6),
    fields: &[
        Field::new("ThrottleTimeMs", Int32).since(2),
        Field::new("Topics", Array(&Struct(LIST_OFFSETS_RESPONSE_TOPICS))),
    ],
};

const DELETE_RECORDS_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("Offset", Int64),
];

const DELETE_RECORDS_REQUEST_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(DELETE_RECORDS_REQUEST_TOPICS_PARTITIONS)),
    ),
];

pub(super) static DELETE_RECORDS_REQUEST: Schema = Schema {
    name: "DeleteRecordsRequest",
    versions: (0, 2),
    flexible: Some(2),
    fields: &[
        Field::new("Topics", Array(&Struct(DELETE_RECORDS_REQUEST_TOPICS))),
        Field::new("TimeoutMs", Int32),
    ],
};

const DELETE_RECORDS_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("LowWatermark", Int64),
    Field::new("ErrorCode", Int16),
];

const DELETE_RECORDS_RESPONSE_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(DELETE_RECORDS_RESPONSE_TOPICS_PARTITIONS)),
    ),
];

pub(super) static DELETE_RECORDS_RESPONSE: Schema = Schema {
    name: "DeleteRecordsResponse",
    versions: (0, 2),
    flexible: Some(2),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("Topics", Array(&Struct(DELETE_RECORDS_RESPONSE_TOPICS))),
    ],
};

const OFFSET_FOR_LEADER_EPOCH_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("Partition", Int32),
    Field::new("CurrentLeaderEpoch", Int32).defaults_to(-1),
    Field::new("LeaderEpoch", Int32),
];

const OFFSET_FOR_LEADER_EPOCH_REQUEST_TOPICS: &[Field] = &[
    Field::new("Topic", String),
    Field::new(
        "Partitions",
        Array(&Struct(OFFSET_FOR_LEADER_EPOCH_REQUEST_TOPICS_PARTITIONS)),
    ),
];

pub(super) static OFFSET_FOR_LEADER_EPOCH_REQUEST: Schema = Schema {
    name: "OffsetForLeaderEpochRequest",
    versions: (2, 4),
    flexible: Some(4),
    fields: &[
        Field::new("ReplicaId", Int32).since(3).defaults_to(-2),
        Field::new(
            "Topics",
            Array(&Struct(OFFSET_FOR_LEADER_EPOCH_REQUEST_TOPICS)),
        ),
    ],
};

const OFFSET_FOR_LEADER_EPOCH_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("Partition", Int32),
    Field::new("LeaderEpoch", Int32).defaults_to(-1),
    Field::new("EndOffset", Int64).defaults_to(-1),
];

const OFFSET_FOR_LEADER_EPOCH_RESPONSE_TOPICS: &[Field] = &[
    Field::new("Topic", String),
    Field::new(
        "Partitions",
        Array(&Struct(OFFSET_FOR_LEADER_EPOCH_RESPONSE_TOPICS_PARTITIONS)),
    ),
];

pub(super) static OFFSET_FOR_LEADER_EPOCH_RESPONSE: Schema = Schema {
    name: "OffsetForLeaderEpochResponse",
    versions: (2, 4),
    flexible: Some(4),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new(
            "Topics",
            Array(&Struct(OFFSET_FOR_LEADER_EPOCH_RESPONSE_TOPICS)),
        ),
    ],
};
