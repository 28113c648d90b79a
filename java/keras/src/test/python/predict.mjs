// Loads what tfjs.py wrote into TensorFlow.js and prints the outputs for an input, as JSON.
//
//   node predict.mjs FOLDER_OF_node_modules MODEL.json INPUT.json

import {createRequire} from 'node:module';
import {readFileSync} from 'node:fs';

const [folder, modelFile, inputFile] = process.argv.slice(2);
const log = console.log;
console.log = console.warn = () => {}; // the library's advice
const tf = createRequire(folder + '/')('@tensorflow/tfjs/dist/tf.min.js'); // whole in one file
await tf.setBackend('cpu');
const {model_config, weights} = JSON.parse(readFileSync(modelFile));
const model = await tf.models.modelFromJSON(model_config);
for (const [name, arrays] of Object.entries(weights)) {
  model.getLayer(name).setWeights(arrays.map(a => tf.tensor(a.values, a.shape)));
}
const {shape, values} = JSON.parse(readFileSync(inputFile));
const result = model.predict(tf.tensor(values, shape));
const outputs = Array.isArray(result) ? result : [result];
log(JSON.stringify(outputs.map(y => ({shape: y.shape, values: Array.from(y.dataSync())}))));
