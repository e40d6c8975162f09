//! What do the messages about groups and their offsets look like? Generated: see `schema/mod.rs`.

use crate::wire::schema::Type::{Array, Bool, Bytes, Int16, Int32, Int64, String, Struct, Uuid};
use crate::wire::schema::{Field, Schema};

const OFFSET_COMMIT_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("CommittedOffset", Int64),
    Field::new("CommittedLeaderEpoch", Int32)
        .since(6)
        .defaults_to(-1),
    Field::new("CommittedMetadata", String).nullable(),
];

const OFFSET_COMMIT_REQUEST_TOPICS: &[Field] = &[
    Field::new("Name", String).until(9),
    Field::new("TopicId", Uuid).since(10),
    Field::new(
        "Partitions",
        Array(&Struct(OFFSET_COMMIT_REQUEST_TOPICS_PARTITIONS)),
    ),
];

pub(super) static OFFSET_COMMIT_REQUEST: Schema = Schema {
    name: "OffsetCommitRequest",
    versions: (2, 10),
    flexible: Some(8),
    fields: &[
        Field::new("GroupId", String),
        Field::new("GenerationIdOrMemberEpoch", Int32).defaults_to(-1),
        Field::new("MemberId", String),
        Field::new("GroupInstanceId", String)
            .since(7)
            .nullable()
            .defaults_to_null(),
        Field::new("RetentionTimeMs", Int64)
            .until(4)
            .defaults_to(-1),
        Field::new("Topics", Array(&Struct(OFFSET_COMMIT_REQUEST_TOPICS))),
    ],
};

const OFFSET_COMMIT_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
];

const OFFSET_COMMIT_RESPONSE_TOPICS: &[Field] = &[
    Field::new("Name", String).until(9),
    Field::new("TopicId", Uuid).since(10),
    Field::new(
        "Partitions",
        Array(&Struct(OFFSET_COMMIT_RESPONSE_TOPICS_PARTITIONS)),
    ),
];

pub(super) static OFFSET_COMMIT_RESPONSE: Schema = Schema {
    name: "OffsetCommitResponse",
    versions: (2, 10),
    flexible: Some(8),
    fields: &[
        Field::new("ThrottleTimeMs", Int32).since(3),
        Field::new("Topics", Array(&Struct(OFFSET_COMMIT_RESPONSE_TOPICS))),
    ],
};

const OFFSET_FETCH_REQUEST_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new("PartitionIndexes", Array(&Int32)),
];

const OFFSET_FETCH_REQUEST_GROUPS_TOPICS: &[Field] = &[
    Field::new("Name", String).until(9),
    Field::new("TopicId", Uuid).since(10),
    Field::new("PartitionIndexes", Array(&Int32)),
];

const OFFSET_FETCH_REQUEST_GROUPS: &[Field] = &[
    Field::new("GroupId", String),
    Field::new("MemberId", String)
        .since(9)
        .nullable()
        .defaults_to_null(),
    Field::new("MemberEpoch", Int32).since(9).defaults_to(-1),
    Field::new("Topics", Array(&Struct(OFFSET_FETCH_REQUEST_GROUPS_TOPICS))).nullable(),
];

pub(super) static OFFSET_FETCH_REQUEST: Schema = Schema {
    name: "OffsetFetchRequest",
    versions: (1, 10),
    flexible: Some(6),
    fields: &[
        Field::new("GroupId", String).until(7),
        Field::new("Topics", Array(&Struct(OFFSET_FETCH_REQUEST_TOPICS)))
            .until(7)
            .nullable_since(2),
        Field::new("Groups", Array(&Struct(OFFSET_FETCH_REQUEST_GROUPS))).since(8),
        Field::new("RequireStable", Bool).since(7),
    ],
};

const OFFSET_FETCH_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("CommittedOffset", Int64),
    Field::new("CommittedLeaderEpoch", Int32)
        .since(5)
        .defaults_to(-1),
    Field::new("Metadata", String).nullable(),
    Field::new("ErrorCode", Int16),
];

