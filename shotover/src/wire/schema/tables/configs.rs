//! What do the messages about configurations, quotas and log directories look like? Generated: see `schema/mod.rs`.

use crate::wire::schema::Type::{Array, Bool, Float64, Int8, Int16, Int32, Int64, String, Struct};
use crate::wire::schema::{Field, Schema};

const DESCRIBE_CONFIGS_REQUEST_RESOURCES: &[Field] = &[
    Field::new("ResourceType", Int8),
    Field::new("ResourceName", String),
    Field::new("ConfigurationKeys", Array(&String)).nullable(),
];

pub(super) static DESCRIBE_CONFIGS_REQUEST: Schema = Schema {
    name: "DescribeConfigsRequest",
    versions: (1, 4),
    flexible: Some(4),
    fields: &[
        Field::new(
            "Resources",
            Array(&Struct(DESCRIBE_CONFIGS_REQUEST_RESOURCES)),
        ),
        Field::new("IncludeSynonyms", Bool),
        Field::new("IncludeDocumentation", Bool).since(3),
    ],
};

const DESCRIBE_CONFIGS_RESPONSE_RESULTS_CONFIGS_SYNONYMS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Value", String).nullable(),
    Field::new("Source", Int8),
];

const DESCRIBE_CONFIGS_RESPONSE_RESULTS_CONFIGS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Value", String).nullable(),
    Field::new("ReadOnly", Bool),
    Field::new("ConfigSource", Int8).defaults_to(-1),
    Field::new("IsSensitive", Bool),
    Field::new(
        "Synonyms",
        Array(&Struct(DESCRIBE_CONFIGS_RESPONSE_RESULTS_CONFIGS_SYNONYMS)),
    ),
    Field::new("ConfigType", Int8).since(3),
    Field::new("Documentation", String).since(3).nullable(),
];

const DESCRIBE_CONFIGS_RESPONSE_RESULTS: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
    Field::new("ResourceType", Int8),
    Field::new("ResourceName", String),
    Field::new(
        "Configs",
        Array(&Struct(DESCRIBE_CONFIGS_RESPONSE_RESULTS_CONFIGS)),
    ),
];

pub(super) static DESCRIBE_CONFIGS_RESPONSE: Schema = Schema {
    name: "DescribeConfigsResponse",
    versions: (1, 4),
    flexible: Some(4),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("Results", Array(&Struct(DESCRIBE_CONFIGS_RESPONSE_RESULTS))),
    ],
};

const ALTER_CONFIGS_REQUEST_RESOURCES_CONFIGS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Value", String).nullable(),
];

const ALTER_CONFIGS_REQUEST_RESOURCES: &[Field] = &[
    Field::new("ResourceType", Int8),
    Field::new("ResourceName", String),
    Field::new(
        "Configs",
        Array(&Struct(ALTER_CONFIGS_REQUEST_RESOURCES_CONFIGS)),
    ),
];

pub(super) static ALTER_CONFIGS_REQUEST: Schema = Schema {
    name: "AlterConfigsRequest",
    versions: (0, 2),
    flexible: Some(2),
    fields: &[
        Field::new("Resources", Array(&Struct(ALTER_CONFIGS_REQUEST_RESOURCES))),
        Field::new("ValidateOnly", Bool),
    ],
};

const ALTER_CONFIGS_RESPONSE_RESPONSES: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
    Field::new("ResourceType", Int8),
    Field::new("ResourceName", String),
];

pub(super) static ALTER_CONFIGS_RESPONSE: Schema = Schema {
    name: "AlterConfigsResponse",
    versions: (0, 2),
    flexible: Some(2),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new(
            "Responses",
            Array(&Struct(ALTER_CONFIGS_RESPONSE_RESPONSES)),
        ),
    ],
};

const ALTER_REPLICA_LOG_DIRS_REQUEST_DIRS_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Partitions", Array(&Int32)),
];

const ALTER_REPLICA_LOG_DIRS_REQUEST_DIRS: &[Field] = &[
    Field::new("Path", String),
    Field::new(
        "Topics",
        Array(&Struct(ALTER_REPLICA_LOG_DIRS_REQUEST_DIRS_TOPICS)),
    ),
];

pub(super) static ALTER_REPLICA_LOG_DIRS_REQUEST: Schema = Schema {
    name: "AlterReplicaLogDirsRequest",
    versions: (1, 2),
    flexible: Some(2),
    fields: &[Field::new(
        "Dirs",
        Array(&Struct(ALTER_REPLICA_LOG_DIRS_REQUEST_DIRS)),
    )],
};

const ALTER_REPLICA_LOG_DIRS_RESPONSE_RESULTS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("ErrorCode", Int16),
];

