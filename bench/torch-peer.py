"""The peer of bench/train-step.ts and bench/infer-step.ts: TRM-Edit in PyTorch, from the same equations.

Written as a careful PyTorch user would: merged projections, `scaled_dot_product_attention`, `embedding_bag`, fused AdamW,
`_foreach` operations, one read of numbers a step. Weights and batches come from files that the Node side wrote
(bench/tools/step-case.ts), so both sides compute the same; the bench refuses to time them otherwise.

A long-lived process: one JSON request a line on standard input, one JSON answer a line on standard output. It computes
only between the two. `python torch-peer.py <threads>`
"""

import json
import resource
import struct
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

HEAD_WIDTH = 64
MASKED = -1e9
TOP_PIECES = 8
# As NAME_TRAITS in src/records/file-names.ts.
NAME_TRAITS = 16
TYPES = {"F32": torch.float32, "I32": torch.int32, "U16": torch.uint16, "U8": torch.uint8}


def read_safetensors(path):
    """Tensors of a safetensors file by name; integers as int64, which PyTorch's indices are."""
    data = bytearray(Path(path).read_bytes())
    (size,) = struct.unpack_from("<Q", data)
    out = {}
    for name, entry in json.loads(data[8 : 8 + size]).items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        kind = TYPES[entry["dtype"]]
        if begin == end:
            tensor = torch.empty(entry["shape"], dtype=kind)
        else:
            tensor = torch.frombuffer(data[8 + size + begin : 8 + size + end], dtype=kind).reshape(entry["shape"])
        out[name] = tensor.clone() if kind.is_floating_point else tensor.to(torch.int64)
    return out


def rms(h):
    return F.rms_norm(h, (h.shape[-1],), eps=1e-5)


def linear(weight):
    """A layer without bias of an `[in, out]` matrix."""
    layer = nn.Linear(*weight.shape, bias=False)
    layer.weight.data = weight.t().contiguous()
    return layer


