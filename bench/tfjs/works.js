'use strict';
// The tasks in TensorFlow.js, as its users write them: layers of tfjs-layers called on tensors, gradients by
// tf.variableGrads. Images are [N,T,H,W,C], the only order that tfjs computes in without transposing. See Task.java.
const path = require('path');
const tf = require('@tensorflow/tfjs');
const npy = require('./npy');

const EPSILON = 1e-3;
const CLIP = 1e-7;
const STAGES = 2;
const DENSE = 3;

function load(folder, name) {
  const {shape, data} = npy.read(path.join(folder, name + '.npy'));
  return tf.tensor(data, shape);
}

/** A ConvLSTM layer for images of [H,W], whose weights are variables of its own. */
function convLstm(image, kernel, recurrentKernel, bias) {
  const layer = tf.layers.convLstm2d({
    filters: recurrentKernel.shape[2],
    kernelSize: kernel.shape[0],
    padding: 'same',
    activation: 'tanh',
    recurrentActivation: 'sigmoid',
    returnSequences: true,
    // Replaced below; the default, an orthogonal matrix, takes minutes for a large layer.
    kernelInitializer: 'zeros',
    recurrentInitializer: 'zeros',
  });
  // Calling it makes its weights; build() alone does not mark the layer as built.
  tf.tidy(() => layer.apply(tf.zeros([1, 1, ...image, kernel.shape[2]])));
  layer.setWeights([kernel, recurrentKernel, bias]);
  return layer;
}

/** Takes what a call gave, and gives back what the last one did. */
class Last {
  constructor() {
    this.tensors = {};
  }

  put(tensors) {
    tf.dispose(this.tensors);
    this.tensors = tensors;
  }
}

/** One ConvLSTM layer. */
class LayerWork {
  constructor(task, folder, pass) {
    this.last = new Last();
    const names = Object.keys(task.weights);
    this.layer = convLstm(task.x.slice(2, 4), ...names.map(w => load(folder, w)));
    this.training = pass === 'training';
    this.x = load(folder, 'x');
    if (this.training) {
      this.x = tf.variable(this.x);
      this.dy = load(folder, 'd_y');
      this.variables = {dx: this.x};
      names.forEach((w, k) => this.variables['d_' + w] = this.layer.trainableWeights[k].val);
    }
  }

  run() {
    if (!this.training) {
      this.last.put({y: tf.tidy(() => this.layer.apply(this.x))});
      return;
    }
    let y;
    const {value, grads} = tf.variableGrads(() => {
      y = tf.keep(this.layer.apply(this.x, {training: true}));
      return tf.sum(tf.mul(y, this.dy));
    }, Object.values(this.variables));
    value.dispose();
    const results = {y};
    for (const [name, v] of Object.entries(this.variables)) {
      results[name] = grads[v.name];
    }
    this.last.put(results);
  }

  results() {
    return this.last.tensors;
  }

  close() {
    this.last.put({});
    tf.dispose([this.x, this.dy]);
    tf.disposeVariables();
  }
}

/** The article's network, with its images as [N T,H,W,C] between the ConvLSTMs. */
class ModelWork {
  constructor(task, folder, pass) {
    this.last = new Last();
    this.task = task;
    this.training = pass === 'training';
    this.x = tf.transpose(load(folder, 'x'), [0, 1, 3, 4, 2]);
    this.targets = this.training ? Object.keys(task.outputs).map(o => load(folder, 't_' + o)) : [];
    this.weights = {};
    this.convLstms = {};
    for (const name of Object.keys(task.weights)) {
      if (!/(^|\.)(recurrent_)?kernel$/.test(name) || name.includes('dense')) {
        this.weights[name] = tf.variable(this.flattened(name, load(folder, name), false));
      }
    }
    this.places().forEach((place, depth) => {
      const side = s => s >> Math.min(depth, STAGES);
      const w = k => load(folder, `${place}.${k}`);
      this.convLstms[place] = convLstm(
          this.x.shape.slice(2, 4).map(side), w('kernel'), w('recurrent_kernel'), w('bias'));
      ['kernel', 'recurrent_kernel', 'bias'].forEach((k, i) => {
        this.weights[`${place}.${k}`] = this.convLstms[place].trainableWeights[i].val;
      });
    });
  }

