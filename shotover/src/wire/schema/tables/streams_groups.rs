//! What do the messages about groups of Kafka Streams look like? Generated: see `schema/mod.rs`.

use crate::wire::schema::Type::{Array, Bool, Int8, Int16, Int32, Int64, String, Struct, Uint16};
use crate::wire::schema::{Field, Schema};

const STREAMS_GROUP_HEARTBEAT_REQUEST_TOPOLOGY_SUBTOPOLOGIES_STATE_CHANGELOG_TOPICS_TOPIC_CONFIGS: &[Field] = &[Field::new("Key", String), Field::new("Value", String)];

const STREAMS_GROUP_HEARTBEAT_REQUEST_TOPOLOGY_SUBTOPOLOGIES_STATE_CHANGELOG_TOPICS: &[Field] = &[Field::new("Name", String), Field::new("Partitions", Int32), Field::new("ReplicationFactor", Int16), Field::new("TopicConfigs", Array(&Struct(STREAMS_GROUP_HEARTBEAT_REQUEST_TOPOLOGY_SUBTOPOLOGIES_STATE_CHANGELOG_TOPICS_TOPIC_CONFIGS)))];

const STREAMS_GROUP_HEARTBEAT_REQUEST_TOPOLOGY_SUBTOPOLOGIES_REPARTITION_SOURCE_TOPICS_TOPIC_CONFIGS: &[Field] = &[Field::new("Key", String), Field::new("Value", String)];

const STREAMS_GROUP_HEARTBEAT_REQUEST_TOPOLOGY_SUBTOPOLOGIES_REPARTITION_SOURCE_TOPICS: &[Field] = &[Field::new("Name", String), Field::new("Partitions", Int32), Field::new("ReplicationFactor", Int16), Field::new("TopicConfigs", Array(&Struct(STREAMS_GROUP_HEARTBEAT_REQUEST_TOPOLOGY_SUBTOPOLOGIES_REPARTITION_SOURCE_TOPICS_TOPIC_CONFIGS)))];

const STREAMS_GROUP_HEARTBEAT_REQUEST_TOPOLOGY_SUBTOPOLOGIES_COPARTITION_GROUPS: &[Field] = &[
    Field::new("SourceTopics", Array(&Int16)),
    Field::new("SourceTopicRegex", Array(&Int16)),
    Field::new("RepartitionSourceTopics", Array(&Int16)),
];

const STREAMS_GROUP_HEARTBEAT_REQUEST_TOPOLOGY_SUBTOPOLOGIES: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("SourceTopics", Array(&String)),
    Field::new("SourceTopicRegex", Array(&String)),
    Field::new(
        "StateChangelogTopics",
        Array(&Struct(
            STREAMS_GROUP_HEARTBEAT_REQUEST_TOPOLOGY_SUBTOPOLOGIES_STATE_CHANGELOG_TOPICS,
        )),
    ),
    Field::new("RepartitionSinkTopics", Array(&String)),
    Field::new(
        "RepartitionSourceTopics",
        Array(&Struct(
            STREAMS_GROUP_HEARTBEAT_REQUEST_TOPOLOGY_SUBTOPOLOGIES_REPARTITION_SOURCE_TOPICS,
        )),
    ),
    Field::new(
        "CopartitionGroups",
        Array(&Struct(
            STREAMS_GROUP_HEARTBEAT_REQUEST_TOPOLOGY_SUBTOPOLOGIES_COPARTITION_GROUPS,
        )),
    ),
];

const STREAMS_GROUP_HEARTBEAT_REQUEST_TOPOLOGY: &[Field] = &[
    Field::new("Epoch", Int32),
    Field::new(
        "Subtopologies",
        Array(&Struct(
            STREAMS_GROUP_HEARTBEAT_REQUEST_TOPOLOGY_SUBTOPOLOGIES,
        )),
    ),
];

const STREAMS_GROUP_HEARTBEAT_REQUEST_ACTIVE_TASKS: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("Partitions", Array(&Int32)),
];

const STREAMS_GROUP_HEARTBEAT_REQUEST_STANDBY_TASKS: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("Partitions", Array(&Int32)),
];

const STREAMS_GROUP_HEARTBEAT_REQUEST_WARMUP_TASKS: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("Partitions", Array(&Int32)),
];

const STREAMS_GROUP_HEARTBEAT_REQUEST_USER_ENDPOINT: &[Field] =
    &[Field::new("Host", String), Field::new("Port", Uint16)];