class Block(nn.Module):
    """h <- rms(h + Attn(h)); h <- rms(h + SwiGLU(h))."""

    def __init__(self, weights):
        super().__init__()
        self.qkv = linear(weights["qkv"])
        self.o = linear(weights["o"])
        self.gate_up = linear(weights["gateUp"])
        self.down = linear(weights["down"])

    def forward(self, h, rotary, mask):
        batch, positions, width = h.shape
        # [3, B, heads, N, 64]
        qkv = self.qkv(h).view(batch, positions, 3, width // HEAD_WIDTH, HEAD_WIDTH).permute(2, 0, 3, 1, 4)
        qk = qkv[:2]
        first, second = qk.chunk(2, -1)
        q, k = qk * rotary[0] + torch.cat((-second, first), -1) * rotary[1]
        mixed = F.scaled_dot_product_attention(q, k, qkv[2], attn_mask=mask)
        h = rms(h + self.o(mixed.transpose(1, 2).reshape(h.shape)))
        gate, up = self.gate_up(h).chunk(2, -1)
        return rms(h + self.down(F.silu(gate) * up))


class Core(nn.Module):
    """The network f."""

    def __init__(self, stored):
        super().__init__()
        layers = 1 + max(int(name.split(".")[1]) for name in stored if name.startswith("core."))
        prefix = [f"core.{layer}." for layer in range(layers)]
        self.blocks = nn.ModuleList(
            Block({name.removeprefix(p): value for name, value in stored.items() if name.startswith(p)}) for p in prefix
        )

    def forward(self, h, rotary, mask):
        for block in self.blocks:
            h = block(h, rotary, mask)
        return h


def bags(owners, count):
    """Offsets of embedding_bag from the ascending owner of each entry."""
    return F.pad(torch.bincount(owners, minlength=count).cumsum(0), (1, 0))[:-1]


class Batch:
    """A batch with what is made of it once."""

    def __init__(self, stored, case, model):
        self.__dict__.update(stored)
        self.rows, self.length, self.buggy = case["rows"], case["length"], len(stored["bugTypes"])
        positions = model.registers.shape[0] + self.length
        self.piece_offsets = bags(self.pieceTokens, self.rows * self.length)
        token, self.feature_ids = self.features.nonzero(as_tuple=True)
        self.feature_weights = self.features[token, self.feature_ids]
        self.feature_offsets = bags(token, self.rows * self.length)
        angles = torch.arange(positions)[:, None] / 10000 ** (torch.arange(0, HEAD_WIDTH, 2) / HEAD_WIDTH)
        angles = torch.cat((angles, angles), -1)
        self.rotary = (angles.cos(), angles.sin())
        # True where a token stands; registers are always there.
        self.real = torch.arange(self.length) < self.lengths[:, None]
        attended = F.pad(self.real, (positions - self.length, 0), value=True)
        self.mask = None if bool(attended.all()) else attended[:, None, None, :]
        self.location_mask = F.pad(torch.where(self.real, 0.0, MASKED), (1, 0))
        self.last = self.lengths[self.placeRows] - 1
        self.edited = self.placeRows[: self.buggy]
        self.set_names()

    def set_names(self):
        """Names of the rows that have places, side by side and padded: `[G, M]`, of which row `group` is a slot's."""
        rows, groups = self.placeRows.unique(return_inverse=True)
        self.name_group = groups[self.slotPlaces]
        counts = self.nameOffsets[rows + 1] - self.nameOffsets[rows]
        places = torch.arange(max(1, int(counts.max())))
        self.no_name = places >= counts[:, None]
        index = (self.nameOffsets[rows][:, None] + places).masked_fill(self.no_name, 0)
        starts = self.namePieceStarts
        lists = [
            self.namePieceIds[starts[name] : starts[name + 1]] if real else self.namePieceIds[:0]
            for name, real in zip(index.flatten().tolist(), (~self.no_name).flatten().tolist())
        ]
        self.name_ids = torch.cat(lists)
        self.name_bags = F.pad(torch.tensor([len(ids) for ids in lists]).cumsum(0), (1, 0))[:-1]
        bits = torch.arange(NAME_TRAITS)
        pick = lambda values: (F.pad(values, (0, 1))[index]).masked_fill(self.no_name, 0)
        self.name_traits = (pick(self.nameTraits)[..., None] >> bits & 1).float()
        start = self.placeRows * self.length + self.starts
        self.name_near = (pick(self.nameNear)[groups] == 1 + self.nameGroups[start][:, None]).float()[self.slotPlaces]


class Model(nn.Module):
    """The whole of TRM-Edit: embedding, recursion, heads."""

    def __init__(self, stored, config):
        super().__init__()
        self.config = config
        self.f = Core(stored)
        self.run_f = self.f
        self.pieces = nn.Parameter(stored["embedding.pieces"])
        self.up = nn.Parameter(stored["embedding.up"].t().contiguous())
        self.features = nn.Parameter(stored["embedding.features"])
        self.registers = nn.Parameter(stored["embedding.registers"])
        self.head = nn.ParameterDict(
            {name.removeprefix("heads."): nn.Parameter(value) for name, value in stored.items() if name.startswith("heads.")}
        )
        entry, slot = stored["tables.entryPieces"].nonzero(as_tuple=True)
        self.entry_ids = stored["tables.entryPieces"][entry, slot]
        count = len(stored["tables.entryKinds"])
        self.entry_offsets = bags(entry, count)
        self.entry_kinds = stored["tables.entryKinds"].clone()
        self.entry_kinds[0] = config["emptyKind"]
        self.piece_mask = torch.where(stored["tables.namePieces"] > 0, 0.0, MASKED)
        self.start = (stored["start.y"], stored["start.z"])

    def start_states(self, batch):
        shape = (batch.rows, self.registers.shape[0] + batch.length, -1)
        return tuple(start.expand(shape) for start in self.start)

    def embed(self, batch):
        mean = F.embedding_bag(
            batch.pieceIds, self.pieces, batch.piece_offsets, mode="sum", per_sample_weights=batch.pieceWeights
        )
        marks = F.embedding_bag(
            batch.feature_ids, self.features, batch.feature_offsets, mode="sum", per_sample_weights=batch.feature_weights
        )
        tokens = (F.linear(mean, self.up) + marks).view(batch.rows, batch.length, -1)
        return rms(torch.cat((self.registers.expand(batch.rows, -1, -1), tokens), 1))

    def recursion(self, x, y, z, batch):
        for _ in range(self.config["latentUpdates"]):
            z = self.run_f(z + (y + x), batch.rotary, batch.mask)
        return self.run_f(y + z, batch.rotary, batch.mask), z

    def supervision_step(self, batch, y, z):
        """T - 1 recursions without gradient, one with."""
        if self.config["recursions"] > 1:
            with torch.no_grad():
                x = self.embed(batch)
                for _ in range(self.config["recursions"] - 1):
                    y, z = self.recursion(x, y, z, batch)
        return self.recursion(self.embed(batch), y, z, batch)

    def location(self, y, batch):
        head = self.head
        tokens = (y[:, self.registers.shape[0] :] @ head["location"])[..., 0]
        return torch.cat((y[:, 0] @ head["noBug"] + head["noBugBias"], tokens), 1) + batch.location_mask

    def halt(self, y):
        return (y[:, 0] @ self.head["halt"] + self.head["haltBias"])[:, 0]

    def places(self, y, batch):
        """Span and bug-type logits at the true places."""
        head, first = self.head, self.registers.shape[0]
        start = y[batch.edited, first + batch.starts[: batch.buggy]]
        ends = batch.starts[: batch.buggy, None] + torch.arange(head["spanBias"].shape[0])
        last = batch.last[: batch.buggy, None]
        states = y[batch.edited[:, None], first + torch.minimum(ends, last)]
        match = (states @ (start @ head["spanQuery"])[:, :, None])[..., 0] / y.shape[-1] ** 0.5
        span = match + start @ head["spanLength"] + head["spanBias"] + torch.where(ends > last, MASKED, 0.0)
        return span, start @ head["bugType"] + head["bugTypeBias"]

    def slots(self, y, batch):
        """Logits of the four choices of each slot."""
        head, first = self.head, self.registers.shape[0]
        owner = batch.slotPlaces
        rows, start = batch.placeRows[owner], batch.starts[owner]
        end = torch.minimum(start + batch.spans[owner], batch.last[owner])
        before = head["slots"][batch.slotNumbers] + self.previous(batch) @ head["previous"]
        h = rms(y[rows, first + start] + y[rows, first + end] + before)
        query = h @ head["vocabularyQuery"]
        copy_query = (h @ head["copyQuery"])[:, :, None] / y.shape[-1] ** 0.5
        copy = torch.bmm(y[:, first:][rows], copy_query)[..., 0].masked_fill(~batch.real[rows], MASKED)
        entries = F.linear(F.embedding_bag(self.entry_ids, self.pieces, self.entry_offsets, mode="mean"), self.up)
        entries = entries + self.features[self.entry_kinds]
        vocabulary = F.linear(query, entries, head["vocabularyBias"])
        kind = query @ self.features[self.config["nameKind"]]
        narrow = query @ self.up
        piece = F.linear(narrow, self.pieces) + (kind[:, None] + head["pieceBias"]) + self.piece_mask
        return copy, vocabulary, piece, self.names(h, query, narrow, kind, batch)

    def previous(self, batch):
        """What the token of the slot before gives an input; 0 for first slots."""
        mean = F.embedding_bag(batch.previousIds, self.pieces, batch.previousStarts, mode="mean")
        return rms(F.linear(mean, self.up) + self.features[batch.previousKinds]) * batch.previousGiven[:, None]

    def names(self, h, query, narrow, kind, batch):
        head = self.head
        means = F.embedding_bag(batch.name_ids, self.pieces, batch.name_bags, mode="mean")
        keys = torch.cat((means.view(*batch.no_name.shape, -1), batch.name_traits), -1)[batch.name_group]
        ask = torch.cat((narrow, query @ head["nameTraits"].t()), 1)
        match = torch.bmm(keys, ask[:, :, None])[..., 0] + batch.name_near * (h @ head["nameNear"])
        return (match + (kind[:, None] + head["nameBias"])).masked_fill(batch.no_name[batch.name_group], MASKED)

    def forward(self, batch, y, z):
        """(next y, next z, loss, halting logits) of a supervision step."""
        y, z = self.supervision_step(batch, y, z)
        location = self.location(y, batch)
        span, bug_type = self.places(y, batch)
        slot_loss, slot_right = self.slot_loss(batch, *self.slots(y, batch))
        halt = self.halt(y)
        with torch.no_grad():
            exact = location.argmax(1) == batch.location
            wrong = torch.zeros_like(exact)
            wrong[batch.edited[span.argmax(1) != batch.spans]] = True
            wrong[batch.placeRows[batch.slotPlaces[~slot_right]]] = True
            exact = (exact & ~wrong).float()
        loss = (
            F.cross_entropy(location, batch.location, reduction="sum")
            + F.cross_entropy(span, batch.spans, reduction="sum")
            + slot_loss.sum()
            + self.config["bugTypeWeight"] * F.cross_entropy(bug_type, batch.bugTypes, reduction="sum")
            + self.config["haltWeight"] * F.binary_cross_entropy_with_logits(halt, exact, reduction="sum")
        ) / batch.rows
        return y.detach(), z.detach(), loss, halt

    def slot_loss(self, batch, copy, vocabulary, piece, name):
        """-log of the summed probability of the right choices, and whether they win."""

        def pick(logits, columns):
            picked = logits.gather(1, columns.clamp(min=0)[:, None])[:, 0]
            return torch.where(columns < 0, MASKED, picked)

        parts = (copy, vocabulary, piece, name)
        every = torch.stack([part.logsumexp(1) for part in parts]).logsumexp(0)
        copies = copy.masked_fill(batch.slotCopies == 0, MASKED).logsumexp(1)
        written = (pick(vocabulary, batch.slotVocabulary), pick(piece, batch.slotPieces), pick(name, batch.slotNames))
        right = torch.stack((copies, *written)).logsumexp(0)
        with torch.no_grad():
            best = torch.stack([part.amax(1) for part in parts]).amax(0)
        return every - right, right >= best

    def answer(self, batch, y, z):
        """What inference reads: the probabilities of every head."""
        for _ in range(self.config["supervisionSteps"]):
            y, z = self.supervision_step(batch, y, z)
        span, bug_type = self.places(y, batch)
        copy, vocabulary, piece, name = self.slots(y, batch)
        total = torch.stack([part.logsumexp(1) for part in (copy, vocabulary, piece, name)]).logsumexp(0)[:, None]
        top = piece.topk(TOP_PIECES, 1)
        return {
            "location": self.location(y, batch).softmax(1),
            "halt": self.halt(y).sigmoid(),
            "span": span.softmax(1),
            "bugType": bug_type.argmax(1),
            "copy": (copy - total).exp(),
            "vocabulary": (vocabulary - total).exp(),
            "piece": (top.values - total).exp(),
            "pieceIds": top.indices,
            "name": (name - total).exp(),
        }


def autocast(bf16):
    """PyTorch's own mixed precision for processors: products in bf16, the rest as it chooses."""
    return torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16)