  places() {
    const stages = [...Array(STAGES).keys()].map(s => 'stage' + s);
    return stages.concat(Object.keys(this.task.outputs).map((o, g) => 'genre' + g));
  }

  /** The first Dense sees features as [F,h,w] in the task, as [h,w,F] here; its kernel's rows are put in that order. */
  flattened(name, kernel, back) {
    if (!name.endsWith('dense0.kernel')) {
      return kernel;
    }
    const side = s => s >> (STAGES + 1);
    const [h, w] = [side(this.task.x[3]), side(this.task.x[4])];
    const [rows, units] = kernel.shape;
    const f = rows / h / w;
    return tf.tidy(() => tf.reshape(back
        ? tf.transpose(tf.reshape(kernel, [h, w, f, units]), [2, 0, 1, 3])
        : tf.transpose(tf.reshape(kernel, [f, h, w, units]), [1, 2, 0, 3]), [rows, units]));
  }

  /** Scores of all genres, each [N,T,1]. */
  forward() {
    const [n, t] = this.x.shape;
    const images = s => tf.reshape(s, [n * t, ...s.shape.slice(2)]);
    const sequence = s => tf.reshape(s, [n, t, ...s.shape.slice(1)]);
    const pool = s => tf.maxPool(s, 2, 2, 'same');
    const config = {training: this.training};
    let x = this.x;
    for (let s = 0; s < STAGES; s++) {
      const w = k => this.weights[`stage${s}.${k}`];
      const y = images(this.convLstms['stage' + s].apply(x, config));
      let mean = w('moving_mean');
      let variance = w('moving_variance');
      if (this.training) {
        ({mean, variance} = tf.moments(y, [0, 1, 2]));
      }
      x = sequence(pool(tf.batchNorm(y, mean, variance, w('beta'), w('gamma'), EPSILON)));
    }
    return Object.keys(this.task.outputs).map((o, g) => {
      let v = tf.reshape(pool(images(this.convLstms['genre' + g].apply(x, config))), [n * t, -1]);
      for (let d = 0; d < DENSE; d++) {
        const w = k => this.weights[`genre${g}.dense${d}.${k}`];
        v = tf.add(tf.matMul(v, w('kernel')), w('bias'));
        v = d < DENSE - 1 ? tf.relu(v) : tf.sigmoid(v);
      }
      return tf.reshape(v, [n, t, 1]);
    });
  }

  loss() {
    return tf.addN(this.forward().map((score, g) => {
      const p = tf.clipByValue(score, CLIP, 1 - CLIP);
      const t = this.targets[g];
      const right = tf.mul(t, tf.log(p));
      return tf.neg(tf.mean(tf.add(right, tf.mul(tf.sub(1, t), tf.log(tf.sub(1, p))))));
    }));
  }

  run() {
    if (!this.training) {
      const scores = tf.tidy(() => this.forward());
      this.last.put(Object.fromEntries(Object.keys(this.task.outputs).map((o, g) => [o, scores[g]])));
      return;
    }
    const trained = Object.entries(this.weights).filter(([name]) => !name.includes('.moving_'));
    const {value, grads} = tf.variableGrads(() => this.loss(), trained.map(([, v]) => v));
    const results = {loss: tf.reshape(value, [1])};
    value.dispose();
    trained.forEach(([name, v]) => results['d_' + name] = grads[v.name]);
    this.last.put(results);
  }

  results() {
    const back = ([name, t]) => [name, name.startsWith('d_') ? this.flattened(name, t, true) : t];
    return Object.fromEntries(Object.entries(this.last.tensors).map(back));
  }

  close() {
    this.last.put({});
    tf.dispose([this.x, ...this.targets]);
    tf.disposeVariables();
  }
}

module.exports = {LayerWork, ModelWork};
