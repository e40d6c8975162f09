//! What do the messages about topics and partitions look like? Generated: see `schema/mod.rs`.

use crate::wire::schema::Type::{Array, Bool, Int8, Int16, Int32, String, Struct, Uuid};
use crate::wire::schema::{Field, Schema};

const CREATE_TOPICS_REQUEST_TOPICS_ASSIGNMENTS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("BrokerIds", Array(&Int32)),
];

const CREATE_TOPICS_REQUEST_TOPICS_CONFIGS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Value", String).nullable(),
];

const CREATE_TOPICS_REQUEST_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new("NumPartitions", Int32),
    Field::new("ReplicationFactor", Int16),
    Field::new(
        "Assignments",
        Array(&Struct(CREATE_TOPICS_REQUEST_TOPICS_ASSIGNMENTS)),
    ),
    Field::new(
        "Configs",
        Array(&Struct(CREATE_TOPICS_REQUEST_TOPICS_CONFIGS)),
    ),
];

pub(super) static CREATE_TOPICS_REQUEST: Schema = Schema {
    name: "CreateTopicsRequest",
    versions: (2, 7),
    flexible: Some(5),
    fields: &[
        Field::new("Topics", Array(&Struct(CREATE_TOPICS_REQUEST_TOPICS))),
        Field::new("TimeoutMs", Int32).defaults_to(60000),
        Field::new("ValidateOnly", Bool),
    ],
};

const CREATE_TOPICS_RESPONSE_TOPICS_CONFIGS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Value", String).nullable(),
    Field::new("ReadOnly", Bool),
    Field::new("ConfigSource", Int8).defaults_to(-1),
    Field::new("IsSensitive", Bool),
];

const CREATE_TOPICS_RESPONSE_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new("TopicId", Uuid).since(7),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
    Field::new("TopicConfigErrorCode", Int16).since(5).tag(0),
    Field::new("NumPartitions", Int32).since(5).defaults_to(-1),
    Field::new("ReplicationFactor", Int16)
        .since(5)
        .defaults_to(-1),
    Field::new(
        "Configs",
        Array(&Struct(CREATE_TOPICS_RESPONSE_TOPICS_CONFIGS)),
    )
    .since(5)
    .nullable(),
];

pub(super) static CREATE_TOPICS_RESPONSE: Schema = Schema {
    name: "CreateTopicsResponse",
    versions: (2, 7),
    flexible: Some(5),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("Topics", Array(&Struct(CREATE_TOPICS_RESPONSE_TOPICS))),
    ],
};

const DELETE_TOPICS_REQUEST_TOPICS: &[Field] = &[
    Field::new("Name", String).nullable().defaults_to_null(),
    Field::new("TopicId", Uuid),
];

pub(super) static DELETE_TOPICS_REQUEST: Schema = Schema {
    name: "DeleteTopicsRequest",
    versions: (1, 6),
    flexible: Some(4),
    fields: &[
        Field::new("Topics", Array(&Struct(DELETE_TOPICS_REQUEST_TOPICS))).since(6),
        Field::new("TopicNames", Array(&String)).until(5),
        Field::new("TimeoutMs", Int32),
    ],
};

const DELETE_TOPICS_RESPONSE_RESPONSES: &[Field] = &[
    Field::new("Name", String).nullable_since(6),
    Field::new("TopicId", Uuid).since(6),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String)
        .since(5)
        .nullable()
        .defaults_to_null(),
];

pub(super) static DELETE_TOPICS_RESPONSE: Schema = Schema {
    name: "DeleteTopicsResponse",
    versions: (1, 6),
    flexible: Some(4),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new(
            "Responses",
            Array(&Struct(DELETE_TOPICS_RESPONSE_RESPONSES)),
        ),
    ],
};

const CREATE_PARTITIONS_REQUEST_TOPICS_ASSIGNMENTS: &[Field] =
    &[Field::new("BrokerIds", Array(&Int32))];

const CREATE_PARTITIONS_REQUEST_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Count", Int32),
    Field::new(
        "Assignments",
        Array(&Struct(CREATE_PARTITIONS_REQUEST_TOPICS_ASSIGNMENTS)),
    )
    .nullable(),
];

