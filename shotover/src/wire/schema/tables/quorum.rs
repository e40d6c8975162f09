//! What do the messages about the controllers among themselves look like? Generated: see `schema/mod.rs`.

use crate::wire::schema::Type::{
    Array, Bool, Int16, Int32, Int64, Records, String, Struct, Uint16, Uuid,
};
use crate::wire::schema::{Field, Schema};

const VOTE_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ReplicaEpoch", Int32),
    Field::new("ReplicaId", Int32),
    Field::new("ReplicaDirectoryId", Uuid).since(1),
    Field::new("VoterDirectoryId", Uuid).since(1),
    Field::new("LastOffsetEpoch", Int32),
    Field::new("LastOffset", Int64),
    Field::new("PreVote", Bool).since(2),
];

const VOTE_REQUEST_TOPICS: &[Field] = &[
    Field::new("TopicName", String),
    Field::new("Partitions", Array(&Struct(VOTE_REQUEST_TOPICS_PARTITIONS))),
];

pub(super) static VOTE_REQUEST: Schema = Schema {
    name: "VoteRequest",
    versions: (0, 2),
    flexible: Some(0),
    fields: &[
        Field::new("ClusterId", String)
            .nullable()
            .defaults_to_null(),
        Field::new("VoterId", Int32).since(1).defaults_to(-1),
        Field::new("Topics", Array(&Struct(VOTE_REQUEST_TOPICS))),
    ],
};

const VOTE_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("LeaderId", Int32),
    Field::new("LeaderEpoch", Int32),
    Field::new("VoteGranted", Bool),
];

const VOTE_RESPONSE_TOPICS: &[Field] = &[
    Field::new("TopicName", String),
    Field::new(
        "Partitions",
        Array(&Struct(VOTE_RESPONSE_TOPICS_PARTITIONS)),
    ),
];

const VOTE_RESPONSE_NODE_ENDPOINTS: &[Field] = &[
    Field::new("NodeId", Int32),
    Field::new("Host", String),
    Field::new("Port", Uint16),
];

pub(super) static VOTE_RESPONSE: Schema = Schema {
    name: "VoteResponse",
    versions: (0, 2),
    flexible: Some(0),
    fields: &[
        Field::new("ErrorCode", Int16),
        Field::new("Topics", Array(&Struct(VOTE_RESPONSE_TOPICS))),
        Field::new(
            "NodeEndpoints",
            Array(&Struct(VOTE_RESPONSE_NODE_ENDPOINTS)),
        )
        .since(1)
        .tag(0),
    ],
};

const BEGIN_QUORUM_EPOCH_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("VoterDirectoryId", Uuid).since(1),
    Field::new("LeaderId", Int32),
    Field::new("LeaderEpoch", Int32),
];

const BEGIN_QUORUM_EPOCH_REQUEST_TOPICS: &[Field] = &[
    Field::new("TopicName", String),
    Field::new(
        "Partitions",
        Array(&Struct(BEGIN_QUORUM_EPOCH_REQUEST_TOPICS_PARTITIONS)),
    ),
];

const BEGIN_QUORUM_EPOCH_REQUEST_LEADER_ENDPOINTS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Host", String),
    Field::new("Port", Uint16),
];

pub(super) static BEGIN_QUORUM_EPOCH_REQUEST: Schema = Schema {
    name: "BeginQuorumEpochRequest",
    versions: (0, 1),
    flexible: Some(1),
    fields: &[
        Field::new("ClusterId", String)
            .nullable()
            .defaults_to_null(),
        Field::new("VoterId", Int32).since(1).defaults_to(-1),
        Field::new("Topics", Array(&Struct(BEGIN_QUORUM_EPOCH_REQUEST_TOPICS))),
        Field::new(
            "LeaderEndpoints",
            Array(&Struct(BEGIN_QUORUM_EPOCH_REQUEST_LEADER_ENDPOINTS)),
        )
        .since(1),
    ],
};

const BEGIN_QUORUM_EPOCH_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("LeaderId", Int32),
    Field::new("LeaderEpoch", Int32),
];

