'use strict';
// The process that holds TensorFlow.js: answers the requests that WorkerLoop.java describes.
//   node worker.js cpu|wasm THREADS
const path = require('path');
const readline = require('readline');
// What libraries print must not get between the answers.
console.log = console.info = console.warn = console.error;
const tf = require('@tensorflow/tfjs');
const wasm = require('@tensorflow/tfjs-backend-wasm');
const npy = require('./npy');
const {LayerWork, ModelWork} = require('./works');

const [backend, threads] = process.argv.slice(2);
let work = null;

async function start() {
  if (backend === 'wasm') {
    wasm.setWasmPaths(path.join(path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'));
    wasm.setThreadsCount(Number(threads));
  }
  if (!await tf.setBackend(backend)) {
    throw new Error(`the backend ${backend} does not start`);
  }
  await tf.ready();
  tf.enableProdMode();
}

function release() {
  if (work) {
    work.close();
    work = null;
  }
}

function ready() {
  if (!work) {
    throw new Error('no task is prepared');
  }
  return work;
}

const answers = {
  describe() {
    const used = backend === 'wasm' && tf.env().get('WASM_HAS_MULTITHREAD_SUPPORT') ? Number(threads) : 1;
    return {version: `TensorFlow.js ${tf.version.tfjs}, ${backend} (node ${process.version})`, threads: used};
  },
  prepare({task, data, pass}) {
    release();
    if (pass === 'step') {
      throw new Error('a step with an update is not written for TensorFlow.js');
    }
    work = new (task.kind === 'LAYER' ? LayerWork : ModelWork)(task, data, pass);
    return {variant: ''};
  },
  check({out}) {
    ready().run();
    const results = Object.entries(work.results());
    results.forEach(([name, t]) => npy.write(path.join(out, name + '.npy'), t.shape, t.dataSync()));
    return {arrays: results.map(([name]) => name)};
  },
  time({repeats}) {
    const w = ready();
    const ns = [];
    for (let i = 0; i < repeats; i++) {
      const begin = process.hrtime.bigint();
      w.run();
      ns.push(Number(process.hrtime.bigint() - begin));
    }
    return {ns};
  },
  shares: () => ({shares: {}}),
  release() {
    release();
    return {};
  },
  peak: () => ({gflops: 0}),
};

async function main() {
  let started = false;
  for await (const line of readline.createInterface({input: process.stdin})) {
    let answer;
    try {
      const request = JSON.parse(line);
      if (request.do === 'quit') {
        break;
      }
      if (!started) {
        await start();
        started = true;
      }
      if (!answers[request.do]) {
        throw new Error(`unknown request "${request.do}"`);
      }
      answer = answers[request.do](request);
    } catch (e) {
      console.error(e);
      answer = {error: String(e.message)};
    }
    process.stdout.write(JSON.stringify(answer) + '\n');
  }
  process.exit(0);
}

main();
