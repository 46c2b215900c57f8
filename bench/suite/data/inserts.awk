# Prints the SQL of the workload sqlite3: tables filled row by row, indexes, joins,
# updates and deletes, all by arithmetic, so that every run does the same.
BEGIN {
  rows = 100000
  print "create table customer(id integer primary key, name text, city text, note text);"
  print "create table purchase(id integer primary key, customer int, item text, price int);"
  print "begin;"
  for (i = 1; i <= rows; ++i) {
    seed = (seed * 1103 + 12345) % 1000003
    printf "insert into customer values(%d, 'name %d', 'city %d', '%*s');\n", i, seed,
           seed % 500, seed % 60, "."
    printf "insert into purchase(customer, item, price) values(%d, 'item %d', %d);\n",
           seed % rows, seed % 997, seed % 10000
  }
  print "commit;"
  print "create index by_city on customer(city, name);"
  print "create index by_customer on purchase(customer);"
  print "create index by_item on purchase(item, price);"
  for (i = 0; i < 6; ++i) {
    print "select city, count(*), sum(price) from customer c join purchase p"
    print "  on p.customer = c.id group by city order by 3 desc limit " i + 1 ";"
    print "select group_concat(name) from (select name from customer where city = 'city " i "');"
    print "update customer set note = note || name where id % 7 = " i ";"
    print "select count(distinct upper(substr(name, 3)) || city) from customer;"
    print "delete from purchase where id % 11 = " i ";"
  }
}
