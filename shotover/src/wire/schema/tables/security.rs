//! What do the messages about authentication and authorization look like? Generated: see `schema/mod.rs`.

use crate::wire::schema::Type::{Array, Bytes, Int8, Int16, Int32, Int64, String, Struct};
use crate::wire::schema::{Field, Schema};

pub(super) static SASL_HANDSHAKE_REQUEST: Schema = Schema {
    name: "SaslHandshakeRequest",
    versions: (0, 1),
    flexible: None,
    fields: &[Field::new("Mechanism", String)],
};

pub(super) static SASL_HANDSHAKE_RESPONSE: Schema = Schema {
    name: "SaslHandshakeResponse",
    versions: (0, 1),
    flexible: None,
    fields: &[
        Field::new("ErrorCode", Int16),
        Field::new("Mechanisms", Array(&String)),
    ],
};

pub(super) static DESCRIBE_ACLS_REQUEST: Schema = Schema {
    name: "DescribeAclsRequest",
    versions: (1, 3),
    flexible: Some(2),
    fields: &[
        Field::new("ResourceTypeFilter", Int8),
        Field::new("ResourceNameFilter", String).nullable(),
        Field::new("PatternTypeFilter", Int8).defaults_to(3),
        Field::new("PrincipalFilter", String).nullable(),
        Field::new("HostFilter", String).nullable(),
        Field::new("Operation", Int8),
        Field::new("PermissionType", Int8),
    ],
};

const DESCRIBE_ACLS_RESPONSE_RESOURCES_ACLS: &[Field] = &[
    Field::new("Principal", String),
    Field::new("Host", String),
    Field::new("Operation", Int8),
    Field::new("PermissionType", Int8),
];

const DESCRIBE_ACLS_RESPONSE_RESOURCES: &[Field] = &[
    Field::new("ResourceType", Int8),
    Field::new("ResourceName", String),
    Field::new("PatternType", Int8).defaults_to(3),
    Field::new(
        "Acls",
        Array(&Struct(DESCRIBE_ACLS_RESPONSE_RESOURCES_ACLS)),
    ),
];

pub(super) static DESCRIBE_ACLS_RESPONSE: Schema = Schema {
    name: "DescribeAclsResponse",
    versions: (1, 3),
    flexible: Some(2),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String).nullable(),
        Field::new(
            "Resources",
            Array(&Struct(DESCRIBE_ACLS_RESPONSE_RESOURCES)),
        ),
    ],
};

const CREATE_ACLS_REQUEST_CREATIONS: &[Field] = &[
    Field::new("ResourceType", Int8),
    Field::new("ResourceName", String),
    Field::new("ResourcePatternType", Int8).defaults_to(3),
    Field::new("Principal", String),
    Field::new("Host", String),
    Field::new("Operation", Int8),
    Field::new("PermissionType", Int8),
];

pub(super) static CREATE_ACLS_REQUEST: Schema = Schema {
    name: "CreateAclsRequest",
    versions: (1, 3),
    flexible: Some(2),
    fields: &[Field::new(
        "Creations",
        Array(&Struct(CREATE_ACLS_REQUEST_CREATIONS)),
    )],
};

const CREATE_ACLS_RESPONSE_RESULTS: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
];

pub(super) static CREATE_ACLS_RESPONSE: Schema = Schema {
    name: "CreateAclsResponse",
    versions: (1, 3),
    flexible: Some(2),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("Results", Array(&Struct(CREATE_ACLS_RESPONSE_RESULTS))),
    ],
};

const DELETE_ACLS_REQUEST_FILTERS: &[Field] = &[
    Field::new("ResourceTypeFilter", Int8),
    Field::new("ResourceNameFilter", String).nullable(),
    Field::new("PatternTypeFilter", Int8).defaults_to(3),
    Field::new("PrincipalFilter", String).nullable(),
    Field::new("HostFilter", String).nullable(),
    Field::new("Operation", Int8),
    Field::new("PermissionType", Int8),
];

pub(super) static DELETE_ACLS_REQUEST: Schema = Schema {
    name: "DeleteAclsRequest",
    versions: (1, 3),
    flexible: Some(2),
    fields: &[Field::new(
        "Filters",
        Array(&Struct(DELETE_ACLS_REQUEST_FILTERS)),
    )],
};

const DELETE_ACLS_RESPONSE_FILTER_RESULTS_MATCHING_ACLS: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
    Field::new("ResourceType", Int8),
    Field::new("ResourceName", String),
    Field::new("PatternType", Int8).defaults_to(3),
    Field::new("Principal", String),
    Field::new("Host", String),
    Field::new("Operation", Int8),
    Field::new("PermissionType", Int8),
];

