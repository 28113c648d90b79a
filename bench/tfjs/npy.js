'use strict';
// Arrays of float32 in .npy files (format 1.0, little-endian, C order), the only kind that is exchanged here.
const fs = require('fs');

const HEADER_AT = 10;

/** Reads {shape, data}. */
function read(file) {
  const bytes = fs.readFileSync(file);
  const length = bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', HEADER_AT, HEADER_AT + length);
  if (bytes.toString('latin1', 1, 6) !== 'NUMPY' || bytes[6] !== 1
      || !/'descr': '<f4'/.test(header) || !/'fortran_order': False/.test(header)) {
    throw new Error(`${file}: expected a .npy file of format 1.0 with '<f4' in C order, got ${header.trim()}`);
  }
  const shape = /'shape': \(([^)]*)\)/.exec(header)[1].split(',').filter(s => s.trim()).map(Number);
  const at = HEADER_AT + length;
  const copy = bytes.buffer.slice(bytes.byteOffset + at, bytes.byteOffset + bytes.length);
  return {shape, data: new Float32Array(copy)};
}

/** Writes an array. */
function write(file, shape, data) {
  const dims = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  let header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${dims}), }`;
  header = header.padEnd(Math.ceil((HEADER_AT + header.length + 1) / 64) * 64 - HEADER_AT - 1) + '\n';
  const start = Buffer.alloc(HEADER_AT);
  start.write('\x93NUMPY\x01\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  fs.writeFileSync(file, Buffer.concat([
    start, Buffer.from(header, 'latin1'), Buffer.from(data.buffer, data.byteOffset, data.byteLength)]));
}

module.exports = {read, write};