const OFFSET_FETCH_RESPONSE_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(OFFSET_FETCH_RESPONSE_TOPICS_PARTITIONS)),
    ),
];

const OFFSET_FETCH_RESPONSE_GROUPS_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("CommittedOffset", Int64),
    Field::new("CommittedLeaderEpoch", Int32).defaults_to(-1),
    Field::new("Metadata", String).nullable(),
    Field::new("ErrorCode", Int16),
];

const OFFSET_FETCH_RESPONSE_GROUPS_TOPICS: &[Field] = &[
    Field::new("Name", String).until(9),
    Field::new("TopicId", Uuid).since(10),
    Field::new(
        "Partitions",
        Array(&Struct(OFFSET_FETCH_RESPONSE_GROUPS_TOPICS_PARTITIONS)),
    ),
];

const OFFSET_FETCH_RESPONSE_GROUPS: &[Field] = &[
    Field::new("GroupId", String),
    Field::new(
        "Topics",
        Array(&Struct(OFFSET_FETCH_RESPONSE_GROUPS_TOPICS)),
    ),
    Field::new("ErrorCode", Int16),
];

pub(super) static OFFSET_FETCH_RESPONSE: Schema = Schema {
    name: "OffsetFetchResponse",
    versions: (1, 10),
    flexible: Some(6),
    fields: &[
        Field::new("ThrottleTimeMs", Int32).since(3),
        Field::new("Topics", Array(&Struct(OFFSET_FETCH_RESPONSE_TOPICS))).until(7),
        Field::new("ErrorCode", Int16).since(2).until(7),
        Field::new("Groups", Array(&Struct(OFFSET_FETCH_RESPONSE_GROUPS))).since(8),
    ],
};

const JOIN_GROUP_REQUEST_PROTOCOLS: &[Field] =
    &[Field::new("Name", String), Field::new("Metadata", Bytes)];

pub(super) static JOIN_GROUP_REQUEST: Schema = Schema {
    name: "JoinGroupRequest",
    versions: (0, 9),
    flexible: Some(6),
    fields: &[
        Field::new("GroupId", String),
        Field::new("SessionTimeoutMs", Int32),
        Field::new("RebalanceTimeoutMs", Int32)
            .since(1)
            .defaults_to(-1),
        Field::new("MemberId", String),
        Field::new("GroupInstanceId", String)
            .since(5)
            .nullable()
            .defaults_to_null(),
        Field::new("ProtocolType", String),
        Field::new("Protocols", Array(&Struct(JOIN_GROUP_REQUEST_PROTOCOLS))),
        Field::new("Reason", String)
            .since(8)
            .nullable()
            .defaults_to_null(),
    ],
};

const JOIN_GROUP_RESPONSE_MEMBERS: &[Field] = &[
    Field::new("MemberId", String),
    Field::new("GroupInstanceId", String)
        .since(5)
        .nullable()
        .defaults_to_null(),
    Field::new("Metadata", Bytes),
];

pub(super) static JOIN_GROUP_RESPONSE: Schema = Schema {
    name: "JoinGroupResponse",
    versions: (0, 9),
    flexible: Some(6),
    fields: &[
        Field::new("ThrottleTimeMs", Int32).since(2),
        Field::new("ErrorCode", Int16),
        Field::new("GenerationId", Int32).defaults_to(-1),
        Field::new("ProtocolType", String)
            .since(7)
            .nullable()
            .defaults_to_null(),
        Field::new("ProtocolName", String).nullable_since(7),
        Field::new("Leader", String),
        Field::new("SkipAssignment", Bool).since(9),
        Field::new("MemberId", String),
        Field::new("Members", Array(&Struct(JOIN_GROUP_RESPONSE_MEMBERS))),
    ],
};

pub(super) static HEARTBEAT_REQUEST: Schema = Schema {
    name: "HeartbeatRequest",
    versions: (0, 4),
    flexible: Some(4),
    fields: &[
        Field::new("GroupId", String),
        Field::new("GenerationId", Int32),
        Field::new("MemberId", String),
        Field::new("GroupInstanceId", String)
            .since(3)
            .nullable()
            .defaults_to_null(),
    ],
};