pub(super) static CREATE_PARTITIONS_REQUEST: Schema = Schema {
    name: "CreatePartitionsRequest",
    versions: (0, 3),
    flexible: Some(2),
    fields: &[
        Field::new("Topics", Array(&Struct(CREATE_PARTITIONS_REQUEST_TOPICS))),
        Field::new("TimeoutMs", Int32),
        Field::new("ValidateOnly", Bool),
    ],
};

const CREATE_PARTITIONS_RESPONSE_RESULTS: &[Field] = &[
    Field::new("Name", String),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String)
        .nullable()
        .defaults_to_null(),
];

pub(super) static CREATE_PARTITIONS_RESPONSE: Schema = Schema {
    name: "CreatePartitionsResponse",
    versions: (0, 3),
    flexible: Some(2),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new(
            "Results",
            Array(&Struct(CREATE_PARTITIONS_RESPONSE_RESULTS)),
        ),
    ],
};

const ELECT_LEADERS_REQUEST_TOPIC_PARTITIONS: &[Field] = &[
    Field::new("Topic", String),
    Field::new("Partitions", Array(&Int32)),
];

pub(super) static ELECT_LEADERS_REQUEST: Schema = Schema {
    name: "ElectLeadersRequest",
    versions: (0, 2),
    flexible: Some(2),
    fields: &[
        Field::new("ElectionType", Int8).since(1),
        Field::new(
            "TopicPartitions",
            Array(&Struct(ELECT_LEADERS_REQUEST_TOPIC_PARTITIONS)),
        )
        .nullable(),
        Field::new("TimeoutMs", Int32).defaults_to(60000),
    ],
};

const ELECT_LEADERS_RESPONSE_REPLICA_ELECTION_RESULTS_PARTITION_RESULT: &[Field] = &[
    Field::new("PartitionId", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
];

const ELECT_LEADERS_RESPONSE_REPLICA_ELECTION_RESULTS: &[Field] = &[
    Field::new("Topic", String),
    Field::new(
        "PartitionResult",
        Array(&Struct(
            ELECT_LEADERS_RESPONSE_REPLICA_ELECTION_RESULTS_PARTITION_RESULT,
        )),
    ),
];

pub(super) static ELECT_LEADERS_RESPONSE: Schema = Schema {
    name: "ElectLeadersResponse",
    versions: (0, 2),
    flexible: Some(2),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16).since(1),
        Field::new(
            "ReplicaElectionResults",
            Array(&Struct(ELECT_LEADERS_RESPONSE_REPLICA_ELECTION_RESULTS)),
        ),
    ],
};

const ALTER_PARTITION_REASSIGNMENTS_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("Replicas", Array(&Int32))
        .nullable()
        .defaults_to_null(),
];

const ALTER_PARTITION_REASSIGNMENTS_REQUEST_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(
            ALTER_PARTITION_REASSIGNMENTS_REQUEST_TOPICS_PARTITIONS,
        )),
    ),
];

pub(super) static ALTER_PARTITION_REASSIGNMENTS_REQUEST: Schema = Schema {
    name: "AlterPartitionReassignmentsRequest",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[
        Field::new("TimeoutMs", Int32).defaults_to(60000),
        Field::new("AllowReplicationFactorChange", Bool)
            .since(1)
            .defaults_to(1),
        Field::new(
            "Topics",
            Array(&Struct(ALTER_PARTITION_REASSIGNMENTS_REQUEST_TOPICS)),
        ),
    ],
};

const ALTER_PARTITION_REASSIGNMENTS_RESPONSE_RESPONSES_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
];

const ALTER_PARTITION_REASSIGNMENTS_RESPONSE_RESPONSES: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(
            ALTER_PARTITION_REASSIGNMENTS_RESPONSE_RESPONSES_PARTITIONS,
        )),
    ),
];

pub(super) static ALTER_PARTITION_REASSIGNMENTS_RESPONSE: Schema = Schema {
    name: "AlterPartitionReassignmentsResponse",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("AllowReplicationFactorChange", Bool)
            .since(1)
            .defaults_to(1),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String).nullable(),
        Field::new(
            "Responses",
            Array(&Struct(ALTER_PARTITION_REASSIGNMENTS_RESPONSE_RESPONSES)),
        ),
    ],
};

