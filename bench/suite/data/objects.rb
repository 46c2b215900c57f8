# The workload ruby: structures, strings, hashes and symbols that come and go.
Entry = Struct.new(:id, :name, :tags)

sum = 0
4.times do |round|
  entries = (1..80_000).map do |i|
    Entry.new(i, "name of #{i * 7919 % 10_007} in a long sentence", Array.new(i % 7) { |k| "tag#{k}" })
  end
  by_name = entries.group_by(&:name)
  sum += by_name.values.map(&:size).max
  text = entries.map { |entry| "#{entry.id}: #{entry.tags.join(',')}" }.join("\n")
  sum += text.lines.map { |line| line.split(/[:,]/) }.sum(&:size)
  sum += text.gsub(/tag(\d)/) { "label-#{$1}" }.size
end
puts sum
