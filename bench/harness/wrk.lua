-- What wrk sends: whole requests from a file that each end with a zero byte, and what it makes of the answers.
-- MODE     "cycle": again from the first; "once": each once; "rotate": each answer holds what makes the next request
-- PATTERN  what is taken out of an answer's body, or out of its HEADER
-- COLLECT  the file that it is written to; else the next request is HEAD, and a body of BEFORE and what was taken
local function env(name)
  local text = os.getenv(name)
  return text ~= "" and text or nil
end
local mode, pattern, header, collect = env("MODE"), env("PATTERN"), env("HEADER"), env("COLLECT")
local head, before = env("HEAD"), os.getenv("BEFORE")

local threads = {}
function setup(thread) threads[#threads + 1] = thread end

local list, first, last, sink
ran_out = 0
function init()
  local file = assert(io.open(env("REQUESTS"), "rb"))
  local text, from = file:read("*a"), 1
  file:close()
  list = {}
  while from <= #text do
    local stop = text:find("\0", from, true)
    list[#list + 1] = text:sub(from, stop - 1)
    from = stop + 1
  end
  first, last = 1, #list
  if collect then sink = assert(io.open(collect, "w")) end
end

if mode == "cycle" then
  function request()
    local text = list[first]
    first = first == last and 1 or first + 1
    return text
  end
else
  function request()
    local text = list[first]
    if not text then
      -- Nothing is sent twice: that would be another kind of request.
      ran_out = ran_out + 1
      wrk.thread:stop()
      return "GET / HTTP/1.1\r\nHost: nobody\r\n\r\n"
    end
    list[first] = nil
    first = first + 1
    return text
  end
end

if pattern then
  function response(_, headers, body)
    local taken = (header and headers[header] or body):match(pattern)
    if not taken then return end
    if sink then
      sink:write(taken, "\n")
    else
      local content = before .. taken
      last = last + 1
      list[last] = head .. "Content-Length: " .. #content .. "\r\n\r\n" .. content
    end
  end
end

function done(summary, latency)
  local errors, out = summary.errors, 0
  for _, thread in ipairs(threads) do out = out + thread:get("ran_out") end
  print(string.format(
    'RESULT {"requests": %d, "micros": %d, "p50": %d, "p99": %d, "refused": %d, "broken": %d, "ran_out": %d}',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout, out))
end