const ALTER_REPLICA_LOG_DIRS_RESPONSE_RESULTS: &[Field] = &[
    Field::new("TopicName", String),
    Field::new(
        "Partitions",
        Array(&Struct(ALTER_REPLICA_LOG_DIRS_RESPONSE_RESULTS_PARTITIONS)),
    ),
];

pub(super) static ALTER_REPLICA_LOG_DIRS_RESPONSE: Schema = Schema {
    name: "AlterReplicaLogDirsResponse",
    versions: (1, 2),
    flexible: Some(2),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new(
            "Results",
            Array(&Struct(ALTER_REPLICA_LOG_DIRS_RESPONSE_RESULTS)),
        ),
    ],
};

const DESCRIBE_LOG_DIRS_REQUEST_TOPICS: &[Field] = &[
    Field::new("Topic", String),
    Field::new("Partitions", Array(&Int32)),
];

pub(super) static DESCRIBE_LOG_DIRS_REQUEST: Schema = Schema {
    name: "DescribeLogDirsRequest",
    versions: (1, 5),
    flexible: Some(2),
    fields: &[Field::new("Topics", Array(&Struct(DESCRIBE_LOG_DIRS_REQUEST_TOPICS))).nullable()],
};

const DESCRIBE_LOG_DIRS_RESPONSE_RESULTS_TOPICS_PARTITIONS: &[Field] = &[
    Field::new("PartitionIndex", Int32),
    Field::new("PartitionSize", Int64),
    Field::new("OffsetLag", Int64),
    Field::new("IsFutureKey", Bool),
];

const DESCRIBE_LOG_DIRS_RESPONSE_RESULTS_TOPICS: &[Field] = &[
    Field::new("Name", String),
    Field::new(
        "Partitions",
        Array(&Struct(
            DESCRIBE_LOG_DIRS_RESPONSE_RESULTS_TOPICS_PARTITIONS,
        )),
    ),
];

const DESCRIBE_LOG_DIRS_RESPONSE_RESULTS: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("LogDir", String),
    Field::new(
        "Topics",
        Array(&Struct(DESCRIBE_LOG_DIRS_RESPONSE_RESULTS_TOPICS)),
    ),
    Field::new("TotalBytes", Int64).since(4).defaults_to(-1),
    Field::new("UsableBytes", Int64).since(4).defaults_to(-1),
    Field::new("IsCordoned", Bool).since(5),
];

pub(super) static DESCRIBE_LOG_DIRS_RESPONSE: Schema = Schema {
    name: "DescribeLogDirsResponse",
    versions: (1, 5),
    flexible: Some(2),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16).since(3),
        Field::new(
            "Results",
            Array(&Struct(DESCRIBE_LOG_DIRS_RESPONSE_RESULTS)),
        ),
    ],
};

const INCREMENTAL_ALTER_CONFIGS_REQUEST_RESOURCES_CONFIGS: &[Field] = &[
    Field::new("Name", String),
    Field::new("ConfigOperation", Int8),
    Field::new("Value", String).nullable(),
];

const INCREMENTAL_ALTER_CONFIGS_REQUEST_RESOURCES: &[Field] = &[
    Field::new("ResourceType", Int8),
    Field::new("ResourceName", String),
    Field::new(
        "Configs",
        Array(&Struct(INCREMENTAL_ALTER_CONFIGS_REQUEST_RESOURCES_CONFIGS)),
    ),
];

pub(super) static INCREMENTAL_ALTER_CONFIGS_REQUEST: Schema = Schema {
    name: "IncrementalAlterConfigsRequest",
    versions: (0, 1),
    flexible: Some(1),
    fields: &[
        Field::new(
            "Resources",
            Array(&Struct(INCREMENTAL_ALTER_CONFIGS_REQUEST_RESOURCES)),
        ),
        Field::new("ValidateOnly", Bool),
    ],
};

const INCREMENTAL_ALTER_CONFIGS_RESPONSE_RESPONSES: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
    Field::new("ResourceType", Int8),
    Field::new("ResourceName", String),
];

pub(super) static INCREMENTAL_ALTER_CONFIGS_RESPONSE: Schema = Schema {
    name: "IncrementalAlterConfigsResponse",
    versions: (0, 1),
    flexible: Some(1),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new(
            "Responses",
            Array(&Struct(INCREMENTAL_ALTER_CONFIGS_RESPONSE_RESPONSES)),
        ),
    ],
};

const DESCRIBE_CLIENT_QUOTAS_REQUEST_COMPONENTS: &[Field] = &[
    Field::new("EntityType", String),
    Field::new("MatchType", Int8),
    Field::new("Match", String).nullable(),
];