const BEGIN_QUORUM_EPOCH_RESPONSE_TOPICS: &[Field] = &[
    Field::new("TopicName", String),
    Field::new(
        "Partitions",
        Array(&Struct(BEGIN_QUORUM_EPOCH_RESPONSE_TOPICS_PARTITIONS)),
    ),
];

const BEGIN_QUORUM_EPOCH_RESPONSE_NODE_ENDPOINTS: &[Field] = &[
    Field::new("NodeId", Int32),
    Field::new("Host", String),
    Field::new("Port", Uint16),
];

pub(super) static BEGIN_QUORUM_EPOCH_RESPONSE: Schema = Schema {
    name: "BeginQuorumEpochResponse",
    versions: (0, 1),
    flexible: Some(1),
    fields: &[
        Field::new("ErrorCode", Int16),
        Field::new("Topics", Array(&Struct(BEGIN_QUORUM_EPOCH_RESPONSE_TOPICS))),
        Field::new(
            "NodeEndpoints",
            Array(&Struct(BEGIN_QUORUM_EPOCH_RESPONSE_NODE_ENDPOINTS)),
        )
        .since(1)
        .tag(0),
    ],
};

const END_QUORUM_EPOCH_REQUEST_TOPICS_PARTITIONS_PREFERRED_CANDIDATES: &[Field] = &[
    Field::new("CandidateId", Int32),
    Field::new("CandidateDirectoryId", Uuid),
];

const END_QUORUM_EPOCH_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("LeaderId", Int32),
    Field::new("LeaderEpoch", Int32),
    Field::new("PreferredSuccessors", Array(&Int32)).until(0),
    Field::new(
        "PreferredCandidates",
        Array(&Struct(
            END_QUORUM_EPOCH_REQUEST_TOPICS_PARTITIONS_PREFERRED_CANDIDATES,
        )),
    )
    .since(1),
];

const END_QUORUM_EPOCH_REQUEST_TOPICS: &[Field] = &[
    Field::new("TopicName", String),
    Field::new(
        "Partitions",
        Array(&Struct(END_QUORUM_EPOCH_REQUEST_TOPICS_PARTITIONS)),
    ),
];

const END_QUORUM_EPOCH_REQUEST_LEADER_ENDPOINTS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Host", String),
    Field::new("Port", Uint16),
];

pub(super) static END_QUORUM_EPOCH_REQUEST: Schema = Schema {
    name: "EndQuorumEpochRequest",
    versions: (0, 1),
    flexible: Some(1),
    fields: &[
        Field::new("ClusterId", String)
            .nullable()
            .defaults_to_null(),
        Field::new("Topics", Array(&Struct(END_QUORUM_EPOCH_REQUEST_TOPICS))),
        Field::new(
            "LeaderEndpoints",
            Array(&Struct(END_QUORUM_EPOCH_REQUEST_LEADER_ENDPOINTS)),
        )
        .since(1),
    ],
};

const END_QUORUM_EPOCH_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("LeaderId", Int32),
    Field::new("LeaderEpoch", Int32),
];

const END_QUORUM_EPOCH_RESPONSE_TOPICS: &[Field] = &[
    Field::new("TopicName", String),
    Field::new(
        "Partitions",
        Array(&Struct(END_QUORUM_EPOCH_RESPONSE_TOPICS_PARTITIONS)),
    ),
];

const END_QUORUM_EPOCH_RESPONSE_NODE_ENDPOINTS: &[Field] = &[
    Field::new("NodeId", Int32),
    Field::new("Host", String),
    Field::new("Port", Uint16),
];

pub(super) static END_QUORUM_EPOCH_RESPONSE: Schema = Schema {
    name: "EndQuorumEpochResponse",
    versions: (0, 1),
    flexible: Some(1),
    fields: &[
        Field::new("ErrorCode", Int16),
        Field::new("Topics", Array(&Struct(END_QUORUM_EPOCH_RESPONSE_TOPICS))),
        Field::new(
            "NodeEndpoints",
            Array(&Struct(END_QUORUM_EPOCH_RESPONSE_NODE_ENDPOINTS)),
        )
        .since(1)
        .tag(0),
    ],
};

const DESCRIBE_QUORUM_REQUEST_TOPICS_PARTITIONS: &[Field] = &[Field::new("PartitionIndex", Int32)];

