"""The peer of bench/generation.ts: mutants as Python mutation tools make them.

Reads a JSON list of sources; for each, makes up to N mutants by changing one operator or constant of the tree, writes
the whole tree back as text, and compiles it. Prints {"made", "seconds"}.
"""

import ast
import copy
import json
import sys
import time

SWAPS = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.And: ast.Or, ast.Or: ast.And, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}


def places(tree):
    """Index in walk order of every node that can be changed."""
    out = []
    for index, node in enumerate(ast.walk(tree)):
        operators = [getattr(node, "op", None), *getattr(node, "ops", [])]
        if any(type(operator) in SWAPS for operator in operators) or changeable(node):
            out.append(index)
    return out


def changeable(node):
    return isinstance(node, ast.Constant) and type(node.value) in (int, bool)


def mutate(tree, index):
    tree = copy.deepcopy(tree)
    node = next(node for i, node in enumerate(ast.walk(tree)) if i == index)
    if isinstance(node, ast.Constant):
        node.value = not node.value if isinstance(node.value, bool) else node.value + 1
    elif hasattr(node, "ops"):
        node.ops = [SWAPS.get(type(op), type(op))() for op in node.ops]
    else:
        node.op = SWAPS[type(node.op)]()
    return ast.unparse(tree)


def main():
    sources = json.load(sys.stdin)
    most = int(sys.argv[1])
    made = 0
    started = time.perf_counter()
    for source in sources:
        tree = ast.parse(source)
        for index in places(tree)[:most]:
            compile(mutate(tree, index), "<mutant>", "exec")
            made += 1
    print(json.dumps({"made": made, "seconds": time.perf_counter() - started}))


main()
