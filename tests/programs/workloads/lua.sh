# Tables, strings, coroutines and closures under the collector's two modes.
# needs: lua5.4 (lua5.4)
cat >work.lua <<'END'
collectgarbage(arg[1])
local seed = 1
local function random(n) seed = (seed * 1103515245 + 12345) % 2147483648; return seed % n end
local t = {}
for i = 1, 200000 do
  local k = 'k' .. random(5000)
  t[k] = (t[k] or '') .. string.char(97 + random(26))
end
local keys = {}
for k in pairs(t) do keys[#keys + 1] = k end
table.sort(keys)
local sum = 0
for _, k in ipairs(keys) do
  for i = 1, #t[k] do sum = (sum * 31 + t[k]:byte(i)) % 1000000007 end
end
print(#keys, sum)
local coroutines = {}
for i = 1, 5000 do
  coroutines[i] = coroutine.wrap(function() local x = {} for j = 1, 5 do x[j] = i * j; coroutine.yield(x[j]) end end)
end
local total = 0
for _ = 1, 5 do for i = 1, 5000 do total = total + coroutines[i]() end end
print(total)
local tree = function(self, depth) return depth == 0 and {} or {self(self, depth - 1), self(self, depth - 1)} end
local function count(n) return n[1] and 1 + count(n[1]) + count(n[2]) or 1 end
print(count(tree(tree, 16)))
print(#string.rep('abc', 3000000), (string.rep('ab', 50000):gsub('a', 'xyz')):len())
local weak = setmetatable({}, {__mode = 'k'})
for i = 1, 1000 do weak[{}] = i end
collectgarbage()
print(next(weak))
END
lua5.4 work.lua incremental
lua5.4 work.lua generational
lua5.4 -e 'error("on purpose")' || echo "status $?"
