//! What do the messages about the cluster and its brokers look like? Generated: see `schema/mod.rs`.

use crate::wire::schema::Type::{
    Array, Bool, Bytes, Int8, Int16, Int32, Int64, String, Struct, Uint16, Uuid,
};
use crate::wire::schema::{Field, Schema};

const METADATA_REQUEST_TOPICS: &[Field] = &[
    Field::new("TopicId", Uuid).since(10),
    Field::new("Name", String).nullable_since(10),
];

pub(super) static METADATA_REQUEST: Schema = Schema {
    name: "MetadataRequest",
    versions: (0, 13),
    flexible: Some(9),
    fields: &[
        Field::new("Topics", Array(&Struct(METADATA_REQUEST_TOPICS))).nullable_since(1),
        Field::new("AllowAutoTopicCreation", Bool)
            .since(4)
            .defaults_to(1),
        Field::new("IncludeClusterAuthorizedOperations", Bool)
            .since(8)
            .until(10),
        Field::new("IncludeTopicAuthorizedOperations", Bool).since(8),
    ],
};

const METADATA_RESPONSE_BROKERS: &[Field] = &[
    Field::new("NodeId", Int32),
    Field::new("Host", String),
    Field::new("Port", Int32),
    Field::new("Rack", String)
        .since(1)
        .nullable()
        .defaults_to_null(),
];

const METADATA_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("PartitionIndex", Int32),
    Field::new("LeaderId", Int32),
    Field::new("LeaderEpoch", Int32).since(7).defaults_to(-1),
    Field::new("ReplicaNodes", Array(&Int32)),
    Field::new("IsrNodes", Array(&Int32)),
    Field::new("OfflineReplicas", Array(&Int32)).since(5),
];

const METADATA_RESPONSE_TOPICS: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("Name", String).nullable_since(12),
    Field::new("TopicId", Uuid).since(10),
    Field::new("IsInternal", Bool).since(1),
    Field::new(
        "Partitions",
        Array(&Struct(METADATA_RESPONSE_TOPICS_PARTITIONS)),
    ),
    Field::new("TopicAuthorizedOperations", Int32)
        .since(8)
        .defaults_to(-2147483648),
];

pub(super) static METADATA_RESPONSE: Schema = Schema {
    name: "MetadataResponse",
    versions: (0, 13),
    flexible: Some(9),
    fields: &[
        Field::new("ThrottleTimeMs", Int32).since(3),
        Field::new("Brokers", Array(&Struct(METADATA_RESPONSE_BROKERS))),
        Field::new("ClusterId", String)
            .since(2)
            .nullable()
            .defaults_to_null(),
        Field::new("ControllerId", Int32).since(1).defaults_to(-1),
        Field::new("Topics", Array(&Struct(METADATA_RESPONSE_TOPICS))),
        Field::new("ClusterAuthorizedOperations", Int32)
            .since(8)
            .until(10)
            .defaults_to(-2147483648),
        Field::new("ErrorCode", Int16).since(13),
    ],
};

pub(super) static FIND_COORDINATOR_REQUEST: Schema = Schema {
    name: "FindCoordinatorRequest",
    versions: (0, 6),
    flexible: Some(3),
    fields: &[
        Field::new("Key", String).until(3),
        Field::new("KeyType", Int8).since(1),
        Field::new("CoordinatorKeys", Array(&String)).since(4),
    ],
};

