//! How are the contents of a request dealt out?

use super::part::Place;
use shotover::wire::value::{Structure, Value};

const TOPICS: &str = "Topics";

/// The request once for each place, with the partitions that belong there, which stand in this array of a topic. `places`
/// are those of all partitions.
///
/// A topic without partitions goes where the first partition goes, so that it is in some answer.
pub(super) fn by_partition(
    mut contents: Structure,
    array: &'static str,
    first: Place,
    places: Vec<Place>,
) -> Vec<(Place, Structure)> {
    let mut places = places.into_iter();
    let mut shares: Vec<(Place, Vec<Value>)> = vec![(first, Vec::new())];
    for topic in contents.remove_elements(TOPICS) {
        let Value::Structure(mut topic) = topic else {
            continue;
        };
        let partitions = topic.remove_elements(array);
        let mut of_topic: Vec<(Place, Vec<Value>)> = Vec::new();
        if partitions.is_empty() {
            of_topic.push((first, Vec::new()));
        }
        for partition in partitions {
            let place = places.next().unwrap_or(first);
            put(&mut of_topic, place, partition);
        }
        for (place, partitions) in of_topic {
            let topic = topic.clone().with(array, partitions);
            put(&mut shares, place, topic.into());
        }
    }
    with_each(&contents, TOPICS, shares)
}

/// The request once for each place, with the elements of an array that belong there. `places` are those of all elements.
pub(super) fn by_element(
    mut contents: Structure,
    array: &'static str,
    first: Place,
    places: Vec<Place>,
) -> Vec<(Place, Structure)> {
    let mut places = places.into_iter();
    let mut shares: Vec<(Place, Vec<Value>)> = Vec::new();
    for element in contents.remove_elements(array) {
        put(&mut shares, places.next().unwrap_or(first), element);
    }
    with_each(&contents, array, shares)
}

/// The contents with each of these in the array.
pub(super) fn with_each<P>(
    contents: &Structure,
    array: &'static str,
    shares: Vec<(P, Vec<Value>)>,
) -> Vec<(P, Structure)> {
    let shares = shares.into_iter();
    shares
        .map(|(place, elements)| (place, contents.clone().with(array, elements)))
        .collect()
}

fn put(shares: &mut Vec<(Place, Vec<Value>)>, place: Place, value: Value) {
    match shares.iter_mut().find(|(known, _)| *known == place) {
        Some((_, share)) => share.push(value),
        None => shares.push((place, vec![value])),
    }
}
