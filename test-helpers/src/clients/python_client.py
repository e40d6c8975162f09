"""Carries out one task, given as JSON on standard input, with kafka-python."""

import json
import sys

from kafka import KafkaConsumer, KafkaProducer

LIMIT_MS = 80_000


def produce(task):
    producer = KafkaProducer(acks="all", **task["properties"])
    results = [
        producer.send(
            task["topic"],
            key=record["key"].encode(),
            value=record["value"].encode(),
            headers=[(name, value.encode()) for name, value in record["headers"]],
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
            "key": message.key.decode(),
            "value": message.value.decode(),
            "headers": [(name, value.decode()) for name, value in message.headers],
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