pub(super) static HEARTBEAT_RESPONSE: Schema = Schema {
    name: "HeartbeatResponse",
    versions: (0, 4),
    flexible: Some(4),
    fields: &[
        Field::new("ThrottleTimeMs", Int32).since(1),
        Field::new("ErrorCode", Int16),
    ],
};

const LEAVE_GROUP_REQUEST_MEMBERS: &[Field] = &[
    Field::new("MemberId", String),
    Field::new("GroupInstanceId", String)
        .nullable()
        .defaults_to_null(),
    Field::new("Reason", String)
        .since(5)
        .nullable()
        .defaults_to_null(),
];

pub(super) static LEAVE_GROUP_REQUEST: Schema = Schema {
    name: "LeaveGroupRequest",
    versions: (0, 5),
    flexible: Some(4),
    fields: &[
        Field::new("GroupId", String),
        Field::new("MemberId", String).until(2),
        Field::new("Members", Array(&Struct(LEAVE_GROUP_REQUEST_MEMBERS))).since(3),
    ],
};

const LEAVE_GROUP_RESPONSE_MEMBERS: &[Field] = &[
    Field::new("MemberId", String),
    Field::new("GroupInstanceId", String).nullable(),
    Field::new("ErrorCode", Int16),
];

pub(super) static LEAVE_GROUP_RESPONSE: Schema = Schema {
    name: "LeaveGroupResponse",
    versions: (0, 5),
    flexible: Some(4),
    fields: &[
        Field::new("ThrottleTimeMs", Int32).since(1),
        Field::new("ErrorCode", Int16),
        Field::new("Members", Array(&Struct(LEAVE_GROUP_RESPONSE_MEMBERS))).since(3),
    ],
};

const SYNC_GROUP_REQUEST_ASSIGNMENTS: &[Field] = &[
    Field::new("MemberId", String),
    Field::new("Assignment", Bytes),
];

pub(super) static SYNC_GROUP_REQUEST: Schema = Schema {
    name: "SyncGroupRequest",
    versions: (0, 5),
    flexible: Some(4),
    fields: &[
        Field::new("GroupId", String),
        Field::new("GenerationId", Int32),
        Field::new("MemberId", String),
        Field::new("GroupInstanceId", String)
            .since(3)
            .nullable()
            .defaults_to_null(),
        Field::new("ProtocolType", String)
            .since(5)
            .nullable()
            .defaults_to_null(),
        Field::new("ProtocolName", String)
            .since(5)
            .nullable()
            .defaults_to_null(),
        Field::new(
            "Assignments",
            Array(&Struct(SYNC_GROUP_REQUEST_ASSIGNMENTS)),
        ),
    ],
};

pub(super) static SYNC_GROUP_RESPONSE: Schema = Schema {
    name: "SyncGroupResponse",
    versions: (0, 5),
    flexible: Some(4),
    fields: &[
        Field::new("ThrottleTimeMs", Int32).since(1),
        Field::new("ErrorCode", Int16),
        Field::new("ProtocolType", String)
            .since(5)
            .nullable()
            .defaults_to_null(),
        Field::new("ProtocolName", String)
            .since(5)
            .nullable()
            .defaults_to_null(),
        Field::new("Assignment", Bytes),
    ],
};

pub(super) static DESCRIBE_GROUPS_REQUEST: Schema = Schema {
    name: "DescribeGroupsRequest",
    versions: (0, 6),
    flexible: Some(5),
    fields: &[
        Field::new("Groups", Array(&String)),
        Field::new("IncludeAuthorizedOperations", Bool).since(3),
    ],
};

const DESCRIBE_GROUPS_RESPONSE_GROUPS_MEMBERS: &[Field] = &[
    Field::new("MemberId", String),
    Field::new("GroupInstanceId", String)
        .since(4)
        .nullable()
        .defaults_to_null(),
    Field::new("ClientId", String),
    Field::new("ClientHost", String),
    Field::new("MemberMetadata", Bytes),
    Field::new("MemberAssignment", Bytes),
];