const FIND_COORDINATOR_RESPONSE_COORDINATORS: &[Field] = &[
    Field::new("Key", String),
    Field::new("NodeId", Int32),
    Field::new("Host", String),
    Field::new("Port", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
];

pub(super) static FIND_COORDINATOR_RESPONSE: Schema = Schema {
    name: "FindCoordinatorResponse",
    versions: (0, 6),
    flexible: Some(3),
    fields: &[
        Field::new("ThrottleTimeMs", Int32).since(1),
        Field::new("ErrorCode", Int16).until(3),
        Field::new("ErrorMessage", String)
            .since(1)
            .until(3)
            .nullable(),
        Field::new("NodeId", Int32).until(3),
        Field::new("Host", String).until(3),
        Field::new("Port", Int32).until(3),
        Field::new(
            "Coordinators",
            Array(&Struct(FIND_COORDINATOR_RESPONSE_COORDINATORS)),
        )
        .since(4),
    ],
};

pub(super) static API_VERSIONS_REQUEST: Schema = Schema {
    name: "ApiVersionsRequest",
    versions: (0, 4),
    flexible: Some(3),
    fields: &[
        Field::new("ClientSoftwareName", String).since(3),
        Field::new("ClientSoftwareVersion", String).since(3),
    ],
};

const API_VERSIONS_RESPONSE_API_KEYS: &[Field] = &[
    Field::new("ApiKey", Int16),
    Field::new("MinVersion", Int16),
    Field::new("MaxVersion", Int16),
];

const API_VERSIONS_RESPONSE_SUPPORTED_FEATURES: &[Field] = &[
    Field::new("Name", String),
    Field::new("MinVersion", Int16),
    Field::new("MaxVersion", Int16),
];

const API_VERSIONS_RESPONSE_FINALIZED_FEATURES: &[Field] = &[
    Field::new("Name", String),
    Field::new("MaxVersionLevel", Int16),
    Field::new("MinVersionLevel", Int16),
];

pub(super) static API_VERSIONS_RESPONSE: Schema = Schema {
    name: "ApiVersionsResponse",
    versions: (0, 4),
    flexible: Some(3),
    fields: &[
        Field::new("ErrorCode", Int16),
        Field::new("ApiKeys", Array(&Struct(API_VERSIONS_RESPONSE_API_KEYS))),
        Field::new("ThrottleTimeMs", Int32).since(1),
        Field::new(
            "SupportedFeatures",
            Array(&Struct(API_VERSIONS_RESPONSE_SUPPORTED_FEATURES)),
        )
        .since(3)
        .tag(0),
        Field::new("FinalizedFeaturesEpoch", Int64)
            .since(3)
            .defaults_to(-1)
            .tag(1),
        Field::new(
            "FinalizedFeatures",
            Array(&Struct(API_VERSIONS_RESPONSE_FINALIZED_FEATURES)),
        )
        .since(3)
        .tag(2),
        Field::new("ZkMigrationReady", Bool).since(3).tag(3),
    ],
};

const UPDATE_FEATURES_REQUEST_FEATURE_UPDATES: &[Field] = &[
    Field::new("Feature", String),
    Field::new("MaxVersionLevel", Int16),
    Field::new("AllowDowngrade", Bool).until(0),
    Field::new("UpgradeType", Int8).since(1).defaults_to(1),
];

pub(super) static UPDATE_FEATURES_REQUEST: Schema = Schema {
    name: "UpdateFeaturesRequest",
    versions: (0, 2),
    flexible: Some(0),
    fields: &[
        Field::new("TimeoutMs", Int32).defaults_to(60000),
        Field::new(
            "FeatureUpdates",
            Array(&Struct(UPDATE_FEATURES_REQUEST_FEATURE_UPDATES)),
        ),
        Field::new("ValidateOnly", Bool).since(1),
    ],
};

const UPDATE_FEATURES_RESPONSE_RESULTS: &[Field] = &[
    Field::new("Feature", String),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
];

pub(super) static UPDATE_FEATURES_RESPONSE: Schema = Schema {
    name: "UpdateFeaturesResponse",
    versions: (0, 2),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String).nullable(),
        Field::new("Results", Array(&Struct(UPDATE_FEATURES_RESPONSE_RESULTS))).until(1),
    ],
};

pub(super) static DESCRIBE_CLUSTER_REQUEST: Schema = Schema {
    name: "DescribeClusterRequest",
    versions: (0, 2),
    flexible: Some(0),
    fields: &[
        Field::new("IncludeClusterAuthorizedOperations", Bool),
        Field::new("EndpointType", Int8).since(1).defaults_to(1),
        Field::new("IncludeFencedBrokers", Bool).since(2),
    ],
};