pub(super) static DESCRIBE_CLIENT_QUOTAS_REQUEST: Schema = Schema {
    name: "DescribeClientQuotasRequest",
    versions: (0, 1),
    flexible: Some(1),
    fields: &[
        Field::new(
            "Components",
            Array(&Struct(DESCRIBE_CLIENT_QUOTAS_REQUEST_COMPONENTS)),
        ),
        Field::new("Strict", Bool),
    ],
};

const DESCRIBE_CLIENT_QUOTAS_RESPONSE_ENTRIES_ENTITY: &[Field] = &[
    Field::new("EntityType", String),
    Field::new("EntityName", String).nullable(),
];

const DESCRIBE_CLIENT_QUOTAS_RESPONSE_ENTRIES_VALUES: &[Field] =
    &[Field::new("Key", String), Field::new("Value", Float64)];

const DESCRIBE_CLIENT_QUOTAS_RESPONSE_ENTRIES: &[Field] = &[
    Field::new(
        "Entity",
        Array(&Struct(DESCRIBE_CLIENT_QUOTAS_RESPONSE_ENTRIES_ENTITY)),
    ),
    Field::new(
        "Values",
        Array(&Struct(DESCRIBE_CLIENT_QUOTAS_RESPONSE_ENTRIES_VALUES)),
    ),
];

pub(super) static DESCRIBE_CLIENT_QUOTAS_RESPONSE: Schema = Schema {
    name: "DescribeClientQuotasResponse",
    versions: (0, 1),
    flexible: Some(1),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String).nullable(),
        Field::new(
            "Entries",
            Array(&Struct(DESCRIBE_CLIENT_QUOTAS_RESPONSE_ENTRIES)),
        )
        .nullable(),
    ],
};

const ALTER_CLIENT_QUOTAS_REQUEST_ENTRIES_ENTITY: &[Field] = &[
    Field::new("EntityType", String),
    Field::new("EntityName", String).nullable(),
];

const ALTER_CLIENT_QUOTAS_REQUEST_ENTRIES_OPS: &[Field] = &[
    Field::new("Key", String),
    Field::new("Value", Float64),
    Field::new("Remove", Bool),
];

const ALTER_CLIENT_QUOTAS_REQUEST_ENTRIES: &[Field] = &[
    Field::new(
        "Entity",
        Array(&Struct(ALTER_CLIENT_QUOTAS_REQUEST_ENTRIES_ENTITY)),
    ),
    Field::new(
        "Ops",
        Array(&Struct(ALTER_CLIENT_QUOTAS_REQUEST_ENTRIES_OPS)),
    ),
];

pub(super) static ALTER_CLIENT_QUOTAS_REQUEST: Schema = Schema {
    name: "AlterClientQuotasRequest",
    versions: (0, 1),
    flexible: Some(1),
    fields: &[
        Field::new(
            "Entries",
            Array(&Struct(ALTER_CLIENT_QUOTAS_REQUEST_ENTRIES)),
        ),
        Field::new("ValidateOnly", Bool),
    ],
};

const ALTER_CLIENT_QUOTAS_RESPONSE_ENTRIES_ENTITY: &[Field] = &[
    Field::new("EntityType", String),
    Field::new("EntityName", String).nullable(),
];

const ALTER_CLIENT_QUOTAS_RESPONSE_ENTRIES: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
    Field::new(
        "Entity",
        Array(&Struct(ALTER_CLIENT_QUOTAS_RESPONSE_ENTRIES_ENTITY)),
    ),
];

pub(super) static ALTER_CLIENT_QUOTAS_RESPONSE: Schema = Schema {
    name: "AlterClientQuotasResponse",
    versions: (0, 1),
    flexible: Some(1),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new(
            "Entries",
            Array(&Struct(ALTER_CLIENT_QUOTAS_RESPONSE_ENTRIES)),
        ),
    ],
};

pub(super) static LIST_CONFIG_RESOURCES_REQUEST: Schema = Schema {
    name: "ListConfigResourcesRequest",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[Field::new("ResourceTypes", Array(&Int8)).since(1)],
};

const LIST_CONFIG_RESOURCES_RESPONSE_CONFIG_RESOURCES: &[Field] = &[
    Field::new("ResourceName", String),
    Field::new("ResourceType", Int8).since(1).defaults_to(16),
];

pub(super) static LIST_CONFIG_RESOURCES_RESPONSE: Schema = Schema {
    name: "ListConfigResourcesResponse",
    versions: (0, 1),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new(
            "ConfigResources",
            Array(&Struct(LIST_CONFIG_RESOURCES_RESPONSE_CONFIG_RESOURCES)),
        ),
    ],
};
