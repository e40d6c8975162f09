//! What do requests name that their responses repeat?

use super::plan::{List, When, list, nested, once};

const TOPIC: &[&str] = &["Name", "TopicId"];
pub(super) const NOWHERE: &[(&str, i64)] = &[("NodeId", -1), ("Port", -1)];
const NO_OFFSET: &[(&str, i64)] = &[("CommittedOffset", -1)];

pub(super) const PRODUCE: &[List] = &[list("Responses", "TopicData").same(TOPIC).lists(&[list(
    "PartitionResponses",
    "PartitionData",
)
.same(&["Index"])
.error()
.numbers(&[("BaseOffset", -1)])])];

pub(super) const FETCH: &[List] = &[list("Responses", "Topics")
    .same(&["Topic", "TopicId"])
    .lists(&[list("Partitions", "Partitions")
        .renamed("PartitionIndex", "Partition")
        .error()
        .numbers(&[("HighWatermark", -1)])])];

/// Topics by name or id with partitions by `PartitionIndex`, each with an error.
pub(super) const PARTITIONS: &[List] =
    &[list("Topics", "Topics")
        .same(TOPIC)
        .lists(&[list("Partitions", "Partitions")
            .same(&["PartitionIndex"])
            .error()])];

pub(super) const DELETE_RECORDS: &[List] =
    &[list("Topics", "Topics")
        .same(TOPIC)
        .lists(&[list("Partitions", "Partitions")
            .same(&["PartitionIndex"])
            .error()
            .numbers(&[("LowWatermark", -1)])])];

pub(super) const METADATA: &[List] = &[list("Topics", "Topics").same(TOPIC).error()];

pub(super) const OFFSET_FETCH_PARTITIONS: &[List] =
    &[list("Topics", "Topics")
        .same(TOPIC)
        .lists(&[list("Partitions", "PartitionIndexes")
            .element("PartitionIndex")
            .error()
            .numbers(NO_OFFSET)])];

/// With an error of the whole group, a broker names no partitions.
pub(super) const OFFSET_FETCH_SUCCESS: &[List] = &[list("Topics", "Topics")
    .same(TOPIC)
    .when(When::Success)
    .lists(&[list("Partitions", "PartitionIndexes")
        .element("PartitionIndex")
        .numbers(NO_OFFSET)])];

pub(super) const OFFSET_FETCH_GROUPS: &[List] = &[list("Groups", "Groups")
    .same(&["GroupId"])
    .error()
    .lists(OFFSET_FETCH_SUCCESS)];

pub(super) const COORDINATORS: &[List] = &[list("Coordinators", "CoordinatorKeys")
    .element("Key")
    .error()
    .numbers(NOWHERE)];

pub(super) const LEAVE_GROUP: &[List] = &[list("Members", "Members")
    .same(&["MemberId", "GroupInstanceId"])
    .when(When::Success)];

pub(super) const DESCRIBE_GROUPS: &[List] = &[list("Groups", "Groups").element("GroupId").error()];

/// The groups of the newer protocols.
pub(super) const GROUP_IDS: &[List] = &[list("Groups", "GroupIds").element("GroupId").error()];

pub(super) const DELETE_GROUPS: &[List] =
    &[list("Results", "GroupsNames").element("GroupId").error()];

pub(super) const CREATE_TOPICS: &[List] = &[list("Topics", "Topics").same(&["Name"]).error()];

pub(super) const DELETE_TOPICS: &[List] = &[
    list("Responses", "Topics").same(TOPIC).error(),
    list("Responses", "TopicNames").element("Name").error(),
];

pub(super) const CREATE_PARTITIONS: &[List] = &[list("Results", "Topics").same(&["Name"]).error()];

pub(super) const LEADER_EPOCHS: &[List] =
    &[list("Topics", "Topics")
        .same(&["Topic"])
        .lists(&[list("Partitions", "Partitions")
            .same(&["Partition"])
            .error()])];

const ADDED_PARTITIONS: List = list("ResultsByPartition", "Partitions")
    .element("PartitionIndex")
    .errors(&["PartitionErrorCode"]);

pub(super) const ADD_PARTITIONS: &[List] = &[list("ResultsByTopicV3AndBelow", "V3AndBelowTopics")
    .same(TOPIC)
    .lists(&[ADDED_PARTITIONS])];

pub(super) const ADD_PARTITIONS_OF_TRANSACTIONS: &[List] =
    &[list("ResultsByTransaction", "Transactions")
        .same(&["TransactionalId"])
        .lists(&[list("TopicResults", "Topics")
            .same(TOPIC)
            .lists(&[ADDED_PARTITIONS])])];

pub(super) const TXN_MARKERS: &[List] =
    &[list("Markers", "Markers")
        .same(&["ProducerId"])
        .lists(&[list("Topics", "Topics").same(TOPIC).lists(&[list(
            "Partitions",
            "PartitionIndexes",
        )
        .element("PartitionIndex")
        .error()])])];

pub(super) const TRANSACTIONS: &[List] = &[list("TransactionStates", "TransactionalIds")
    .element("TransactionalId")
    .error()];