const STREAMS_GROUP_HEARTBEAT_REQUEST_CLIENT_TAGS: &[Field] =
    &[Field::new("Key", String), Field::new("Value", String)];

const STREAMS_GROUP_HEARTBEAT_REQUEST_TASK_OFFSETS: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("Partition", Int32),
    Field::new("Offset", Int64),
];

const STREAMS_GROUP_HEARTBEAT_REQUEST_TASK_END_OFFSETS: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("Partition", Int32),
    Field::new("Offset", Int64),
];

pub(super) static STREAMS_GROUP_HEARTBEAT_REQUEST: Schema = Schema {
    name: "StreamsGroupHeartbeatRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("GroupId", String),
        Field::new("MemberId", String),
        Field::new("MemberEpoch", Int32),
        Field::new("EndpointInformationEpoch", Int32),
        Field::new("InstanceId", String)
            .nullable()
            .defaults_to_null(),
        Field::new("RackId", String).nullable().defaults_to_null(),
        Field::new("RebalanceTimeoutMs", Int32).defaults_to(-1),
        Field::new("Topology", Struct(STREAMS_GROUP_HEARTBEAT_REQUEST_TOPOLOGY))
            .nullable()
            .defaults_to_null(),
        Field::new(
            "ActiveTasks",
            Array(&Struct(STREAMS_GROUP_HEARTBEAT_REQUEST_ACTIVE_TASKS)),
        )
        .nullable()
        .defaults_to_null(),
        Field::new(
            "StandbyTasks",
            Array(&Struct(STREAMS_GROUP_HEARTBEAT_REQUEST_STANDBY_TASKS)),
        )
        .nullable()
        .defaults_to_null(),
        Field::new(
            "WarmupTasks",
            Array(&Struct(STREAMS_GROUP_HEARTBEAT_REQUEST_WARMUP_TASKS)),
        )
        .nullable()
        .defaults_to_null(),
        Field::new("ProcessId", String)
            .nullable()
            .defaults_to_null(),
        Field::new(
            "UserEndpoint",
            Struct(STREAMS_GROUP_HEARTBEAT_REQUEST_USER_ENDPOINT),
        )
        .nullable()
        .defaults_to_null(),
        Field::new(
            "ClientTags",
            Array(&Struct(STREAMS_GROUP_HEARTBEAT_REQUEST_CLIENT_TAGS)),
        )
        .nullable()
        .defaults_to_null(),
        Field::new(
            "TaskOffsets",
            Array(&Struct(STREAMS_GROUP_HEARTBEAT_REQUEST_TASK_OFFSETS)),
        )
        .nullable()
        .defaults_to_null(),
        Field::new(
            "TaskEndOffsets",
            Array(&Struct(STREAMS_GROUP_HEARTBEAT_REQUEST_TASK_END_OFFSETS)),
        )
        .nullable()
        .defaults_to_null(),
        Field::new("ShutdownApplication", Bool),
    ],
};

const STREAMS_GROUP_HEARTBEAT_RESPONSE_STATUS: &[Field] = &[
    Field::new("StatusCode", Int8),
    Field::new("StatusDetail", String),
];

const STREAMS_GROUP_HEARTBEAT_RESPONSE_ACTIVE_TASKS: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("Partitions", Array(&Int32)),
];

const STREAMS_GROUP_HEARTBEAT_RESPONSE_STANDBY_TASKS: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("Partitions", Array(&Int32)),
];

const STREAMS_GROUP_HEARTBEAT_RESPONSE_WARMUP_TASKS: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("Partitions", Array(&Int32)),
];

const STREAMS_GROUP_HEARTBEAT_RESPONSE_PARTITIONS_BY_USER_ENDPOINT_USER_ENDPOINT: &[Field] =
    &[Field::new("Host", String), Field::new("Port", Uint16)];

const STREAMS_GROUP_HEARTBEAT_RESPONSE_PARTITIONS_BY_USER_ENDPOINT_ACTIVE_PARTITIONS: &[Field] = &[
    Field::new("Topic", String),
    Field::new("Partitions", Array(&Int32)),
];

const STREAMS_GROUP_HEARTBEAT_RESPONSE_PARTITIONS_BY_USER_ENDPOINT_STANDBY_PARTITIONS: &[Field] = &[
    Field::new("Topic", String),
    Field::new("Partitions", Array(&Int32)),
];