const DELETE_ACLS_RESPONSE_FILTER_RESULTS: &[Field] = &[
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
    Field::new(
        "MatchingAcls",
        Array(&Struct(DELETE_ACLS_RESPONSE_FILTER_RESULTS_MATCHING_ACLS)),
    ),
];

pub(super) static DELETE_ACLS_RESPONSE: Schema = Schema {
    name: "DeleteAclsResponse",
    versions: (1, 3),
    flexible: Some(2),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new(
            "FilterResults",
            Array(&Struct(DELETE_ACLS_RESPONSE_FILTER_RESULTS)),
        ),
    ],
};

pub(super) static SASL_AUTHENTICATE_REQUEST: Schema = Schema {
    name: "SaslAuthenticateRequest",
    versions: (0, 2),
    flexible: Some(2),
    fields: &[Field::new("AuthBytes", Bytes)],
};

pub(super) static SASL_AUTHENTICATE_RESPONSE: Schema = Schema {
    name: "SaslAuthenticateResponse",
    versions: (0, 2),
    flexible: Some(2),
    fields: &[
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String).nullable(),
        Field::new("AuthBytes", Bytes),
        Field::new("SessionLifetimeMs", Int64).since(1),
    ],
};

const CREATE_DELEGATION_TOKEN_REQUEST_RENEWERS: &[Field] = &[
    Field::new("PrincipalType", String),
    Field::new("PrincipalName", String),
];

pub(super) static CREATE_DELEGATION_TOKEN_REQUEST: Schema = Schema {
    name: "CreateDelegationTokenRequest",
    versions: (1, 3),
    flexible: Some(2),
    fields: &[
        Field::new("OwnerPrincipalType", String).since(3).nullable(),
        Field::new("OwnerPrincipalName", String).since(3).nullable(),
        Field::new(
            "Renewers",
            Array(&Struct(CREATE_DELEGATION_TOKEN_REQUEST_RENEWERS)),
        ),
        Field::new("MaxLifetimeMs", Int64),
    ],
};

pub(super) static CREATE_DELEGATION_TOKEN_RESPONSE: Schema = Schema {
    name: "CreateDelegationTokenResponse",
    versions: (1, 3),
    flexible: Some(2),
    fields: &[
        Field::new("ErrorCode", Int16),
        Field::new("PrincipalType", String),
        Field::new("PrincipalName", String),
        Field::new("TokenRequesterPrincipalType", String).since(3),
        Field::new("TokenRequesterPrincipalName", String).since(3),
        Field::new("IssueTimestampMs", Int64),
        Field::new("ExpiryTimestampMs", Int64),
        Field::new("MaxTimestampMs", Int64),
        Field::new("TokenId", String),
        Field::new("Hmac", Bytes),
        Field::new("ThrottleTimeMs", Int32),
    ],
};

pub(super) static RENEW_DELEGATION_TOKEN_REQUEST: Schema = Schema {
    name: "RenewDelegationTokenRequest",
    versions: (1, 2),
    flexible: Some(2),
    fields: &[
        Field::new("Hmac", Bytes),
        Field::new("RenewPeriodMs", Int64),
    ],
};

pub(super) static RENEW_DELEGATION_TOKEN_RESPONSE: Schema = Schema {
    name: "RenewDelegationTokenResponse",
    versions: (1, 2),
    flexible: Some(2),
    fields: &[
        Field::new("ErrorCode", Int16),
        Field::new("ExpiryTimestampMs", Int64),
        Field::new("ThrottleTimeMs", Int32),
    ],
};

pub(super) static EXPIRE_DELEGATION_TOKEN_REQUEST: Schema = Schema {
    name: "ExpireDelegationTokenRequest",
    versions: (1, 2),
    flexible: Some(2),
    fields: &[
        Field::new("Hmac", Bytes),
        Field::new("ExpiryTimePeriodMs", Int64),
    ],
};

pub(super) static EXPIRE_DELEGATION_TOKEN_RESPONSE: Schema = Schema {
    name: "ExpireDelegationTokenResponse",
    versions: (1, 2),
    flexible: Some(2),
    fields: &[
        Field::new("ErrorCode", Int16),
        Field::new("ExpiryTimestampMs", Int64),
        Field::new("ThrottleTimeMs", Int32),
    ],
};

const DESCRIBE_DELEGATION_TOKEN_REQUEST_OWNERS: &[Field] = &[
    Field::new("PrincipalType", String),
    Field::new("PrincipalName", String),
];

pub(super) static DESCRIBE_DELEGATION_TOKEN_REQUEST: Schema = Schema {
    name: "DescribeDelegationTokenRequest",
    versions: (1, 3),
    flexible: Some(2),
    fields: &[Field::new(
        "Owners",
        Array(&Struct(DESCRIBE_DELEGATION_TOKEN_REQUEST_OWNERS)),
    )
    .nullable()],
};

