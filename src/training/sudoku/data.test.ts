import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { DataError } from '../../core/errors';
import { seedStream } from '../../core/rng';
import { sudokuExperimentSchema } from './config';
import { checkDisjoint, clueCount, formatCells, hashData, makeSudokuData, type SudokuData } from './data';
import { SudokuFeed } from './feed';
import { digPuzzle, isSolution, isUnique, randomSolution, solutions } from './solver';
import { applySymmetry, randomSymmetry, symmetryClass } from './symmetry';

const rng = seedStream(1, 'sudoku-test');
const dataOf = (data: object) => sudokuExperimentSchema.parse({ kind: 'sudoku', data }).data;
const empty = (box: number): Uint8Array => new Uint8Array(box ** 4);

test('4 x 4 has 288 grids in two classes under symmetry, of 96 and 192', () => {
  const all = solutions(empty(2), 2);
  assert.is(all.length, 288);
  assert.ok(all.every((grid) => isSolution(grid, 2)));
  const sizes = new Map<string, number>();
  for (const grid of all) {
    const name = symmetryClass(grid, 2);
    sizes.set(name, (sizes.get(name) ?? 0) + 1);
  }
  assert.equal([...sizes.values()].sort(), [192, 96]);
});

test('a class is the same for all images of a 9 x 9 grid, and another one for another grid', () => {
  const grid = randomSolution(3, rng);
  assert.ok(isSolution(grid, 3));
  const name = symmetryClass(grid, 3);
  for (let i = 0; i < 5; i++) {
    const image = applySymmetry(grid, randomSymmetry(3, rng));
    assert.ok(isSolution(image, 3));
    assert.not.equal(image, grid);
    assert.is(symmetryClass(image, 3), name);
  }
  assert.is.not(symmetryClass(randomSolution(3, rng), 3), name);
});

test('a known hard puzzle has one solution; a clash has none; a puzzle with a clue less can have two', () => {
  const cells = (text: string): Uint8Array => Uint8Array.from(text, (c) => (c === '.' ? 0 : Number(c)));
  // 17 clues, the least that a unique 9 x 9 puzzle can have.
  const puzzle = cells('000000010400000000020000000000050407008000300001090000300400200050100000000806000');
  assert.is(clueCount(puzzle), 17);
  const [solution, ...others] = solutions(puzzle, 3, 2);
  assert.is(others.length, 0);
  assert.is(
    formatCells(solution),
    '693784512487512936125963874932651487568247391741398625319475268856129743274836159',
  );
  assert.is(isUnique(puzzle.with(7, 0), 3), false);
  assert.equal(solutions(puzzle.with(8, 1), 3), []);
  assert.is(isSolution(solution.with(0, solution[1]), 3), false);
});

for (const box of [2, 3])
  test(`puzzles dug from ${box * box} x ${box * box} grids are solved by their grid alone`, () => {
    for (let i = 0; i < 20; i++) {
      const solution = randomSolution(box, rng);
      const least = box === 2 ? 4 : 30;
      const puzzle = digPuzzle(solution, box, least, rng);
      assert.equal(solutions(puzzle, box), [solution]);
      assert.ok(clueCount(puzzle) >= least);
      assert.ok(puzzle.every((digit, at) => digit === 0 || digit === solution[at]));
      // An image of the puzzle is solved by the image of the solution.
      const symmetry = randomSymmetry(box, rng);
      assert.equal(solutions(applySymmetry(puzzle, symmetry), box), [applySymmetry(solution, symmetry)]);
    }
  });

test('splits share no grid, depend on the seed alone, and hold the puzzles that were asked for', () => {
  const config = dataOf({ puzzlesPerGrid: 5, heldOutPuzzlesPerGrid: 3 });
  const data = makeSudokuData(config, seedStream(7, 'a'));
  checkDisjoint(data);
  const grids = (rows: SudokuData['train']): number =>
    new Set(rows.map(({ solution }) => String(solution))).size;
  assert.equal([grids(data.train), grids(data.validation), grids(data.test)], [192, 32, 64]);
  assert.ok(data.train.length > 192 * 4 && data.train.length <= 192 * 5);
  for (const { puzzle, solution } of data.test) {
    assert.equal(solutions(puzzle, 2), [solution]);
    assert.ok(clueCount(puzzle) >= 4 && clueCount(puzzle) <= 8);
  }
  assert.is(hashData(makeSudokuData(config, seedStream(7, 'a'))), hashData(data));
  assert.is.not(hashData(makeSudokuData(config, seedStream(8, 'a'))), hashData(data));
  assert.throws(
    () => checkDisjoint({ ...data, test: [...data.test, data.train[0]] }),
    (error: unknown) => error instanceof DataError && /in train and test/.test(error.message),
  );
});

test('9 x 9 splits have no grid that is the image of another one', () => {
  const config = dataOf({
    box: 3,
    trainGrids: 4,
    validationGrids: 1,
    testGrids: 3,
    puzzlesPerGrid: 1,
    clues: [40, 50],
  });
  const { train, validation, test: held } = makeSudokuData(config, rng.fork('nine'));
  const classes = new Set(
    [...train, ...validation, ...held].map(({ solution }) => symmetryClass(solution, 3)),
  );
  assert.is(classes.size, 8);
});

test('what cannot be is refused with its reason', () => {
  assert.throws(() => dataOf({ trainGrids: 250, testGrids: 64 }), /at most 288 grids/);
  assert.throws(() => dataOf({ augment: true }), /2 classes under symmetry/);
  assert.throws(() => dataOf({ clues: [9, 4] }), /fewer clues first/);
});

test('a feed goes on from its state with the same puzzles and the same images', async () => {
  const config = dataOf({
    box: 3,
    trainGrids: 5,
    validationGrids: 1,
    testGrids: 1,
    puzzlesPerGrid: 1,
    clues: [60, 60],
  });
  const { train } = makeSudokuData(config, rng.fork('feed'));
  const feedOf = (augment: boolean): SudokuFeed =>
    new SudokuFeed(train, { box: 3, augment }, seedStream(3, 'feed'));
  const feed = feedOf(true);
  await feed.take(81, 7);
  const state = feed.state();
  const next = await feed.take(81, 6);
  const resumed = feedOf(true);
  await resumed.restore(JSON.parse(JSON.stringify(state)) as typeof state);
  assert.equal(await resumed.take(81, 6), next);
  for (const { puzzle, solution } of next) assert.equal(solutions(puzzle, 3), [solution]);
  // An epoch deals every puzzle once, as it is where nothing is augmented.
  const epoch = (await feedOf(false).take(81, 5)).map(({ puzzle }) => formatCells(puzzle)).sort();
  assert.equal(epoch, train.map(({ puzzle }) => formatCells(puzzle)).sort());
  const wrong = await feed
    .restore({ cursor: { epoch: 0, position: 99 }, pending: [] })
    .catch((e: Error) => e);
  assert.match((wrong as Error).message, /position within 5 puzzles/);
});

test.run();
