//! What do the messages about transactions and producers look like? Generated: see `schema/mod.rs`.

use crate::wire::schema::Type::{Array, Bool, Int8, Int16, Int32, Int64, String, Struct};
use crate::wire::schema::{Field, Schema};

pub(super) static INIT_PRODUCER_ID_REQUEST: Schema = Schema {
    name: "InitProducerIdRequest",
    versions: (0, 6),
    flexible: Some(2),
    fields: &[
        Field::new("TransactionalId", String).nullable(),
        Field::new("TransactionTimeoutMs", Int32),
        Field::new("ProducerId", Int64).since(3).defaults_to(-1),
        Field::new("ProducerEpoch", Int16).since(3).defaults_to(-1),
        Field::new("Enable2Pc", Bool).since(6),
        Field::new("KeepPreparedTxn", Bool).since(6),
    ],
};

pub(super) static INIT_PRODUCER_ID_RESPONSE: Schema = Schema {
    name: "InitProducerIdResponse",
    versions: (0, 6),
    flexible: Some(2),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ProducerId", Int64).defaults_to(-1),
        Field::new("ProducerEpoch", Int16),
        Field::new("OngoingTxnProducerId", Int64)
            .since(6)
            .defaults_to(-1),
        Field::new("OngoingTxnProducerEpoch", Int16)
            .since(6)
            .defaults_to(-1),
    ],
};

const ADD_PARTITIONS_TO_TXN_REQUEST_TRANSACTIONS_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Partitions", Array(&Int32)),
];

const ADD_PARTITIONS_TO_TXN_REQUEST_TRANSACTIONS: &[Field] = &[
    Field::new("TransactionalId", String),
    Field::new("ProducerId", Int64),
    Field::new("ProducerEpoch", Int16),
    Field::new("VerifyOnly", Bool),
    Field::new(
        "Topics",
        Array(&Struct(ADD_PARTITIONS_TO_TXN_REQUEST_TRANSACTIONS_TOPICS)),
    ),
];

const ADD_PARTITIONS_TO_TXN_REQUEST_V3_AND_BELOW_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Partitions", Array(&Int32)),
];

pub(super) static ADD_PARTITIONS_TO_TXN_REQUEST: Schema = Schema {
    name: "AddPartitionsToTxnRequest",
    versions: (0, 5),
    flexible: Some(3),
    fields: &[
        Field::new(
            "Transactions",
            Array(&Struct(ADD_PARTITIONS_TO_TXN_REQUEST_TRANSACTIONS)),
        )
        .since(4),
        Field::new("V3AndBelowTransactionalId", String).until(3),
        Field::new("V3AndBelowProducerId", Int64).until(3),
        Field::new("V3AndBelowProducerEpoch", Int16).until(3),
        Field::new(
            "V3AndBelowTopics",
            Array(&Struct(ADD_PARTITIONS_TO_TXN_REQUEST_V3_AND_BELOW_TOPICS)),
        )
        .until(3),
    ],
};

const ADD_PARTITIONS_TO_TXN_RESPONSE_RESULTS_BY_TRANSACTION_TOPIC_RESULTS_RESULTS_BY_PARTITION:
    &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("PartitionErrorCode", Int16),
];

const ADD_PARTITIONS_TO_TXN_RESPONSE_RESULTS_BY_TRANSACTION_TOPIC_RESULTS: &[Field] = &[Field::new("Name", String), Field::new("ResultsByPartition", Array(&Struct(ADD_PARTITIONS_TO_TXN_RESPONSE_RESULTS_BY_TRANSACTION_TOPIC_RESULTS_RESULTS_BY_PARTITION)))];

const ADD_PARTITIONS_TO_TXN_RESPONSE_RESULTS_BY_TRANSACTION: &[Field] = &[
    Field::new("TransactionalId", String),
    Field::new(
        "TopicResults",
        Array(&Struct(
            ADD_PARTITIONS_TO_TXN_RESPONSE_RESULTS_BY_TRANSACTION_TOPIC_RESULTS,
        )),
    ),
];

const ADD_PARTITIONS_TO_TXN_RESPONSE_RESULTS_BY_TOPIC_V3_AND_BELOW_RESULTS_BY_PARTITION:
    &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("PartitionErrorCode", Int16),
];

const ADD_PARTITIONS_TO_TXN_RESPONSE_RESULTS_BY_TOPIC_V3_AND_BELOW: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "ResultsByPartition",
        Array(&Struct(
            ADD_PARTITIONS_TO_TXN_RESPONSE_RESULTS_BY_TOPIC_V3_AND_BELOW_RESULTS_BY_PARTITION,
        )),
    ),
];