const LIST_PARTITION_REASSIGNMENTS_REQUEST_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new("PartitionIndexes", Array(&Int32)),
];

pub(super) static LIST_PARTITION_REASSIGNMENTS_REQUEST: Schema = Schema {
    name: "ListPartitionReassignmentsRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("TimeoutMs", Int32).defaults_to(60000),
        Field::new(
            "Topics",
            Array(&Struct(LIST_PARTITION_REASSIGNMENTS_REQUEST_TOPICS)),
        )
        .nullable()
        .defaults_to_null(),
    ],
};

const LIST_PARTITION_REASSIGNMENTS_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("Replicas", Array(&Int32)),
    Field::new("AddingReplicas", Array(&Int32)),
    Field::new("RemovingReplicas", Array(&Int32)),
];

const LIST_PARTITION_REASSIGNMENTS_RESPONSE_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(
            LIST_PARTITION_REASSIGNMENTS_RESPONSE_TOPICS_PARTITIONS,
        )),
    ),
];

pub(super) static LIST_PARTITION_REASSIGNMENTS_RESPONSE: Schema = Schema {
    name: "ListPartitionReassignmentsResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String).nullable(),
        Field::new(
            "Topics",
            Array(&Struct(LIST_PARTITION_REASSIGNMENTS_RESPONSE_TOPICS)),
        ),
    ],
};

const DESCRIBE_TOPIC_PARTITIONS_REQUEST_TOPICS: &[Field] = &[Field::new("Name", String)];

const DESCRIBE_TOPIC_PARTITIONS_REQUEST_CURSOR: &[Field] = &[
    Field::new("TopicName", String),
    Field::new("PartitionIndex", Int32),
];

pub(super) static DESCRIBE_TOPIC_PARTITIONS_REQUEST: Schema = Schema {
    name: "DescribeTopicPartitionsRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new(
            "Topics",
            Array(&Struct(DESCRIBE_TOPIC_PARTITIONS_REQUEST_TOPICS)),
        ),
        Field::new("ResponsePartitionLimit", Int32).defaults_to(2000),
        Field::new("Cursor", Struct(DESCRIBE_TOPIC_PARTITIONS_REQUEST_CURSOR))
            .nullable()
            .defaults_to_null(),
    ],
};

const DESCRIBE_TOPIC_PARTITIONS_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("PartitionIndex", Int32),
    Field::new("LeaderId", Int32),
    Field::new("LeaderEpoch", Int32).defaults_to(-1),
    Field::new("ReplicaNodes", Array(&Int32)),
    Field::new("IsrNodes", Array(&Int32)),
    Field::new("EligibleLeaderReplicas", Array(&Int32))
        .nullable()
        .defaults_to_null(),
    Field::new("LastKnownElr", Array(&Int32))
        .nullable()
        .defaults_to_null(),
    Field::new("OfflineReplicas", Array(&Int32)),
];

const DESCRIBE_TOPIC_PARTITIONS_RESPONSE_TOPICS: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("Name", String).nullable(),
    Field::new("TopicId", Uuid),
    Field::new("IsInternal", Bool),
    Field::new(
        "Partitions",
        Array(&Struct(
            DESCRIBE_TOPIC_PARTITIONS_RESPONSE_TOPICS_PARTITIONS,
        )),
    ),
    Field::new("TopicAuthorizedOperations", Int32).defaults_to(-2147483648),
];

const DESCRIBE_TOPIC_PARTITIONS_RESPONSE_NEXT_CURSOR: &[Field] = &[
    Field::new("TopicName", String),
    Field::new("PartitionIndex", Int32),
];

pub(super) static DESCRIBE_TOPIC_PARTITIONS_RESPONSE: Schema = Schema {
    name: "DescribeTopicPartitionsResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new(
            "Topics",
            Array(&Struct(DESCRIBE_TOPIC_PARTITIONS_RESPONSE_TOPICS)),
        ),
        Field::new(
            "NextCursor",
            Struct(DESCRIBE_TOPIC_PARTITIONS_RESPONSE_NEXT_CURSOR),
        )
        .nullable()
        .defaults_to_null(),
    ],
};
