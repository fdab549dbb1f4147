'use strict';
// danfojs-node requires "@tensorflow/tfjs-node". Handing it the project's own tfjs-node-gpu keeps a single
// engine in the process, so tensors made by either side are the same class and live in the same backend.
module.exports = require('@tensorflow/tfjs-node-gpu');