class Training:
    """Optimizer steps on one batch, again and again, with carried states."""

    def __init__(self, model, batch, config, bf16):
        self.model, self.batch, self.config, self.bf16 = model, batch, config, bf16
        self.parameters = list(model.parameters())
        self.optimizer = torch.optim.AdamW(
            self.parameters,
            betas=(config["beta1"], config["beta2"]),
            eps=config["epsilon"],
            weight_decay=config["weightDecay"],
            fused=True,
        )
        self.ema = [parameter.detach().clone() for parameter in self.parameters]
        self.step = 0
        self.carry = model.start_states(batch)

    def next(self):
        config, t = self.config, self.step
        self.optimizer.param_groups[0]["lr"] = config["learningRate"] * min(1, (t + 1) / config["warmupSteps"])
        self.optimizer.zero_grad(set_to_none=True)
        with autocast(self.bf16):
            y, z, loss, halt = self.model(self.batch, *self.carry)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(self.parameters, config["clipNorm"], foreach=True)
        self.optimizer.step()
        torch._foreach_lerp_(self.ema, [p.detach() for p in self.parameters], 1 - min(config["emaDecay"], (1 + t) / (10 + t)))
        self.step += 1
        # q > 0 never happens this early: rows go on for all supervision steps, then start anew.
        done = self.step % self.model.config["supervisionSteps"] == 0
        self.carry = self.model.start_states(self.batch) if done else (y.float(), z.float())
        values = torch.cat((loss.detach()[None], norm[None], halt.detach().float())).tolist()
        return {"loss": values[0], "gradientNorm": values[1]}


