-- One counter, as crates/store/src/counters.rs counts: what is kept is {when it says nothing any more, units, and
-- three numbers for each stretch: its first call, its last call, its units}. Times are microseconds.
--
-- KEYS[1]  the counter
-- ARGV[1]  "sliding" or "ending"
-- ARGV[2]  length of the period
-- ARGV[3]  units allowed; empty: units are counted whether or not they fit
-- ARGV[4]  units to count
-- ARGV[5]  the time; empty: that of this server, which is the same for all gateways
--
-- Answers {1 if they fit, units that are left, how long until they fit}.
local STRETCHES = 32
local MOST = 9007199254740991
local sliding = ARGV[1] == "sliding"
local length = tonumber(ARGV[2])
local limit = tonumber(ARGV[3])
local units = tonumber(ARGV[4])
local now = tonumber(ARGV[5])
if not now then
    local time = redis.call("TIME")
    now = time[1] * 1000000 + time[2]
end

local ends, used, stretches, first = 0, 0, {}, 1
local kept = redis.call("GET", KEYS[1])
if kept then
    stretches = cmsgpack.unpack(kept)
    ends, used, first = stretches[1], stretches[2], 3
end
if sliding then
    while stretches[first] and stretches[first + 1] + length <= now do
        used = used - stretches[first + 2]
        first = first + 3
    end
elseif ends <= now then
    used = 0
end

local wanted = math.max(units, 1)
local fits = not limit or used + wanted <= limit
if fits and units > 0 then
    used = math.min(used + units, MOST)
    local now_kept = {now + length, used}
    for at = first, #stretches do
        now_kept[#now_kept + 1] = stretches[at]
    end
    if sliding then
        local newest = #now_kept - 2
        if newest >= 3 and now < now_kept[newest] + math.floor(length / STRETCHES) then
            now_kept[newest + 1] = math.max(now_kept[newest + 1], now)
            now_kept[newest + 2] = math.min(now_kept[newest + 2] + units, MOST)
        else
            for _, number in ipairs({now, now, units}) do
                now_kept[#now_kept + 1] = number
            end
        end
    end
    local milliseconds = math.max(math.ceil(length / 1000), 1)
    redis.call("SET", KEYS[1], cmsgpack.pack(now_kept), "PX", string.format("%.0f", milliseconds))
end

local wait = 0
if not fits then
    wait = length
    local later = used
    for at = first, #stretches, 3 do
        later = later - stretches[at + 2]
        if later + wanted <= limit then
            wait = math.min(math.max(stretches[at + 1] + length - now, 0), length)
            break
        end
    end
end
return {fits and 1 or 0, math.max((limit or 0) - used, 0), wait}
