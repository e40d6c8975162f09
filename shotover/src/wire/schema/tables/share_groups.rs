//! What do the messages about share groups look like? Generated: see `schema/mod.rs`.

use crate::wire::schema::Type::{
    Array, Bool, Int8, Int16, Int32, Int64, Records, String, Struct, Uuid,
};
use crate::wire::schema::{Field, Schema};

pub(super) static SHARE_GROUP_HEARTBEAT_REQUEST: Schema = Schema {
    name: "ShareGroupHeartbeatRequest",
    versions: (1, 1),
    flexible: Some(0),
    fields: &[
        Field::new("GroupId", String),
        Field::new("MemberId", String),
        Field::new("MemberEpoch", Int32),
        Field::new("RackId", String).nullable().defaults_to_null(),
        Field::new("SubscribedTopicNames", Array(&String))
            .nullable()
            .defaults_to_null(),
    ],
};

const SHARE_GROUP_HEARTBEAT_RESPONSE_ASSIGNMENT_TOPIC_PARTITIONS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new("Partitions", Array(&Int32)),
];

const SHARE_GROUP_HEARTBEAT_RESPONSE_ASSIGNMENT: &[Field] = &[Field::new(
    "TopicPartitions",
    Array(&Struct(
        SHARE_GROUP_HEARTBEAT_RESPONSE_ASSIGNMENT_TOPIC_PARTITIONS,
    )),
)];

pub(super) static SHARE_GROUP_HEARTBEAT_RESPONSE: Schema = Schema {
    name: "ShareGroupHeartbeatResponse",
    versions: (1, 1),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String)
            .nullable()
            .defaults_to_null(),
        Field::new("MemberId", String).nullable().defaults_to_null(),
        Field::new("MemberEpoch", Int32),
        Field::new("HeartbeatIntervalMs", Int32),
        Field::new(
            "Assignment",
            Struct(SHARE_GROUP_HEARTBEAT_RESPONSE_ASSIGNMENT),
        )
        .nullable()
        .defaults_to_null(),
    ],
};

pub(super) static SHARE_GROUP_DESCRIBE_REQUEST: Schema = Schema {
    name: "ShareGroupDescribeRequest",
    versions: (1, 1),
    flexible: Some(0),
    fields: &[
        Field::new("GroupIds", Array(&String)),
        Field::new("IncludeAuthorizedOperations", Bool),
    ],
};

const SHARE_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT_TOPIC_PARTITIONS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new("TopicName", String),
    Field::new("Partitions", Array(&Int32)),
];

const SHARE_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT: &[Field] = &[Field::new(
    "TopicPartitions",
    Array(&Struct(
        SHARE_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT_TOPIC_PARTITIONS,
    )),
)];

const SHARE_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS: &[Field] = &[
    Field::new("MemberId", String),
    Field::new("RackId", String).nullable().defaults_to_null(),
    Field::new("MemberEpoch", Int32),
    Field::new("ClientId", String),
    Field::new("ClientHost", String),
    Field::new("SubscribedTopicNames", Array(&String)),
    Field::new(
        "Assignment",
        Struct(SHARE_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT),
    ),
];

const SHARE_GROUP_DESCRIBE_RESPONSE_GROUPS: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String)
        .nullable()
        .defaults_to_null(),
    Field::new("GroupId", String),
    Field::new("GroupState", String),
    Field::new("GroupEpoch", Int32),
    Field::new("AssignmentEpoch", Int32),
    Field::new("AssignorName", String),
    Field::new(
        "Members",
        Array(&Struct(SHARE_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS)),
    ),
    Field::new("AuthorizedOperations", Int32).defaults_to(-2147483648),
];

pub(super) static SHARE_GROUP_DESCRIBE_RESPONSE: Schema = Schema {
    name: "ShareGroupDescribeResponse",
    versions: (1, 1),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new(
            "Groups",
            Array(&Struct(SHARE_GROUP_DESCRIBE_RESPONSE_GROUPS)),
        ),
    ],
};

const SHARE_FETCH_REQUEST_TOPICS_PARTITIONS_ACKNOWLEDGEMENT_BATCHES: &[Field] = &[
    Field::new("FirstOffset", Int64),
    Field::new("LastOffset", Int64),
    Field::new("AcknowledgeTypes", Array(&Int8)),
];

const SHARE_FETCH_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new(
        "AcknowledgementBatches",
        Array(&Struct(
            SHARE_FETCH_REQUEST_TOPICS_PARTITIONS_ACKNOWLEDGEMENT_BATCHES,
        )),
    ),
];

const SHARE_FETCH_REQUEST_TOPICS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(SHARE_FETCH_REQUEST_TOPICS_PARTITIONS)),
    ),
];

const SHARE_FETCH_REQUEST_FORGOTTEN_TOPICS_DATA: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new("Partitions", Array(&Int32)),
];

pub(super) static SHARE_FETCH_REQUEST: Schema = Schema {
    name: "ShareFetchRequest",
    versions: (1, 2),
    flexible: Some(0),
    fields: &[
        Field::new("GroupId", String).nullable().defaults_to_null(),
        Field::new("MemberId", String).nullable(),
        Field::new("ShareSessionEpoch", Int32),
        Field::new("MaxWaitMs", Int32),
        Field::new("MinBytes", Int32),
        Field::new("MaxBytes", Int32).defaults_to(2147483647),
        Field::new("MaxRecords", Int32),
        Field::new("BatchSize", Int32),
        Field::new("ShareAcquireMode", Int8).since(2),
        Field::new("IsRenewAck", Bool).since(2),
        Field::new("Topics", Array(&Struct(SHARE_FETCH_REQUEST_TOPICS))),
        Field::new(
            "ForgottenTopicsData",
            Array(&Struct(SHARE_FETCH_REQUEST_FORGOTTEN_TOPICS_DATA)),
        ),
    ],
};