const DESCRIBE_CLUSTER_RESPONSE_BROKERS: &[Field] = &[
    Field::new("BrokerId", Int32),
    Field::new("Host", String),
    Field::new("Port", Int32),
    Field::new("Rack", String).nullable().defaults_to_null(),
    Field::new("IsFenced", Bool).since(2),
];

pub(super) static DESCRIBE_CLUSTER_RESPONSE: Schema = Schema {
    name: "DescribeClusterResponse",
    versions: (0, 2),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String)
            .nullable()
            .defaults_to_null(),
        Field::new("EndpointType", Int8).since(1).defaults_to(1),
        Field::new("ClusterId", String),
        Field::new("ControllerId", Int32).defaults_to(-1),
        Field::new("Brokers", Array(&Struct(DESCRIBE_CLUSTER_RESPONSE_BROKERS))),
        Field::new("ClusterAuthorizedOperations", Int32).defaults_to(-2147483648),
    ],
};

pub(super) static UNREGISTER_BROKER_REQUEST: Schema = Schema {
    name: "UnregisterBrokerRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[Field::new("BrokerId", Int32)],
};

pub(super) static UNREGISTER_BROKER_RESPONSE: Schema = Schema {
    name: "UnregisterBrokerResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String).nullable(),
    ],
};

pub(super) static GET_TELEMETRY_SUBSCRIPTIONS_REQUEST: Schema = Schema {
    name: "GetTelemetrySubscriptionsRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[Field::new("ClientInstanceId", Uuid)],
};

pub(super) static GET_TELEMETRY_SUBSCRIPTIONS_RESPONSE: Schema = Schema {
    name: "GetTelemetrySubscriptionsResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ClientInstanceId", Uuid),
        Field::new("SubscriptionId", Int32),
        Field::new("AcceptedCompressionTypes", Array(&Int8)),
        Field::new("PushIntervalMs", Int32),
        Field::new("TelemetryMaxBytes", Int32),
        Field::new("DeltaTemporality", Bool),
        Field::new("RequestedMetrics", Array(&String)),
    ],
};

pub(super) static PUSH_TELEMETRY_REQUEST: Schema = Schema {
    name: "PushTelemetryRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ClientInstanceId", Uuid),
        Field::new("SubscriptionId", Int32),
        Field::new("Terminating", Bool),
        Field::new("CompressionType", Int8),
        Field::new("Metrics", Bytes),
    ],
};

pub(super) static PUSH_TELEMETRY_RESPONSE: Schema = Schema {
    name: "PushTelemetryResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
    ],
};

const ADD_RAFT_VOTER_REQUEST_LISTENERS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Host", String),
    Field::new("Port", Uint16),
];

pub(super) static ADD_RAFT_VOTER_REQUEST: Schema = Schema {
    name: "AddRaftVoterRequest",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[
        Field::new("ClusterId", String).nullable(),
        Field::new("TimeoutMs", Int32),
        Field::new("VoterId", Int32),
        Field::new("VoterDirectoryId", Uuid),
        Field::new(
            "Listeners",
            Array(&Struct(ADD_RAFT_VOTER_REQUEST_LISTENERS)),
        ),
        Field::new("AckWhenCommitted", Bool).since(1).defaults_to(1),
    ],
};

pub(super) static ADD_RAFT_VOTER_RESPONSE: Schema = Schema {
    name: "AddRaftVoterResponse",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String).nullable(),
    ],
};

pub(super) static REMOVE_RAFT_VOTER_REQUEST: Schema = Schema {
    name: "RemoveRaftVoterRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ClusterId", String).nullable(),
        Field::new("VoterId", Int32),
        Field::new("VoterDirectoryId", Uuid),
    ],
};

pub(super) static REMOVE_RAFT_VOTER_RESPONSE: Schema = Schema {
    name: "RemoveRaftVoterResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String).nullable(),
    ],
};