class Inference:
    """Answers for one batch."""

    def __init__(self, model, batch, _, bf16):
        self.model, self.batch, self.bf16 = model, batch, bf16

    def next(self):
        with torch.inference_mode(), autocast(self.bf16):
            answer = self.model.answer(self.batch, *self.model.start_states(self.batch))
            return {name: (value.float() if value.is_floating_point() else value).flatten().numpy() for name, value in answer.items()}


def open_case(request):
    folder, kind = Path(request["folder"]), request["kind"]
    case = json.loads((folder / "case.json").read_text())
    model = Model(read_safetensors(folder / "model.safetensors"), case)
    if request.get("compile"):
        model.run_f = torch.compile(model.f, dynamic=False)
    batch = Batch(read_safetensors(folder / "batch.safetensors"), case, model)
    return {"train": Training, "infer": Inference}[kind](model, batch, case["optimizer"], request.get("precision") == "bf16")


def matmul_peak(bf16, size=4096):
    """GFLOP/s of a square matrix product, the best of four."""
    a = torch.randn(size, size).to(torch.bfloat16 if bf16 else torch.float32)
    out = torch.empty_like(a)
    seconds = []
    for _ in range(4):
        started = time.perf_counter()
        torch.mm(a, a, out=out)
        seconds.append(time.perf_counter() - started)
    return 2 * size**3 / min(seconds) / 1e9


def serve():
    torch.set_num_threads(int(sys.argv[1]))
    program = None
    for line in sys.stdin:
        request = json.loads(line)
        what = request["do"]
        answer = {}
        if what == "hello":
            answer = {"engine": f"PyTorch {torch.__version__}", "threads": torch.get_num_threads()}
        elif what == "peak":
            answer = {"gflops": matmul_peak(request["precision"] == "bf16")}
        elif what == "open":
            program = None
            program = open_case(request)
        elif what == "look":
            answer = {"result": {name: value if isinstance(value, float) else value.tolist() for name, value in program.next().items()}}
        elif what == "steps":
            seconds = []
            for _ in range(request["count"]):
                started = time.perf_counter()
                program.next()
                seconds.append(time.perf_counter() - started)
            answer = {"seconds": seconds}
        elif what == "memory":
            scale = 1 if sys.platform == "darwin" else 1024
            answer = {"peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * scale / 2**20}
        print(json.dumps(answer), flush=True)


serve()
