"""The Python side of bench/near-duplicates.ts: datasketch's MinHash and MinHashLSH, one thread, over the same sets.

Reads {"sets": [[shingle, ...], ...], "threshold", "bands", "rows"} and prints {"seconds", "kept", "version"}: processor
seconds to keep, in the given order, each set that is not near a kept one (candidates from LSH, their Jaccard index
verified), and which were kept.
"""

import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

from importlib.metadata import version  # noqa: E402

from datasketch import MinHash, MinHashLSH  # noqa: E402  (threads are set before it starts them)


def keep(sets, threshold, bands, rows):
    lsh = MinHashLSH(num_perm=bands * rows, params=(bands, rows))
    # The shingles are hashes already: as an array they go in without a call for each.
    empty = MinHash(num_perm=bands * rows, seed=1, hashfunc=lambda value: value)
    members, kept = {}, []
    for number, shingles in enumerate(sets):
        own = empty.copy()
        own.update_batch(shingles)
        mine = set(shingles)
        near = False
        for other in lsh.query(own):
            theirs = members[other]
            common = len(mine & theirs)
            if common >= threshold * (len(mine) + len(theirs) - common):
                near = True
                break
        if not near:
            lsh.insert(number, own, check_duplication=False)
            members[number] = mine
            kept.append(number)
    return kept


def main():
    given = json.load(sys.stdin)
    sets = given["sets"]
    started = time.process_time()
    kept = keep(sets, given["threshold"], given["bands"], given["rows"])
    seconds = time.process_time() - started
    print(json.dumps({"seconds": seconds, "kept": kept, "version": version("datasketch")}))


main()
