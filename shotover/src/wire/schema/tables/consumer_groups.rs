//! What do the messages about groups of the newer protocol look like? Generated: see `schema/mod.rs`.

use crate::wire::schema::Type::{Array, Bool, Int8, Int16, Int32, String, Struct, Uuid};
use crate::wire::schema::{Field, Schema};

const CONSUMER_GROUP_HEARTBEAT_REQUEST_TOPIC_PARTITIONS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new("Partitions", Array(&Int32)),
];

pub(super) static CONSUMER_GROUP_HEARTBEAT_REQUEST: Schema = Schema {
    name: "ConsumerGroupHeartbeatRequest",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[
        Field::new("GroupId", String),
        Field::new("MemberId", String),
        Field::new("MemberEpoch", Int32),
        Field::new("InstanceId", String)
            .nullable()
            .defaults_to_null(),
        Field::new("RackId", String).nullable().defaults_to_null(),
        Field::new("RebalanceTimeoutMs", Int32).defaults_to(-1),
        Field::new("SubscribedTopicNames", Array(&String))
            .nullable()
            .defaults_to_null(),
        Field::new("SubscribedTopicRegex", String)
            .since(1)
            .nullable()
            .defaults_to_null(),
        Field::new("ServerAssignor", String)
            .nullable()
            .defaults_to_null(),
        Field::new(
            "TopicPartitions",
            Array(&Struct(CONSUMER_GROUP_HEARTBEAT_REQUEST_TOPIC_PARTITIONS)),
        )
        .nullable()
        .defaults_to_null(),
    ],
};

const CONSUMER_GROUP_HEARTBEAT_RESPONSE_ASSIGNMENT_TOPIC_PARTITIONS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new("Partitions", Array(&Int32)),
];

const CONSUMER_GROUP_HEARTBEAT_RESPONSE_ASSIGNMENT: &[Field] = &[Field::new(
    "TopicPartitions",
    Array(&Struct(
        CONSUMER_GROUP_HEARTBEAT_RESPONSE_ASSIGNMENT_TOPIC_PARTITIONS,
    )),
)];

pub(super) static CONSUMER_GROUP_HEARTBEAT_RESPONSE: Schema = Schema {
    name: "ConsumerGroupHeartbeatResponse",
    versions: (0, 1),
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
            Struct(CONSUMER_GROUP_HEARTBEAT_RESPONSE_ASSIGNMENT),
        )
        .nullable()
        .defaults_to_null(),
    ],
};

pub(super) static CONSUMER_GROUP_DESCRIBE_REQUEST: Schema = Schema {
    name: "ConsumerGroupDescribeRequest",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[
        Field::new("GroupIds", Array(&String)),
        Field::new("IncludeAuthorizedOperations", Bool),
    ],
};

const CONSUMER_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT_TOPIC_PARTITIONS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new("TopicName", String),
    Field::new("Partitions", Array(&Int32)),
];

const CONSUMER_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT: &[Field] = &[Field::new(
    "TopicPartitions",
    Array(&Struct(
        CONSUMER_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT_TOPIC_PARTITIONS,
    )),
)];

const CONSUMER_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TARGET_ASSIGNMENT_TOPIC_PARTITIONS:
    &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new("TopicName", String),
    Field::new("Partitions", Array(&Int32)),
];

const CONSUMER_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TARGET_ASSIGNMENT: &[Field] = &[Field::new(
    "TopicPartitions",
    Array(&Struct(
        CONSUMER_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TARGET_ASSIGNMENT_TOPIC_PARTITIONS,
    )),
)];

const CONSUMER_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS: &[Field] = &[
    Field::new("MemberId", String),
    Field::new("InstanceId", String)
        .nullable()
        .defaults_to_null(),
    Field::new("RackId", String).nullable().defaults_to_null(),
    Field::new("MemberEpoch", Int32),
    Field::new("ClientId", String),
    Field::new("ClientHost", String),
    Field::new("SubscribedTopicNames", Array(&String)),
    Field::new("SubscribedTopicRegex", String)
        .nullable()
        .defaults_to_null(),
    Field::new(
        "Assignment",
        Struct(CONSUMER_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT),
    ),
    Field::new(
        "TargetAssignment",
        Struct(CONSUMER_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TARGET_ASSIGNMENT),
    ),
    Field::new("MemberType", Int8).since(1).defaults_to(-1),
];

const CONSUMER_GROUP_DESCRIBE_RESPONSE_GROUPS: &[Field] = &[
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
        Array(&Struct(CONSUMER_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS)),
    ),
    Field::new("AuthorizedOperations", Int32).defaults_to(-2147483648),
];

pub(super) static CONSUMER_GROUP_DESCRIBE_RESPONSE: Schema = Schema {
    name: "ConsumerGroupDescribeResponse",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new(
            "Groups",
            Array(&Struct(CONSUMER_GROUP_DESCRIBE_RESPONSE_GROUPS)),
        ),
    ],
};
