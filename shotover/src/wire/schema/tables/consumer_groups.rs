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
        Field::new("InstanceId", String).nullable(),
        Field::new("RackId", String).nullable(),
        Field::new("RebalanceTimeoutMs", Int32),
        Field::new("SubscribedTopicNames", Array(&String)).nullable(),
        Field::new("SubscribedTopicRegex", String)
            .since(1)
            .nullable(),
        Field::new("ServerAssignor", String).nullable(),
        Field::new(
            "TopicPartitions",
            Array(&Struct(CONSUMER_GROUP_HEARTBEAT_REQUEST_TOPIC_PARTITIONS)),
        )
        .nullable(),
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
        Field::new("ErrorMessage", String).nullable(),
        Field::new("MemberId", String).nullable(),
        Field::new("MemberEpoch", Int32),
        Field::new("HeartbeatIntervalMs", Int32),
        Field::new(
            "Assignment",
            Struct(CONSUMER_GROUP_HEARTBEAT_RESPONSE_ASSIGNMENT),
        )
        .nullable(),
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
    Field::new("InstanceId", String).nullable(),
    Field::new("RackId", String).nullable(),
    Field::new("MemberEpoch", Int32),
    Field::new("ClientId", String),
    Field::new("ClientHost", String),
    Field::new("SubscribedTopicNames", Array(&String)),
    Field::new("SubscribedTopicRegex", String).nullable(),
    Field::new(
        "Assignment",
        Struct(CONSUMER_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT),
    ),
    Field::new(
        "TargetAssignment",
        Struct(CONSUMER_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TARGET_ASSIGNMENT),
    ),
    Field::new("MemberType", Int8).since(1),
];

const CONSUMER_GROUP_DESCRIBE_RESPONSE_GROUPS: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
    Field::new("GroupId", String),
    Field::new("GroupState", String),
    Field::new("GroupEpoch", Int32),
    Field::new("AssignmentEpoch", Int32),
    Field::new("AssignorName", String),
    Field::new(
        "Members",
        Array(&Struct(CONSUMER_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS)),
    ),
    Field::new("AuthorizedOperations", Int32),
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
