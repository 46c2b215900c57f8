# A script with worker threads, buffers and zlib; the REPL fed from stdin.
# needs: node (nodejs)
node "$WORKLOADS/node_work.mjs" || echo "status $?"
node -i <<'END' 2>&1
const rows = Array.from({length: 1000}, (_, i) => ({i, square: i * i}))
rows.filter(r => r.square % 7 === 0).length
rows.at(-1)
throw new Error('on purpose')
new Map(rows.slice(0, 3).map(r => [r.i, r]))
.exit
END
node -e 'process.exit(Buffer.alloc(1 << 28).length === 1 << 28 ? 6 : 1)' || echo "status $?"
node -e 'null.missing' 2>errors || echo "status $?"
grep -c TypeError errors
