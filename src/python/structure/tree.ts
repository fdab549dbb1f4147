import { readFile } from 'node:fs/promises';
import { Language, Parser, type Node, type Tree } from 'web-tree-sitter';
import { EngineError } from '../../core/errors';
import type { Token } from '../tokens/token';

/** A tree-sitter parser for Python; offsets of its nodes are UTF-16 code units, as the lexer's are. */
export interface TreeParser {
  /**
   * Parses a source and hands its tree to `use`; the tree is freed afterwards, so keep no nodes.
   * Broken code gives a tree with ERROR and MISSING nodes: trees tell places, CPython decides what is valid.
   */
  withTree<T>(source: string, use: (tree: Tree) => T): T;
  /** Frees the parser. */
  close(): void;
}

/**
 * Loads tree-sitter's WebAssembly and its Python grammar.
 * @throws EngineError when they are not installed
 */
export async function createParser(): Promise<TreeParser> {
  let parser: Parser;
  try {
    await Parser.init();
    const grammar = await readFile(require.resolve('tree-sitter-python/tree-sitter-python.wasm'));
    parser = new Parser();
    parser.setLanguage(await Language.load(grammar));
  } catch (error) {
    throw new EngineError(`tree-sitter did not load: ${(error as Error).message}`, 'run `make setup`', {
      cause: error,
    });
  }
  return {
    withTree(source, use) {
      const tree = parser.parse(source);
      if (!tree) throw new EngineError('tree-sitter gave no tree', 'the parse was cancelled');
      try {
        return use(tree);
      } finally {
        tree.delete();
      }
    },
    close: () => parser.delete(),
  };
}

/**
 * The smallest named node that holds each token, one entry a token; tokens without characters get the node at their
 * place. Nodes and tokens meet by offset, so that it works on broken code too.
 */
export function nodesOfTokens(tree: Tree, tokens: readonly Token[]): Node[] {
  const root = tree.rootNode;
  return tokens.map(
    ({ start, end }) => root.namedDescendantForIndex(start, Math.max(start, end - 1)) ?? root,
  );
}

/** First place where tree-sitter could not go on: an ERROR node or a missing token; null in a whole tree. */
export function firstError(tree: Tree): Node | null {
  let node: Node | null = tree.rootNode;
  if (!node.hasError) return null;
  while (node) {
    if (node.isError || node.isMissing) return node;
    node = node.children.find((child) => child !== null && (child.hasError || child.isMissing)) ?? null;
  }
  return null;
}