const DESCRIBE_QUORUM_REQUEST_TOPICS: &[Field] = &[
    Field::new("TopicName", String),
    Field::new(
        "Partitions",
        Array(&Struct(DESCRIBE_QUORUM_REQUEST_TOPICS_PARTITIONS)),
    ),
];

pub(super) static DESCRIBE_QUORUM_REQUEST: Schema = Schema {
    name: "DescribeQuorumRequest",
    versions: (0, 2),
    flexible: Some(0),
    fields: &[Field::new(
        "Topics",
        Array(&Struct(DESCRIBE_QUORUM_REQUEST_TOPICS)),
    )],
};

const DESCRIBE_QUORUM_RESPONSE_TOPICS_PARTITIONS_CURRENT_VOTERS: &[Field] = &[
    Field::new("ReplicaId", Int32),
    Field::new("ReplicaDirectoryId", Uuid).since(2),
    Field::new("LogEndOffset", Int64),
    Field::new("LastFetchTimestamp", Int64)
        .since(1)
        .defaults_to(-1),
    Field::new("LastCaughtUpTimestamp", Int64)
        .since(1)
        .defaults_to(-1),
];

const DESCRIBE_QUORUM_RESPONSE_TOPICS_PARTITIONS_OBSERVERS: &[Field] = &[
    Field::new("ReplicaId", Int32),
    Field::new("ReplicaDirectoryId", Uuid).since(2),
    Field::new("LogEndOffset", Int64),
    Field::new("LastFetchTimestamp", Int64)
        .since(1)
        .defaults_to(-1),
    Field::new("LastCaughtUpTimestamp", Int64)
        .since(1)
        .defaults_to(-1),
];

const DESCRIBE_QUORUM_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).since(2).nullable(),
    Field::new("LeaderId", Int32),
    Field::new("LeaderEpoch", Int32),
    Field::new("HighWatermark", Int64),
    Field::new(
        "CurrentVoters",
        Array(&Struct(
            DESCRIBE_QUORUM_RESPONSE_TOPICS_PARTITIONS_CURRENT_VOTERS,
        )),
    ),
    Field::new(
        "Observers",
        Array(&Struct(
            DESCRIBE_QUORUM_RESPONSE_TOPICS_PARTITIONS_OBSERVERS,
        )),
    ),
];

const DESCRIBE_QUORUM_RESPONSE_TOPICS: &[Field] = &[
    Field::new("TopicName", String),
    Field::new(
        "Partitions",
        Array(&Struct(DESCRIBE_QUORUM_RESPONSE_TOPICS_PARTITIONS)),
    ),
];

const DESCRIBE_QUORUM_RESPONSE_NODES_LISTENERS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Host", String),
    Field::new("Port", Uint16),
];

const DESCRIBE_QUORUM_RESPONSE_NODES: &[Field] = &[
    Field::new("NodeId", Int32),
    Field::new(
        "Listeners",
        Array(&Struct(DESCRIBE_QUORUM_RESPONSE_NODES_LISTENERS)),
    ),
];

pub(super) static DESCRIBE_QUORUM_RESPONSE: Schema = Schema {
    name: "DescribeQuorumResponse",
    versions: (0, 2),
    flexible: Some(0),
    fields: &[
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String).since(2).nullable(),
        Field::new("Topics", Array(&Struct(DESCRIBE_QUORUM_RESPONSE_TOPICS))),
        Field::new("Nodes", Array(&Struct(DESCRIBE_QUORUM_RESPONSE_NODES))).since(2),
    ],
};

const FETCH_SNAPSHOT_REQUEST_TOPICS_PARTITIONS_SNAPSHOT_ID: &[Field] =
    &[Field::new("EndOffset", Int64), Field::new("Epoch", Int32)];

const FETCH_SNAPSHOT_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("Partition", Int32),
    Field::new("CurrentLeaderEpoch", Int32),
    Field::new(
        "SnapshotId",
        Struct(FETCH_SNAPSHOT_REQUEST_TOPICS_PARTITIONS_SNAPSHOT_ID),
    ),
    Field::new("Position", Int64),
    Field::new("ReplicaDirectoryId", Uuid).since(1).tag(0),
];