const DESCRIBE_GROUPS_RESPONSE_GROUPS: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String)
        .since(6)
        .nullable()
        .defaults_to_null(),
    Field::new("GroupId", String),
    Field::new("GroupState", String),
    Field::new("ProtocolType", String),
    Field::new("ProtocolData", String),
    Field::new(
        "Members",
        Array(&Struct(DESCRIBE_GROUPS_RESPONSE_GROUPS_MEMBERS)),
    ),
    Field::new("AuthorizedOperations", Int32)
        .since(3)
        .defaults_to(-2147483648),
];

pub(super) static DESCRIBE_GROUPS_RESPONSE: Schema = Schema {
    name: "DescribeGroupsResponse",
    versions: (0, 6),
    flexible: Some(5),
    fields: &[
        Field::new("ThrottleTimeMs", Int32).since(1),
        Field::new("Groups", Array(&Struct(DESCRIBE_GROUPS_RESPONSE_GROUPS))),
    ],
};

pub(super) static LIST_GROUPS_REQUEST: Schema = Schema {
    name: "ListGroupsRequest",
    versions: (0, 5),
    flexible: Some(3),
    fields: &[
        Field::new("StatesFilter", Array(&String)).since(4),
        Field::new("TypesFilter", Array(&String)).since(5),
    ],
};

const LIST_GROUPS_RESPONSE_GROUPS: &[Field] = &[
    Field::new("GroupId", String),
    Field::new("ProtocolType", String),
    Field::new("GroupState", String).since(4),
    Field::new("GroupType", String).since(5),
];

pub(super) static LIST_GROUPS_RESPONSE: Schema = Schema {
    name: "ListGroupsResponse",
    versions: (0, 5),
    flexible: Some(3),
    fields: &[
        Field::new("ThrottleTimeMs", Int32).since(1),
        Field::new("ErrorCode", Int16),
        Field::new("Groups", Array(&Struct(LIST_GROUPS_RESPONSE_GROUPS))),
    ],
};

pub(super) static DELETE_GROUPS_REQUEST: Schema = Schema {
    name: "DeleteGroupsRequest",
    versions: (0, 2),
    flexible: Some(2),
    fields: &[Field::new("GroupsNames", Array(&String))],
};

const DELETE_GROUPS_RESPONSE_RESULTS: &[Field] = &[
    Field::new("GroupId", String),
    Field::new("ErrorCode", Int16),
];

pub(super) static DELETE_GROUPS_RESPONSE: Schema = Schema {
    name: "DeleteGroupsResponse",
    versions: (0, 2),
    flexible: Some(2),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("Results", Array(&Struct(DELETE_GROUPS_RESPONSE_RESULTS))),
    ],
};

const OFFSET_DELETE_REQUEST_TOPICS_PARTITIONS: &[Field] = &[Field::new("PartitionIndex", Int32)];

const OFFSET_DELETE_REQUEST_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(OFFSET_DELETE_REQUEST_TOPICS_PARTITIONS)),
    ),
];

pub(super) static OFFSET_DELETE_REQUEST: Schema = Schema {
    name: "OffsetDeleteRequest",
    versions: (0, 0),
    flexible: None,
    fields: &[
        Field::new("GroupId", String),
        Field::new("Topics", Array(&Struct(OFFSET_DELETE_REQUEST_TOPICS))),
    ],
};

const OFFSET_DELETE_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
];

const OFFSET_DELETE_RESPONSE_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(OFFSET_DELETE_RESPONSE_TOPICS_PARTITIONS)),
    ),
];

pub(super) static OFFSET_DELETE_RESPONSE: Schema = Schema {
    name: "OffsetDeleteResponse",
    versions: (0, 0),
    flexible: None,
    fields: &[
        Field::new("ErrorCode", Int16),
        Field::new("ThrottleTimeMs", Int32),
        Field::new("Topics", Array(&Struct(OFFSET_DELETE_RESPONSE_TOPICS))),
    ],
};
