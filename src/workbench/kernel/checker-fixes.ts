import ts from 'typescript';

/**
 * tslab keeps the variables of earlier cells on an object and rewrites every identifier that names one from `a` to
 * `exports.a`. It asks the type checker what an identifier names, and three forms get a wrong answer:
 *
 * - `({ a })`: the name of a shorthand property is taken for a property, so `a` is not rewritten;
 * - `({ a } = object)`: likewise, so a global `a` is assigned;
 * - `const { key: value } = object`: `key` is rewritten to `exports.key`, which is no valid pattern.
 *
 * Shorthands are expanded to `name: value` before tslab's rewrite, and the checker answers for the value.
 */

/** Expands `{ a }` to `{ a: a }`, the value keeping its link to the source for the checker. */
export const expandShorthand: ts.TransformerFactory<ts.SourceFile> = (context) => {
  const visit = (node: ts.Node): ts.Node => {
    const visited = ts.visitEachChild(node, visit, context);
    if (!ts.isShorthandPropertyAssignment(visited)) return visited;
    const { factory } = context;
    const source = ts.getOriginalNode(visited) as ts.ShorthandPropertyAssignment;
    const value = ts.setOriginalNode(factory.createIdentifier(visited.name.text), source.name);
    const initializer = visited.objectAssignmentInitializer
      ? factory.createAssignment(value, visited.objectAssignmentInitializer)
      : value;
    return factory.createPropertyAssignment(visited.name.text, initializer);
  };
  return (file) => ts.visitEachChild(file, visit, context);
};

const fixedCheckers = new WeakSet<ts.TypeChecker>();

/** Makes `getSymbolAtLocation` answer for the value of a shorthand, and not at all for names of properties. */
function fixChecker(checker: ts.TypeChecker): ts.TypeChecker {
  if (fixedCheckers.has(checker)) return checker;
  fixedCheckers.add(checker);
  const original = checker.getSymbolAtLocation.bind(checker);
  checker.getSymbolAtLocation = (location) => {
    const node = ts.getParseTreeNode(location) ?? location;
    const parent = node.parent as ts.Node | undefined;
    if (parent && ts.isShorthandPropertyAssignment(parent) && parent.name === node)
      return checker.getShorthandAssignmentValueSymbol(parent);
    if (parent && ts.isBindingElement(parent) && parent.propertyName === node) return undefined;
    if (parent && ts.isPropertyAssignment(parent) && parent.name === node) return undefined;
    return original(location);
  };
  return checker;
}

const fixedPrograms = new WeakSet<ts.Program>();

/** `ts.createEmitAndSemanticDiagnosticsBuilderProgram` with the fixes above. */
export const createCellProgram: ts.CreateProgram<ts.EmitAndSemanticDiagnosticsBuilderProgram> = (...args) => {
  const builder = ts.createEmitAndSemanticDiagnosticsBuilderProgram(...args);
  const emit = builder.emit.bind(builder);
  builder.emit = (file, write, cancellation, declarationsOnly, transformers) =>
    emit(file, write, cancellation, declarationsOnly, {
      ...transformers,
      before: [...(transformers?.before ?? []), expandShorthand],
    });
  const getProgram = builder.getProgram.bind(builder);
  builder.getProgram = () => {
    const program = getProgram();
    if (!fixedPrograms.has(program)) {
      fixedPrograms.add(program);
      const getTypeChecker = program.getTypeChecker.bind(program);
      program.getTypeChecker = () => fixChecker(getTypeChecker());
    }
    return program;
  };
  return builder;
};

/** TypeScript's "await is only allowed within async functions", by which tslab learns of top-level await. */
const AWAIT_OUTSIDE_ASYNC = 1308;

/**
 * One diagnostic 1308 for every `await` and `for await` outside functions. tslab's own TypeScript reports them, except
 * for `for await` and below `// @ts-ignore`; the project's TypeScript accepts top-level await silently.
 */
export function topLevelAwaits(file: ts.SourceFile): ts.Diagnostic[] {
  const found: ts.Diagnostic[] = [];
  const report = (keyword: ts.Node): void => {
    const start = keyword.getStart(file);
    found.push({
      file,
      start,
      length: 'await'.length,
      code: AWAIT_OUTSIDE_ASYNC,
      category: ts.DiagnosticCategory.Error,
      messageText: 'await',
    });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) || ts.isClassLike(node)) return;
    if (ts.isAwaitExpression(node)) report(node);
    if (ts.isForOfStatement(node) && node.awaitModifier) report(node.awaitModifier);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}
