-- Sends the requests of a file, one line each, in order, and prints what wrk measured as one line of JSON.
-- usage: wrk … -s load.lua URL -- FILE FIRST [TOKEN [ENCODING]]
-- A line is `GET path` or `POST path body`; FIRST says which line (from 0) is sent first. A file that is used up begins
-- again for GET; for POST the last line is repeated, and the answers that are then refusals show in `refused`.

local lines, at, headers = {}, 0, {}

function init(args)
    for line in io.lines(args[1]) do lines[#lines + 1] = line end
    at = tonumber(args[2])
    headers["Content-Type"] = "application/json"
    if args[3] and args[3] ~= "" then headers["Authorization"] = "Bearer " .. args[3] end
    if args[4] then headers["Accept-Encoding"] = args[4] end
end

function request()
    at = at + 1
    local line = lines[at]
    if not line then
        if lines[#lines]:sub(1, 3) == "GET" then at = 1 else at = #lines end
        line = lines[at]
    end
    local method, path, body = line:match("^(%u+) (%S+) ?(.*)$")
    return wrk.format(method, path, headers, body ~= "" and body or nil)
end

function done(summary, latency, requests)
    io.write(string.format(
        'BENCH {"requests": %d, "microseconds": %d, "bytes": %d, "p50": %d, "p99": %d, "slowest": %d, "refused": %d, "broken": %d}\n',
        summary.requests, summary.duration, summary.bytes, latency:percentile(50), latency:percentile(99), latency.max,
        summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end
