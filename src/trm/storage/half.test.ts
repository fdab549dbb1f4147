import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { fromHalf, fromHalves, toHalf } from './half';

test('many halves are each what one is', () => {
  const bits = Uint16Array.from({ length: 0x10000 }, (_, every) => every);
  fromHalves(bits).forEach((value, every) => assert.ok(Object.is(value, fromHalf(every)), `bits ${every}`));
});

test('every half comes back as itself', () => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = fromHalf(bits);
    if (Number.isNaN(value)) assert.ok(Number.isNaN(fromHalf(toHalf(value))), `bits ${bits}`);
    else assert.is(toHalf(value), bits, `bits ${bits}`);
  }
});

test('what lies between two halves goes to the nearer one, and from the middle to the even one', () => {
  for (let bits = 0; bits < 0x7bff; bits++) {
    const [low, high] = [fromHalf(bits), fromHalf(bits + 1)];
    const middle = (low + high) / 2;
    assert.is(toHalf(middle), bits % 2 === 0 ? bits : bits + 1, `middle above ${low}`);
    assert.is(toHalf(low + (middle - low) * 0.99), bits, `below the middle above ${low}`);
    assert.is(toHalf(high - (high - middle) * 0.99), bits + 1, `above the middle above ${low}`);
  }
});

test('large values are infinite, tiny ones zero, and signs stay', () => {
  assert.is(fromHalf(toHalf(65520)), Infinity);
  assert.is(fromHalf(toHalf(65519)), 65504);
  assert.is(fromHalf(toHalf(-1e30)), -Infinity);
  assert.is(toHalf(2 ** -26), 0);
  assert.is(toHalf(-(2 ** -26)), 0x8000);
  assert.is(toHalf(1e-40), 0);
  assert.is(fromHalf(toHalf(-Infinity)), -Infinity);
});

test.run();
