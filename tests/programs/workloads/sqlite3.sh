# A database on disk and one in memory: indexes, joins, recursion, json, vacuum.
# needs: sqlite3 (sqlite3)
sqlite3 file.db <<'END'
create table t (id integer primary key, a integer, b text);
with recursive n(i) as (select 1 union all select i + 1 from n where i < 100000)
  insert into t select i, i * 7919 % 10007, printf('%08x-%s', i * 31, substr('abcdefghijklmnop', i % 16)) from n;
create index ta on t (a);
create index tb on t (b, a);
select count(*), sum(a), min(b), max(b) from t;
select a, count(*), group_concat(id % 10, '') from t group by a order by 2 desc, 1 limit 3;
select count(*) from t x join t y on x.a = y.id and y.b > x.b;
update t set b = upper(b) || hex(zeroblob(id % 200)) where id % 3 = 0;
delete from t where id % 5 = 0;
select count(*), sum(length(b)) from t;
vacuum;
pragma integrity_check;
END
sqlite3 file.db .dump | md5sum
sqlite3 :memory: <<'END'
select json_group_array(json_object('i', value, 'sq', value * value)) from generate_series(1, 50);
with recursive tree(n, path) as (select 1, '1' union all select n * 2 + b, path || '/' || (n * 2 + b)
  from tree, (select 0 b union all select 1) where n < 2000)
  select count(*), sum(length(path)), max(path) from tree;
select length(group_concat(printf('%0500d', value))) from generate_series(1, 5000);
END
sqlite3 file.db 'select * from missing' || echo "status $?"