const STREAMS_GROUP_HEARTBEAT_RESPONSE_PARTITIONS_BY_USER_ENDPOINT: &[Field] = &[
    Field::new(
        "UserEndpoint",
        Struct(STREAMS_GROUP_HEARTBEAT_RESPONSE_PARTITIONS_BY_USER_ENDPOINT_USER_ENDPOINT),
    ),
    Field::new(
        "ActivePartitions",
        Array(&Struct(
            STREAMS_GROUP_HEARTBEAT_RESPONSE_PARTITIONS_BY_USER_ENDPOINT_ACTIVE_PARTITIONS,
        )),
    ),
    Field::new(
        "StandbyPartitions",
        Array(&Struct(
            STREAMS_GROUP_HEARTBEAT_RESPONSE_PARTITIONS_BY_USER_ENDPOINT_STANDBY_PARTITIONS,
        )),
    ),
];

pub(super) static STREAMS_GROUP_HEARTBEAT_RESPONSE: Schema = Schema {
    name: "StreamsGroupHeartbeatResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String)
            .nullable()
            .defaults_to_null(),
        Field::new("MemberId", String),
        Field::new("MemberEpoch", Int32),
        Field::new("HeartbeatIntervalMs", Int32),
        Field::new("AcceptableRecoveryLagLegacy", Int32),
        Field::new("TaskOffsetIntervalMs", Int32),
        Field::new(
            "Status",
            Array(&Struct(STREAMS_GROUP_HEARTBEAT_RESPONSE_STATUS)),
        )
        .nullable()
        .defaults_to_null(),
        Field::new(
            "ActiveTasks",
            Array(&Struct(STREAMS_GROUP_HEARTBEAT_RESPONSE_ACTIVE_TASKS)),
        )
        .nullable()
        .defaults_to_null(),
        Field::new(
            "StandbyTasks",
            Array(&Struct(STREAMS_GROUP_HEARTBEAT_RESPONSE_STANDBY_TASKS)),
        )
        .nullable()
        .defaults_to_null(),
        Field::new(
            "WarmupTasks",
            Array(&Struct(STREAMS_GROUP_HEARTBEAT_RESPONSE_WARMUP_TASKS)),
        )
        .nullable()
        .defaults_to_null(),
        Field::new("EndpointInformationEpoch", Int32),
        Field::new(
            "PartitionsByUserEndpoint",
            Array(&Struct(
                STREAMS_GROUP_HEARTBEAT_RESPONSE_PARTITIONS_BY_USER_ENDPOINT,
            )),
        )
        .nullable()
        .defaults_to_null(),
    ],
};

