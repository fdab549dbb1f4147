"""The Rust side of bench/encode.ts: Hugging Face's `tokenizers`, one thread, over the same texts.

Reads {"tokenizer": <tokenizer.json>, "texts": [...]} and prints {"seconds", "counts", "version"}: processor seconds of
the process for encoding each text once, and how many pieces each has. A text goes in alone, as to the other sides, and
as one batch; the faster of both counts.
"""

import json
import os
import sys
import time

os.environ["TOKENIZERS_PARALLELISM"] = "false"
os.environ["RAYON_NUM_THREADS"] = "1"

import tokenizers  # noqa: E402  (its threads are set before it starts them)


def timed(work):
    started = time.process_time()
    result = work()
    return result, time.process_time() - started


def main():
    given = json.load(sys.stdin)
    text = json.dumps(given["tokenizer"])
    texts = given["texts"]

    def one_by_one():
        # Of its own, so that no pass finds the words that another has cached.
        tokenizer = tokenizers.Tokenizer.from_str(text)
        return timed(lambda: [len(tokenizer.encode(one, add_special_tokens=False).ids) for one in texts])

    def batched():
        tokenizer = tokenizers.Tokenizer.from_str(text)
        return timed(lambda: [len(e.ids) for e in tokenizer.encode_batch_fast(texts, add_special_tokens=False)])

    counts, alone = one_by_one()
    batch_counts, batch = batched()
    assert counts == batch_counts
    print(json.dumps({"seconds": min(alone, batch), "counts": counts, "version": tokenizers.__version__}))


main()