const FETCH_SNAPSHOT_REQUEST_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(FETCH_SNAPSHOT_REQUEST_TOPICS_PARTITIONS)),
    ),
];

pub(super) static FETCH_SNAPSHOT_REQUEST: Schema = Schema {
    name: "FetchSnapshotRequest",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[
        Field::new("ClusterId", String)
            .nullable()
            .defaults_to_null()
            .tag(0),
        Field::new("ReplicaId", Int32).defaults_to(-1),
        Field::new("MaxBytes", Int32).defaults_to(2147483647),
        Field::new("Topics", Array(&Struct(FETCH_SNAPSHOT_REQUEST_TOPICS))),
    ],
};

const FETCH_SNAPSHOT_RESPONSE_TOPICS_PARTITIONS_SNAPSHOT_ID: &[Field] =
    &[Field::new("EndOffset", Int64), Field::new("Epoch", Int32)];

const FETCH_SNAPSHOT_RESPONSE_TOPICS_PARTITIONS_CURRENT_LEADER: &[Field] = &[
    Field::new("LeaderId", Int32),
    Field::new("LeaderEpoch", Int32),
];

const FETCH_SNAPSHOT_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("Index", Int32),
    Field::new("ErrorCode", Int16),
    Field::new(
        "SnapshotId",
        Struct(FETCH_SNAPSHOT_RESPONSE_TOPICS_PARTITIONS_SNAPSHOT_ID),
    ),
    Field::new(
        "CurrentLeader",
        Struct(FETCH_SNAPSHOT_RESPONSE_TOPICS_PARTITIONS_CURRENT_LEADER),
    )
    .tag(0),
    Field::new("Size", Int64),
    Field::new("Position", Int64),
    Field::new("UnalignedRecords", Records),
];

const FETCH_SNAPSHOT_RESPONSE_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(FETCH_SNAPSHOT_RESPONSE_TOPICS_PARTITIONS)),
    ),
];

const FETCH_SNAPSHOT_RESPONSE_NODE_ENDPOINTS: &[Field] = &[
    Field::new("NodeId", Int32),
    Field::new("Host", String),
    Field::new("Port", Uint16),
];

pub(super) static FETCH_SNAPSHOT_RESPONSE: Schema = Schema {
    name: "FetchSnapshotResponse",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("Topics", Array(&Struct(FETCH_SNAPSHOT_RESPONSE_TOPICS))),
        Field::new(
            "NodeEndpoints",
            Array(&Struct(FETCH_SNAPSHOT_RESPONSE_NODE_ENDPOINTS)),
        )
        .since(1)
        .tag(0),
    ],
};

const UPDATE_RAFT_VOTER_REQUEST_LISTENERS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Host", String),
    Field::new("Port", Uint16),
];

const UPDATE_RAFT_VOTER_REQUEST_K_RAFT_VERSION_FEATURE: &[Field] = &[
    Field::new("MinSupportedVersion", Int16),
    Field::new("MaxSupportedVersion", Int16),
];

pub(super) static UPDATE_RAFT_VOTER_REQUEST: Schema = Schema {
    name: "UpdateRaftVoterRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ClusterId", String).nullable(),
        Field::new("CurrentLeaderEpoch", Int32),
        Field::new("VoterId", Int32),
        Field::new("VoterDirectoryId", Uuid),
        Field::new(
            "Listeners",
            Array(&Struct(UPDATE_RAFT_VOTER_REQUEST_LISTENERS)),
        ),
        Field::new(
            "KRaftVersionFeature",
            Struct(UPDATE_RAFT_VOTER_REQUEST_K_RAFT_VERSION_FEATURE),
        ),
    ],
};

const UPDATE_RAFT_VOTER_RESPONSE_CURRENT_LEADER: &[Field] = &[
    Field::new("LeaderId", Int32).defaults_to(-1),
    Field::new("LeaderEpoch", Int32).defaults_to(-1),
    Field::new("Host", String),
    Field::new("Port", Int32),
];

pub(super) static UPDATE_RAFT_VOTER_RESPONSE: Schema = Schema {
    name: "UpdateRaftVoterResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new(
            "CurrentLeader",
            Struct(UPDATE_RAFT_VOTER_RESPONSE_CURRENT_LEADER),
        )
        .tag(0),
    ],
};
