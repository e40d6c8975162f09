//! What do the messages about brokers and their controller look like? Generated: see `schema/mod.rs`.

use crate::wire::schema::Type::{
    Array, Bool, Bytes, Int8, Int16, Int32, Int64, String, Struct, Uint16, Uuid,
};
use crate::wire::schema::{Field, Schema};

const ALTER_PARTITION_REQUEST_TOPICS_PARTITIONS_NEW_ISR_WITH_EPOCHS: &[Field] = &[
    Field::new("BrokerId", Int32),
    Field::new("BrokerEpoch", Int64).defaults_to(-1),
];

const ALTER_PARTITION_REQUEST_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("LeaderEpoch", Int32),
    Field::new("NewIsr", Array(&Int32)).until(2),
    Field::new(
        "NewIsrWithEpochs",
        Array(&Struct(
            ALTER_PARTITION_REQUEST_TOPICS_PARTITIONS_NEW_ISR_WITH_EPOCHS,
        )),
    )
    .since(3),
    Field::new("LeaderRecoveryState", Int8),
    Field::new("PartitionEpoch", Int32),
];

const ALTER_PARTITION_REQUEST_TOPICS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(ALTER_PARTITION_REQUEST_TOPICS_PARTITIONS)),
    ),
];

pub(super) static ALTER_PARTITION_REQUEST: Schema = Schema {
    name: "AlterPartitionRequest",
    versions: (2, 3),
    flexible: Some(0),
    fields: &[
        Field::new("BrokerId", Int32),
        Field::new("BrokerEpoch", Int64).defaults_to(-1),
        Field::new("Topics", Array(&Struct(ALTER_PARTITION_REQUEST_TOPICS))),
    ],
};

const ALTER_PARTITION_RESPONSE_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
    Field::new("LeaderId", Int32),
    Field::new("LeaderEpoch", Int32),
    Field::new("Isr", Array(&Int32)),
    Field::new("LeaderRecoveryState", Int8),
    Field::new("PartitionEpoch", Int32),
];

const ALTER_PARTITION_RESPONSE_TOPICS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(ALTER_PARTITION_RESPONSE_TOPICS_PARTITIONS)),
    ),
];

pub(super) static ALTER_PARTITION_RESPONSE: Schema = Schema {
    name: "AlterPartitionResponse",
    versions: (2, 3),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("Topics", Array(&Struct(ALTER_PARTITION_RESPONSE_TOPICS))),
    ],
};

pub(super) static ENVELOPE_REQUEST: Schema = Schema {
    name: "EnvelopeRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("RequestData", Bytes),
        Field::new("RequestPrincipal", Bytes).nullable(),
        Field::new("ClientHostAddress", Bytes),
    ],
};

pub(super) static ENVELOPE_RESPONSE: Schema = Schema {
    name: "EnvelopeResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ResponseData", Bytes)
            .nullable()
            .defaults_to_null(),
        Field::new("ErrorCode", Int16),
    ],
};

const BROKER_REGISTRATION_REQUEST_LISTENERS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Host", String),
    Field::new("Port", Uint16),
    Field::new("SecurityProtocol", Int16),
];

const BROKER_REGISTRATION_REQUEST_FEATURES: &[Field] = &[
    Field::new("Name", String),
    Field::new("MinSupportedVersion", Int16),
    Field::new("MaxSupportedVersion", Int16),
];

pub(super) static BROKER_REGISTRATION_REQUEST: Schema = Schema {
    name: "BrokerRegistrationRequest",
    versions: (0, 4),
    flexible: Some(0),
    fields: &[
        Field::new("BrokerId", Int32),
        Field::new("ClusterId", String),
        Field::new("IncarnationId", Uuid),
        Field::new(
            "Listeners",
            Array(&Struct(BROKER_REGISTRATION_REQUEST_LISTENERS)),
        ),
        Field::new(
            "Features",
            Array(&Struct(BROKER_REGISTRATION_REQUEST_FEATURES)),
        ),
        Field::new("Rack", String).nullable(),
        Field::new("IsMigratingZkBroker", Bool).since(1),
        Field::new("LogDirs", Array(&Uuid)).since(2),
        Field::new("PreviousBrokerEpoch", Int64)
            .since(3)
            .defaults_to(-1),
    ],
};

pub(super) static BROKER_REGISTRATION_RESPONSE: Schema = Schema {
    name: "BrokerRegistrationResponse",
    versions: (0, 4),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("BrokerEpoch", Int64).defaults_to(-1),
    ],
};