const SHARE_FETCH_RESPONSE_RESPONSES_PARTITIONS_CURRENT_LEADER: &[Field] = &[
    Field::new("LeaderId", Int32),
    Field::new("LeaderEpoch", Int32),
];

const SHARE_FETCH_RESPONSE_RESPONSES_PARTITIONS_ACQUIRED_RECORDS: &[Field] = &[
    Field::new("FirstOffset", Int64),
    Field::new("LastOffset", Int64),
    Field::new("DeliveryCount", Int16),
];

const SHARE_FETCH_RESPONSE_RESPONSES_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String)
        .nullable()
        .defaults_to_null(),
    Field::new("AcknowledgeErrorCode", Int16),
    Field::new("AcknowledgeErrorMessage", String)
        .nullable()
        .defaults_to_null(),
    Field::new(
        "CurrentLeader",
        Struct(SHARE_FETCH_RESPONSE_RESPONSES_PARTITIONS_CURRENT_LEADER),
    ),
    Field::new("Records", Records),
    Field::new(
        "AcquiredRecords",
        Array(&Struct(
            SHARE_FETCH_RESPONSE_RESPONSES_PARTITIONS_ACQUIRED_RECORDS,
        )),
    ),
];

const SHARE_FETCH_RESPONSE_RESPONSES: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(SHARE_FETCH_RESPONSE_RESPONSES_PARTITIONS)),
    ),
];

const SHARE_FETCH_RESPONSE_NODE_ENDPOINTS: &[Field] = &[
    Field::new("NodeId", Int32),
    Field::new("Host", String),
    Field::new("Port", Int32),
    Field::new("Rack", String).nullable().defaults_to_null(),
];

pub(super) static SHARE_FETCH_RESPONSE: Schema = Schema {
    name: "ShareFetchResponse",
    versions: (1, 2),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String)
            .nullable()
            .defaults_to_null(),
        Field::new("AcquisitionLockTimeoutMs", Int32),
        Field::new("Responses", Array(&Struct(SHARE_FETCH_RESPONSE_RESPONSES))),
        Field::new(
            "NodeEndpoints",
            Array(&Struct(SHARE_FETCH_RESPONSE_NODE_ENDPOINTS)),
        ),
    ],
};

const SHARE_ACKNOWLEDGE_REQUEST_TOPICS_PARTITIONS_ACKNOWLEDGEMENT_BATCHES: &[Field] = &[
    Field::new("FirstOffset", Int64),
    Field::new("LastOffset", Int64),
    Field::new("AcknowledgeTypes", Array(&Int8)),
];

const SHARE_ACKNOWLEDGE_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new(
        "AcknowledgementBatches",
        Array(&Struct(
            SHARE_ACKNOWLEDGE_REQUEST_TOPICS_PARTITIONS_ACKNOWLEDGEMENT_BATCHES,
        )),
    ),
];

const SHARE_ACKNOWLEDGE_REQUEST_TOPICS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(SHARE_ACKNOWLEDGE_REQUEST_TOPICS_PARTITIONS)),
    ),
];

pub(super) static SHARE_ACKNOWLEDGE_REQUEST: Schema = Schema {
    name: "ShareAcknowledgeRequest",
    versions: (1, 2),
    flexible: Some(0),
    fields: &[
        Field::new("GroupId", String).nullable().defaults_to_null(),
        Field::new("MemberId", String).nullable(),
        Field::new("ShareSessionEpoch", Int32),
        Field::new("IsRenewAck", Bool).since(2),
        Field::new("Topics", Array(&Struct(SHARE_ACKNOWLEDGE_REQUEST_TOPICS))),
    ],
};

const SHARE_ACKNOWLEDGE_RESPONSE_RESPONSES_PARTITIONS_CURRENT_LEADER: &[Field] = &[
    Field::new("LeaderId", Int32),
    Field::new("LeaderEpoch", Int32),
];

const SHARE_ACKNOWLEDGE_RESPONSE_RESPONSES_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String)
        .nullable()
        .defaults_to_null(),
    Field::new(
        "CurrentLeader",
        Struct(SHARE_ACKNOWLEDGE_RESPONSE_RESPONSES_PARTITIONS_CURRENT_LEADER),
    ),
];

const SHARE_ACKNOWLEDGE_RESPONSE_RESPONSES: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(SHARE_ACKNOWLEDGE_RESPONSE_RESPONSES_PARTITIONS)),
    ),
];

const SHARE_ACKNOWLEDGE_RESPONSE_NODE_ENDPOINTS: &[Field] = &[
    Field::new("NodeId", Int32),
    Field::new("Host", String),
    Field::new("Port", Int32),
    Field::new("Rack", String).nullable().defaults_to_null(),
];

pub(super) static SHARE_ACKNOWLEDGE_RESPONSE: Schema = Schema {
    name: "ShareAcknowledgeResponse",
    versions: (1, 2),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String)
            .nullable()
            .defaults_to_null(),
        Field::new("AcquisitionLockTimeoutMs", Int32).since(2),
        Field::new(
            "Responses",
            Array(&Struct(SHARE_ACKNOWLEDGE_RESPONSE_RESPONSES)),
        ),
        Field::new(
            "NodeEndpoints",
            Array(&Struct(SHARE_ACKNOWLEDGE_RESPONSE_NODE_ENDPOINTS)),
        ),
    ],
};
