'use strict';
// danfojs-node requires "@tensorflow/tfjs-node". Handing it the project's own tfjs-node-gpu keeps a single
// engine in the process, so tensors made by either side are the same class and live in the same backend.
// As in src/core/engine.ts, where danfojs comes first: what Node 23 took out of `util`.
const util = require('node:util');
util.isNullOrUndefined ??= (value) => value === null || value === undefined;
util.isArray ??= Array.isArray;
module.exports = require('@tensorflow/tfjs-node-gpu');