pub(super) const PRODUCERS: &[List] =
    &[list("Topics", "Topics")
        .same(TOPIC)
        .lists(&[list("Partitions", "PartitionIndexes")
            .element("PartitionIndex")
            .error()])];

pub(super) const CREATE_ACLS: &[List] = &[list("Results", "Creations").error()];
pub(super) const DELETE_ACLS: &[List] = &[list("FilterResults", "Filters").error()];

const RESOURCE: &[&str] = &["ResourceType", "ResourceName"];

pub(super) const DESCRIBE_CONFIGS: &[List] = &[list("Results", "Resources").same(RESOURCE).error()];

pub(super) const ALTER_CONFIGS: &[List] = &[list("Responses", "Resources").same(RESOURCE).error()];

pub(super) const MOVED_REPLICAS: &[List] = &[nested("Results", "Dirs", "Topics")
    .renamed("TopicName", "Name")
    .lists(&[list("Partitions", "Partitions")
        .element("PartitionIndex")
        .error()])];

/// Before version 3 there is no error at the top: one directory without a name has it.
pub(super) const LOG_DIR: &[List] = &[once("Results").error().when(When::Failure)];

pub(super) const ELECTIONS: &[List] = &[list("ReplicaElectionResults", "TopicPartitions")
    .same(&["Topic"])
    .lists(&[list("PartitionResult", "Partitions")
        .element("PartitionId")
        .error()])];

pub(super) const REASSIGNMENTS: &[List] =
    &[list("Responses", "Topics")
        .same(TOPIC)
        .lists(&[list("Partitions", "Partitions")
            .same(&["PartitionIndex"])
            .error()])];

/// What a broker names only when it has done it: one error at the top is enough otherwise.
pub(super) const DELETED_OFFSETS: &[List] = &[list("Topics", "Topics")
    .same(TOPIC)
    .when(When::Success)
    .lists(&[list("Partitions", "Partitions").same(&["PartitionIndex"])])];

pub(super) const LEADERLESS_PARTITIONS: &[List] = &[list("Topics", "Topics")
    .same(&["TopicName", "TopicId"])
    .when(When::Success)
    .lists(&[list("Partitions", "Partitions")
        .same(&["PartitionIndex"])
        .numbers(&[("LeaderId", -1)])])];

pub(super) const SNAPSHOTS: &[List] = &[list("Topics", "Topics")
    .same(&["Name"])
    .when(When::Success)
    .lists(&[list("Partitions", "Partitions")
        .same(&["SnapshotId", "Position"])
        .renamed("Index", "Partition")])];

pub(super) const DIRECTORIES: &[List] = &[list("Directories", "Directories")
    .same(&["Id"])
    .when(When::Success)
    .lists(&[list("Topics", "Topics").same(&["TopicId"]).lists(&[list(
        "Partitions",
        "Partitions",
    )
    .same(&["PartitionIndex"])])])];

pub(super) const QUOTAS: &[List] = &[list("Entries", "Entries").same(&["Entity"]).error()];

pub(super) const SCRAM_USERS: &[List] = &[list("Results", "Users")
    .renamed("User", "Name")
    .distinct("User")
    .error()];

pub(super) const ALTERED_SCRAM_USERS: &[List] = &[
    list("Results", "Deletions")
        .renamed("User", "Name")
        .distinct("User")
        .error(),
    list("Results", "Upsertions")
        .renamed("User", "Name")
        .distinct("User")
        .error(),
];

pub(super) const FEATURES: &[List] =
    &[list("Results", "FeatureUpdates").same(&["Feature"]).error()];

/// Acknowledgements that travel in a fetch fail with it: they may not be taken for done.
pub(super) const SHARE_FETCH: &[List] =
    &[list("Responses", "Topics")
        .same(&["TopicId"])
        .lists(&[list("Partitions", "Partitions")
            .same(&["PartitionIndex"])
            .errors(&["ErrorCode", "AcknowledgeErrorCode"])
            .leaderless()])];

pub(super) const SHARE_ACKNOWLEDGE: &[List] = &[list("Responses", "Topics")
    .same(&["TopicId"])
    .lists(&[list("Partitions", "Partitions")
        .same(&["PartitionIndex"])
        .error()
        .leaderless()])];

pub(super) const SHARE_STATE: &[List] =
    &[list("Results", "Topics")
        .same(&["TopicId"])
        .lists(&[list("Partitions", "Partitions")
            .same(&["Partition"])
            .error()])];

pub(super) const SHARE_OFFSETS: &[List] = &[list("Groups", "Groups")
    .same(&["GroupId"])
    .error()
    .lists(&[list("Topics", "Topics")
        .same(&["TopicName"])
        .when(When::Success)
        .lists(&[list("Partitions", "Partitions")
            .element("PartitionIndex")
            .numbers(&[("StartOffset", -1)])])])];

pub(super) const ALTERED_SHARE_OFFSETS: &[List] = &[list("Responses", "Topics")
    .same(&["TopicName"])
    .lists(&[list("Partitions", "Partitions")
        .same(&["PartitionIndex"])
        .error()])];

pub(super) const DELETED_SHARE_OFFSETS: &[List] =
    &[list("Responses", "Topics").same(&["TopicName"]).error()];
