"""Carries out one task, given as JSON on standard input, with kafka-python."""

import json
import sys

from kafka import KafkaConsumer, KafkaProducer

LIMIT_MS = 80_000


def from_hex(text):
    return None if text is None else bytes.fromhex(text)


def to_hex(data):
    return None if data is None else data.hex()


def produce(task):
    producer = KafkaProducer(acks="all", **task["properties"])
    results = [
        producer.send(
            task["topic"],
            key=from_hex(record["key"]),
            value=from_hex(record["value"]),
            headers=[(name, from_hex(value)) for name, value in record["headers"]],
        )
        for record in task["records"]
    ]
    producer.flush(timeout=LIMIT_MS / 1000)
    for result in results:
        result.get(timeout=0)
    producer.close()


def consume(task):
    consumer = KafkaConsumer(
        task["topic"],
        group_id=task["group"],
        auto_offset_reset="earliest",
        consumer_timeout_ms=LIMIT_MS,
        **task["properties"],
    )
    left = task["count"]
    for message in consumer:
        line = {
            "partition": message.partition,
            "offset": message.offset,
            "key": to_hex(message.key),
            "value": to_hex(message.value),
            "headers": [(name, to_hex(value)) for name, value in message.headers],
        }
        print(json.dumps(line))
        left -= 1
        if left == 0:
            break
    consumer.close()
    if left:
        sys.exit(f"{left} records did not arrive")


task = json.load(sys.stdin)
{"produce": produce, "consume": consume}[task["work"]](task)
