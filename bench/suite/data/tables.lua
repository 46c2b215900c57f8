-- The workload lua: tables of tables, strings that are built and taken apart,
-- closures, and a queue that is never long but always moving.
local sum = 0

local function words(count)
  local made = {}
  for i = 1, count do made[#made + 1] = ("word%d"):format(i * 7919 % 10007) end
  return table.concat(made, " ")
end

local function count_words(text)
  local counts = {}
  for word in text:gmatch("%S+") do counts[word] = (counts[word] or 0) + 1 end
  return counts
end

local function tree(depth)
  if depth == 0 then return {} end
  return { left = tree(depth - 1), right = tree(depth - 1), name = "node" .. depth }
end

local function size(node)
  return node and 1 + size(node.left) + size(node.right) or 0
end

for round = 1, 12 do
  for word, count in pairs(count_words(words(20000))) do sum = sum + #word * count end
  sum = sum + size(tree(16))
  local queue, first = {}, 1
  for i = 1, 200000 do
    queue[#queue + 1] = { i, tostring(i), function() return i end }
    if i - first > 100 then
      sum = sum + queue[i - 100][3]() % 7
      queue[i - 100] = false
      first = first + 1
    end
  end
end
print(sum)