pub(super) static STREAMS_GROUP_DESCRIBE_REQUEST: Schema = Schema {
    name: "StreamsGroupDescribeRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("GroupIds", Array(&String)),
        Field::new("IncludeAuthorizedOperations", Bool),
    ],
};

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_TOPOLOGY_SUBTOPOLOGIES_STATE_CHANGELOG_TOPICS_TOPIC_CONFIGS: &[Field] = &[Field::new("Key", String), Field::new("Value", String)];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_TOPOLOGY_SUBTOPOLOGIES_STATE_CHANGELOG_TOPICS: &[Field] = &[Field::new("Name", String), Field::new("Partitions", Int32), Field::new("ReplicationFactor", Int16), Field::new("TopicConfigs", Array(&Struct(STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_TOPOLOGY_SUBTOPOLOGIES_STATE_CHANGELOG_TOPICS_TOPIC_CONFIGS)))];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_TOPOLOGY_SUBTOPOLOGIES_REPARTITION_SOURCE_TOPICS_TOPIC_CONFIGS: &[Field] = &[Field::new("Key", String), Field::new("Value", String)];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_TOPOLOGY_SUBTOPOLOGIES_REPARTITION_SOURCE_TOPICS: &[Field] = &[Field::new("Name", String), Field::new("Partitions", Int32), Field::new("ReplicationFactor", Int16), Field::new("TopicConfigs", Array(&Struct(STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_TOPOLOGY_SUBTOPOLOGIES_REPARTITION_SOURCE_TOPICS_TOPIC_CONFIGS)))];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_TOPOLOGY_SUBTOPOLOGIES: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("SourceTopics", Array(&String)),
    Field::new("RepartitionSinkTopics", Array(&String)),
    Field::new(
        "StateChangelogTopics",
        Array(&Struct(
            STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_TOPOLOGY_SUBTOPOLOGIES_STATE_CHANGELOG_TOPICS,
        )),
    ),
    Field::new(
        "RepartitionSourceTopics",
        Array(&Struct(
            STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_TOPOLOGY_SUBTOPOLOGIES_REPARTITION_SOURCE_TOPICS,
        )),
    ),
];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_TOPOLOGY: &[Field] = &[
    Field::new("Epoch", Int32),
    Field::new(
        "Subtopologies",
        Array(&Struct(
            STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_TOPOLOGY_SUBTOPOLOGIES,
        )),
    )
    .nullable()
    .defaults_to_null(),
];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_USER_ENDPOINT: &[Field] =
    &[Field::new("Host", String), Field::new("Port", Uint16)];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_CLIENT_TAGS: &[Field] =
    &[Field::new("Key", String), Field::new("Value", String)];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TASK_OFFSETS: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("Partition", Int32),
    Field::new("Offset", Int64),
];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TASK_END_OFFSETS: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("Partition", Int32),
    Field::new("Offset", Int64),
];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT_ACTIVE_TASKS: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("Partitions", Array(&Int32)),
];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT_STANDBY_TASKS: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("Partitions", Array(&Int32)),
];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT_WARMUP_TASKS: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("Partitions", Array(&Int32)),
];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT: &[Field] = &[
    Field::new(
        "ActiveTasks",
        Array(&Struct(
            STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT_ACTIVE_TASKS,
        )),
    ),
    Field::new(
        "StandbyTasks",
        Array(&Struct(
            STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT_STANDBY_TASKS,
        )),
    ),
    Field::new(
        "WarmupTasks",
        Array(&Struct(
            STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT_WARMUP_TASKS,
        )),
    ),
];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TARGET_ASSIGNMENT_ACTIVE_TASKS: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("Partitions", Array(&Int32)),
];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TARGET_ASSIGNMENT_STANDBY_TASKS: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("Partitions", Array(&Int32)),
];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TARGET_ASSIGNMENT_WARMUP_TASKS: &[Field] = &[
    Field::new("SubtopologyId", String),
    Field::new("Partitions", Array(&Int32)),
];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TARGET_ASSIGNMENT: &[Field] = &[
    Field::new(
        "ActiveTasks",
        Array(&Struct(
            STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TARGET_ASSIGNMENT_ACTIVE_TASKS,
        )),
    ),
    Field::new(
        "StandbyTasks",
        Array(&Struct(
            STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TARGET_ASSIGNMENT_STANDBY_TASKS,
        )),
    ),
    Field::new(
        "WarmupTasks",
        Array(&Struct(
            STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TARGET_ASSIGNMENT_WARMUP_TASKS,
        )),
    ),
];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS: &[Field] = &[
    Field::new("MemberId", String),
    Field::new("MemberEpoch", Int32),
    Field::new("InstanceId", String)
        .nullable()
        .defaults_to_null(),
    Field::new("RackId", String).nullable().defaults_to_null(),
    Field::new("ClientId", String),
    Field::new("ClientHost", String),
    Field::new("TopologyEpoch", Int32),
    Field::new("ProcessId", String),
    Field::new(
        "UserEndpoint",
        Struct(STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_USER_ENDPOINT),
    )
    .nullable()
    .defaults_to_null(),
    Field::new(
        "ClientTags",
        Array(&Struct(
            STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_CLIENT_TAGS,
        )),
    ),
    Field::new(
        "TaskOffsets",
        Array(&Struct(
            STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TASK_OFFSETS,
        )),
    ),
    Field::new(
        "TaskEndOffsets",
        Array(&Struct(
            STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TASK_END_OFFSETS,
        )),
    ),
    Field::new(
        "Assignment",
        Struct(STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_ASSIGNMENT),
    ),
    Field::new(
        "TargetAssignment",
        Struct(STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS_TARGET_ASSIGNMENT),
    ),
    Field::new("IsClassic", Bool),
];

const STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String)
        .nullable()
        .defaults_to_null(),
    Field::new("GroupId", String),
    Field::new("GroupState", String),
    Field::new("GroupEpoch", Int32),
    Field::new("AssignmentEpoch", Int32),
    Field::new(
        "Topology",
        Struct(STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_TOPOLOGY),
    )
    .nullable()
    .defaults_to_null(),
    Field::new(
        "Members",
        Array(&Struct(STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS_MEMBERS)),
    ),
    Field::new("AuthorizedOperations", Int32).defaults_to(-2147483648),
];

pub(super) static STREAMS_GROUP_DESCRIBE_RESPONSE: Schema = Schema {
    name: "StreamsGroupDescribeResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new(
            "Groups",
            Array(&Struct(STREAMS_GROUP_DESCRIBE_RESPONSE_GROUPS)),
        ),
    ],
};
