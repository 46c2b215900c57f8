import { createHash } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import zlib from 'node:zlib';

function work(seed) {
  let state = seed + 1;
  const random = (n) => (state = (state * 48271) % 2147483647) % n;
  const map = new Map();
  for (let i = 0; i < 60000; ++i) {
    const key = `k${random(5000)}`;
    map.set(key, (map.get(key) ?? '') + String.fromCharCode(97 + random(26)));
  }
  const buffers = Array.from({ length: 300 }, (_, i) => Buffer.alloc(random(200000), i));
  const packed = zlib.gzipSync(Buffer.concat(buffers), { level: 1 });
  const hash = createHash('sha256').update(zlib.gunzipSync(packed));
  for (const key of [...map.keys()].sort()) hash.update(key + map.get(key));
  return hash.digest('hex');
}

if (isMainThread) {
  const file = fileURLToPath(import.meta.url);
  const results = await Promise.all([...Array(4).keys()].map((seed) => new Promise((done, fail) => {
    const worker = new Worker(file, { workerData: seed });
    worker.on('message', done);
    worker.on('error', fail);
  })));
  console.log(results.join('\n'));
  console.log(work(99));
  console.log(JSON.stringify(JSON.parse(JSON.stringify([...Array(50000).keys()]))).length);
  console.log('x'.repeat(1000000).replace(/x{10}/g, 'yz').length);
  console.log(execFileSync(process.execPath, ['-p', '[..."abc"].reverse().join("")']).toString());
  console.error('to stderr');
  process.exitCode = 3;
} else {
  parentPort.postMessage(work(workerData));
}
