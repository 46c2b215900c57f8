# A server on a private unix socket: correctness of replies, the benchmark's
# load from 20 clients, background save (fork), clean shutdown, reload.
# needs: redis-server (redis-server)
# needs: redis-cli (redis-tools)
# needs: redis-benchmark (redis-tools)
socket=$PWD/redis.sock
start() {
  redis-server --port 0 --unixsocket "$socket" --dir "$PWD" --save "" --appendonly no \
    --io-threads 2 --logfile "$PWD/log" &
  server=$!
  until redis-cli -s "$socket" ping >/dev/null 2>&1; do kill -0 $server; done
}
cli() { redis-cli -s "$socket" "$@"; }
start
cli ping
cli set greeting hello
cli get greeting
cli append greeting " world"
cli get greeting
for ((i = 0; i < 5000; i++)); do echo "set key:$i value-$((i * i))"; done | cli | sort | uniq -c
for ((i = 0; i < 5000; i++)); do echo "rpush list $i"; done | cli | tail -n 1
for ((i = 0; i < 3000; i++)); do echo "zadd ranks $((i * 7919 % 3001)) m$i"; done | cli | sort | uniq -c
cli zrange ranks 100 103 withscores
cli lrange list 4990 -1
redis-benchmark -s "$socket" -n 8000 -c 20 -d 2000 -r 5000 -q -t set,get,lpush,lpop,sadd,hset,mset | tr '\r' '\n' |
  grep -o '^[A-Z][^:]*: [0-9.]* requests' | sed 's/[0-9.]* requests/completed/' | sort -u
cli eval 'local s = 0 for i = 0, 4999 do s = s + #redis.call("get", "key:" .. i) end return s' 0
cli debug digest >before
cli flushdb async
cli set survivor 1
cli bgsave >/dev/null
until cli info persistence | grep -q 'rdb_bgsave_in_progress:0'; do :; done
cli info persistence | grep -o 'rdb_last_bgsave_status:ok'
cli shutdown save
status=0
wait $server || status=$?
echo "server status $status"
start
cli get survivor
cli dbsize
cli shutdown nosave
wait $server && echo "clean shutdown"
grep -c 'bye bye' log