pub(super) static ADD_PARTITIONS_TO_TXN_RESPONSE: Schema = Schema {
    name: "AddPartitionsToTxnResponse",
    versions: (0, 5),
    flexible: Some(3),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16).since(4),
        Field::new(
            "ResultsByTransaction",
            Array(&Struct(
                ADD_PARTITIONS_TO_TXN_RESPONSE_RESULTS_BY_TRANSACTION,
            )),
        )
        .since(4),
        Field::new(
            "ResultsByTopicV3AndBelow",
            Array(&Struct(
                ADD_PARTITIONS_TO_TXN_RESPONSE_RESULTS_BY_TOPIC_V3_AND_BELOW,
            )),
        )
        .until(3),
    ],
};

pub(super) static ADD_OFFSETS_TO_TXN_REQUEST: Schema = Schema {
    name: "AddOffsetsToTxnRequest",
    versions: (0, 4),
    flexible: Some(3),
    fields: &[
        Field::new("TransactionalId", String),
        Field::new("ProducerId", Int64),
        Field::new("ProducerEpoch", Int16),
        Field::new("GroupId", String),
    ],
};

pub(super) static ADD_OFFSETS_TO_TXN_RESPONSE: Schema = Schema {
    name: "AddOffsetsToTxnResponse",
    versions: (0, 4),
    flexible: Some(3),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
    ],
};

pub(super) static END_TXN_REQUEST: Schema = Schema {
    name: "EndTxnRequest",
    versions: (0, 5),
    flexible: Some(3),
    fields: &[
        Field::new("TransactionalId", String),
        Field::new("ProducerId", Int64),
        Field::new("ProducerEpoch", Int16),
        Field::new("Committed", Bool),
    ],
};

pub(super) static END_TXN_RESPONSE: Schema = Schema {
    name: "EndTxnResponse",
    versions: (0, 5),
    flexible: Some(3),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ProducerId", Int64).since(5).defaults_to(-1),
        Field::new("ProducerEpoch", Int16).since(5).defaults_to(-1),
    ],
};

const WRITE_TXN_MARKERS_REQUEST_MARKERS_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new("PartitionIndexes", Array(&Int32)),
];

const WRITE_TXN_MARKERS_REQUEST_MARKERS: &[Field] = &[
    Field::new("ProducerId", Int64),
    Field::new("ProducerEpoch", Int16),
    Field::new("TransactionResult", Bool),
    Field::new(
        "Topics",
        Array(&Struct(WRITE_TXN_MARKERS_REQUEST_MARKERS_TOPICS)),
    ),
    Field::new("CoordinatorEpoch", Int32),
    Field::new("TransactionVersion", Int8).since(2),
];

pub(super) static WRITE_TXN_MARKERS_REQUEST: Schema = Schema {
    name: "WriteTxnMarkersRequest",
    versions: (1, 2),
    flexible: Some(1),
    fields: &[Field::new(
        "Markers",
        Array(&Struct(WRITE_TXN_MARKERS_REQUEST_MARKERS)),
    )],
};

const WRITE_TXN_MARKERS_RESPONSE_MARKERS_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
];

const WRITE_TXN_MARKERS_RESPONSE_MARKERS_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(
            WRITE_TXN_MARKERS_RESPONSE_MARKERS_TOPICS_PARTITIONS,
        )),
    ),
];

const WRITE_TXN_MARKERS_RESPONSE_MARKERS: &[Field] = &[
    Field::new("ProducerId", Int64),
    Field::new(
        "Topics",
        Array(&Struct(WRITE_TXN_MARKERS_RESPONSE_MARKERS_TOPICS)),
    ),
];

pub(super) static WRITE_TXN_MARKERS_RESPONSE: Schema = Schema {
    name: "WriteTxnMarkersResponse",
    versions: (1, 2),
    flexible: Some(1),
    fields: &[Field::new(
        "Markers",
        Array(&Struct(WRITE_TXN_MARKERS_RESPONSE_MARKERS)),
    )],
};

const TXN_OFFSET_COMMIT_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("CommittedOffset", Int64),
    Field::new("CommittedLeaderEpoch", Int32)
        .since(2)
        .defaults_to(-1),
    Field::new("CommittedMetadata", String).nullable(),
];

const TXN_OFFSET_COMMIT_REQUEST_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(TXN_OFFSET_COMMIT_REQUEST_TOPICS_PARTITIONS)),
    ),
];

pub(super) static TXN_OFFSET_COMMIT_REQUEST: Schema = Schema {
    name: "TxnOffsetCommitRequest",
    versions: (0, 5),
    flexible: Some(3),
    fields: &[
        Field::new("TransactionalId", String),
        Field::new("GroupId", String),
        Field::new("ProducerId", Int64),
        Field::new("ProducerEpoch", Int16),
        Field::new("GenerationIdOrMemberEpoch", Int32)
            .since(3)
            .defaults_to(-1),
        Field::new("MemberId", String).since(3),
        Field::new("GroupInstanceId", String)
            .since(3)
            .nullable()
            .defaults_to_null(),
        Field::new("Topics", Array(&Struct(TXN_OFFSET_COMMIT_REQUEST_TOPICS))),
    ],
};