pub(super) static BROKER_HEARTBEAT_REQUEST: Schema = Schema {
    name: "BrokerHeartbeatRequest",
    versions: (0, 2),
    flexible: Some(0),
    fields: &[
        Field::new("BrokerId", Int32),
        Field::new("BrokerEpoch", Int64).defaults_to(-1),
        Field::new("CurrentMetadataOffset", Int64),
        Field::new("WantFence", Bool),
        Field::new("WantShutDown", Bool),
        Field::new("OfflineLogDirs", Array(&Uuid)).since(1).tag(0),
        Field::new("CordonedLogDirs", Array(&Uuid))
            .since(2)
            .nullable()
            .defaults_to_null()
            .tag(1),
    ],
};

pub(super) static BROKER_HEARTBEAT_RESPONSE: Schema = Schema {
    name: "BrokerHeartbeatResponse",
    versions: (0, 2),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("IsCaughtUp", Bool),
        Field::new("IsFenced", Bool).defaults_to(1),
        Field::new("ShouldShutDown", Bool),
    ],
};

pub(super) static ALLOCATE_PRODUCER_IDS_REQUEST: Schema = Schema {
    name: "AllocateProducerIdsRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("BrokerId", Int32),
        Field::new("BrokerEpoch", Int64).defaults_to(-1),
    ],
};

pub(super) static ALLOCATE_PRODUCER_IDS_RESPONSE: Schema = Schema {
    name: "AllocateProducerIdsResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ProducerIdStart", Int64),
        Field::new("ProducerIdLen", Int32),
    ],
};

const CONTROLLER_REGISTRATION_REQUEST_LISTENERS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Host", String),
    Field::new("Port", Uint16),
    Field::new("SecurityProtocol", Int16),
];

const CONTROLLER_REGISTRATION_REQUEST_FEATURES: &[Field] = &[
    Field::new("Name", String),
    Field::new("MinSupportedVersion", Int16),
    Field::new("MaxSupportedVersion", Int16),
];

pub(super) static CONTROLLER_REGISTRATION_REQUEST: Schema = Schema {
    name: "ControllerRegistrationRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ControllerId", Int32),
        Field::new("IncarnationId", Uuid),
        Field::new("ZkMigrationReady", Bool),
        Field::new(
            "Listeners",
            Array(&Struct(CONTROLLER_REGISTRATION_REQUEST_LISTENERS)),
        ),
        Field::new(
            "Features",
            Array(&Struct(CONTROLLER_REGISTRATION_REQUEST_FEATURES)),
        ),
    ],
};

pub(super) static CONTROLLER_REGISTRATION_RESPONSE: Schema = Schema {
    name: "ControllerRegistrationResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String).nullable(),
    ],
};

const ASSIGN_REPLICAS_TO_DIRS_REQUEST_DIRECTORIES_TOPICS_PARTITIONS: &[Field] =
    &[Field::new("PartitionIndex", Int32)];

const ASSIGN_REPLICAS_TO_DIRS_REQUEST_DIRECTORIES_TOPICS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(
            ASSIGN_REPLICAS_TO_DIRS_REQUEST_DIRECTORIES_TOPICS_PARTITIONS,
        )),
    ),
];

const ASSIGN_REPLICAS_TO_DIRS_REQUEST_DIRECTORIES: &[Field] = &[
    Field::new("Id", Uuid),
    Field::new(
        "Topics",
        Array(&Struct(ASSIGN_REPLICAS_TO_DIRS_REQUEST_DIRECTORIES_TOPICS)),
    ),
];

pub(super) static ASSIGN_REPLICAS_TO_DIRS_REQUEST: Schema = Schema {
    name: "AssignReplicasToDirsRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("BrokerId", Int32),
        Field::new("BrokerEpoch", Int64).defaults_to(-1),
        Field::new(
            "Directories",
            Array(&Struct(ASSIGN_REPLICAS_TO_DIRS_REQUEST_DIRECTORIES)),
        ),
    ],
};

const ASSIGN_REPLICAS_TO_DIRS_RESPONSE_DIRECTORIES_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
];

const ASSIGN_REPLICAS_TO_DIRS_RESPONSE_DIRECTORIES_TOPICS: &[Field] = &[
    Field::new("TopicId", Uuid),
    Field::new(
        "Partitions",
        Array(&Struct(
            ASSIGN_REPLICAS_TO_DIRS_RESPONSE_DIRECTORIES_TOPICS_PARTITIONS,
        )),
    ),
];

const ASSIGN_REPLICAS_TO_DIRS_RESPONSE_DIRECTORIES: &[Field] = &[
    Field::new("Id", Uuid),
    Field::new(
        "Topics",
        Array(&Struct(ASSIGN_REPLICAS_TO_DIRS_RESPONSE_DIRECTORIES_TOPICS)),
    ),
];

pub(super) static ASSIGN_REPLICAS_TO_DIRS_RESPONSE: Schema = Schema {
    name: "AssignReplicasToDirsResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new(
            "Directories",
            Array(&Struct(ASSIGN_REPLICAS_TO_DIRS_RESPONSE_DIRECTORIES)),
        ),
    ],
};