const DESCRIBE_DELEGATION_TOKEN_RESPONSE_TOKENS_RENEWERS: &[Field] = &[
    Field::new("PrincipalType", String),
    Field::new("PrincipalName", String),
];

const DESCRIBE_DELEGATION_TOKEN_RESPONSE_TOKENS: &[Field] = &[
    Field::new("PrincipalType", String),
    Field::new("PrincipalName", String),
    Field::new("TokenRequesterPrincipalType", String).since(3),
    Field::new("TokenRequesterPrincipalName", String).since(3),
    Field::new("IssueTimestamp", Int64),
    Field::new("ExpiryTimestamp", Int64),
    Field::new("MaxTimestamp", Int64),
    Field::new("TokenId", String),
    Field::new("Hmac", Bytes),
    Field::new(
        "Renewers",
        Array(&Struct(DESCRIBE_DELEGATION_TOKEN_RESPONSE_TOKENS_RENEWERS)),
    ),
];

pub(super) static DESCRIBE_DELEGATION_TOKEN_RESPONSE: Schema = Schema {
    name: "DescribeDelegationTokenResponse",
    versions: (1, 3),
    flexible: Some(2),
    fields: &[
        Field::new("ErrorCode", Int16),
        Field::new(
            "Tokens",
            Array(&Struct(DESCRIBE_DELEGATION_TOKEN_RESPONSE_TOKENS)),
        ),
        Field::new("ThrottleTimeMs", Int32),
    ],
};

const DESCRIBE_USER_SCRAM_CREDENTIALS_REQUEST_USERS: &[Field] = &[Field::new("Name", String)];

pub(super) static DESCRIBE_USER_SCRAM_CREDENTIALS_REQUEST: Schema = Schema {
    name: "DescribeUserScramCredentialsRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[Field::new(
        "Users",
        Array(&Struct(DESCRIBE_USER_SCRAM_CREDENTIALS_REQUEST_USERS)),
    )
    .nullable()],
};

const DESCRIBE_USER_SCRAM_CREDENTIALS_RESPONSE_RESULTS_CREDENTIAL_INFOS: &[Field] = &[
    Field::new("Mechanism", Int8),
    Field::new("Iterations", Int32),
];

const DESCRIBE_USER_SCRAM_CREDENTIALS_RESPONSE_RESULTS: &[Field] = &[
    Field::new("User", String),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
    Field::new(
        "CredentialInfos",
        Array(&Struct(
            DESCRIBE_USER_SCRAM_CREDENTIALS_RESPONSE_RESULTS_CREDENTIAL_INFOS,
        )),
    ),
];

pub(super) static DESCRIBE_USER_SCRAM_CREDENTIALS_RESPONSE: Schema = Schema {
    name: "DescribeUserScramCredentialsResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new("ErrorCode", Int16),
        Field::new("ErrorMessage", String).nullable(),
        Field::new(
            "Results",
            Array(&Struct(DESCRIBE_USER_SCRAM_CREDENTIALS_RESPONSE_RESULTS)),
        ),
    ],
};

const ALTER_USER_SCRAM_CREDENTIALS_REQUEST_DELETIONS: &[Field] =
    &[Field::new("Name", String), Field::new("Mechanism", Int8)];

const ALTER_USER_SCRAM_CREDENTIALS_REQUEST_UPSERTIONS: &[Field] = &[
    Field::new("Name", String),
    Field::new("Mechanism", Int8),
    Field::new("Iterations", Int32),
    Field::new("Salt", Bytes),
    Field::new("SaltedPassword", Bytes),
];

pub(super) static ALTER_USER_SCRAM_CREDENTIALS_REQUEST: Schema = Schema {
    name: "AlterUserScramCredentialsRequest",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new(
            "Deletions",
            Array(&Struct(ALTER_USER_SCRAM_CREDENTIALS_REQUEST_DELETIONS)),
        ),
        Field::new(
            "Upsertions",
            Array(&Struct(ALTER_USER_SCRAM_CREDENTIALS_REQUEST_UPSERTIONS)),
        ),
    ],
};

const ALTER_USER_SCRAM_CREDENTIALS_RESPONSE_RESULTS: &[Field] = &[
    Field::new("User", String),
    Field::new("ErrorCode", Int16),
    Field::new("ErrorMessage", String).nullable(),
];

pub(super) static ALTER_USER_SCRAM_CREDENTIALS_RESPONSE: Schema = Schema {
    name: "AlterUserScramCredentialsResponse",
    versions: (0, 0),
    flexible: Some(0),
    fields: &[
        Field::new("ThrottleTimeMs", Int32),
        Field::new(
            "Results",
            Array(&Struct(ALTER_USER_SCRAM_CREDENTIALS_RESPONSE_RESULTS)),
        ),
    ],
};