const TXN_OFFSET_COMMIT_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
];

const TXN_OFFSET_COMMIT_RESPONSE_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(TXN_OFFSET_COMMIT_RESPONSE_TOPICS_PARTITIONS)),
    ),
];

pub(super) static TXN_OFFSET_COMMIT_RESPONSE: Schema = Schema {
    name: "TxnOffsetCommitResponse",
    versions: (0, 5),
    flexible: Some(3),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("Topics", Array(&Struct(TXN_OFFSET_COMMIT_RESPONSE_TOPICS))),
    ],
};

const DESCRIBE_PRODUCERS_REQUEST_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new("PartitionIndexes", Array(&Int32)),
];

pub(super) static DESCRIBE_PRODUCERS_REQUEST: Schema = Schema {
    name: "DescribeProducersRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[Field::new(
        "Topics",
        Array(&Struct(DESCRIBE_PRODUCERS_REQUEST_TOPICS)),
    )],
};

const DESCRIBE_PRODUCERS_RESPONSE_TOPICS_PARTITIONS_ACTIVE_PRODUCERS: &[Field] = &[
    Field::new("ProducerId", Int64),
    Field::new("ProducerEpoch", Int32),
    Field::new("LastSequence", Int32).defaults_to(-1),
    Field::new("LastTimestamp", Int64).defaults_to(-1),
    Field::new("CoordinatorEpoch", Int32),
    Field::new("CurrentTxnStartOffset", Int64).defaults_to(-1),
];

const DESCRIBE_PRODUCERS_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String)
        .nullable()
        .defaults_to_null(),
    Field::new(
        "ActiveProducers",
        Array(&Struct(
            DESCRIBE_PRODUCERS_RESPONSE_TOPICS_PARTITIONS_ACTIVE_PRODUCERS,
        )),
    ),
];

const DESCRIBE_PRODUCERS_RESPONSE_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(DESCRIBE_PRODUCERS_RESPONSE_TOPICS_PARTITIONS)),
    ),
];

pub(super) static DESCRIBE_PRODUCERS_RESPONSE: Schema = Schema {
    name: "DescribeProducersResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("Topics", Array(&Struct(DESCRIBE_PRODUCERS_RESPONSE_TOPICS))),
    ],
};

pub(super) static DESCRIBE_TRANSACTIONS_REQUEST: Schema = Schema {
    name: "DescribeTransactionsRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[Field::new("TransactionalIds", Array(&String))],
};

const DESCRIBE_TRANSACTIONS_RESPONSE_TRANSACTION_STATES_TOPICS: &[Field] = &[
    Field::new("Topic", String),
    Field::new("Partitions", Array(&Int32)),
];

const DESCRIBE_TRANSACTIONS_RESPONSE_TRANSACTION_STATES: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("TransactionalId", String),
    Field::new("TransactionState", String),
    Field::new("TransactionTimeoutMs", Int32),
    Field::new("TransactionStartTimeMs", Int64),
    Field::new("ProducerId", Int64),
    Field::new("ProducerEpoch", Int16),
    Field::new(
        "Topics",
        Array(&Struct(
            DESCRIBE_TRANSACTIONS_RESPONSE_TRANSACTION_STATES_TOPICS,
        )),
    ),
];

pub(super) static DESCRIBE_TRANSACTIONS_RESPONSE: Schema = Schema {
    name: "DescribeTransactionsResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new(
            "TransactionStates",
            Array(&Struct(DESCRIBE_TRANSACTIONS_RESPONSE_TRANSACTION_STATES)),
        ),
    ],
};

pub(super) static LIST_TRANSACTIONS_REQUEST: Schema = Schema {
    name: "ListTransactionsRequest",
    versions: (0, 2),
    flexible: Some(0),
    fields: &[
        Field::new("StateFilters", Array(&String)),
        Field::new("ProducerIdFilters", Array(&Int64)),
        Field::new("DurationFilter", Int64).since(1).defaults_to(-1),
        Field::new("TransactionalIdPattern", String)
            .since(2)
            .nullable()
            .defaults_to_null(),
    ],
};

const LIST_TRANSACTIONS_RESPONSE_TRANSACTION_STATES: &[Field] = &[
    Field::new("TransactionalId", String),
    Field::new("ProducerId", Int64),
    Field::new("TransactionState", String),
];

pub(super) static LIST_TRANSACTIONS_RESPONSE: Schema = Schema {
    name: "ListTransactionsResponse",
    versions: (0, 2),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("UnknownStateFilters", Array(&String)),
        Field::new(
            "TransactionStates",
            Array(&Struct(LIST_TRANSACTIONS_RESPONSE_TRANSACTION_STATES)),
        ),
    ],
};
