-- Counters, as crates/store/src/counters.rs counts: takes from all of them, or from none when one has no room. What is
-- kept of each is {when it says nothing any more, units, and three numbers for each stretch: its first call, its last
-- call, its units}. Times are microseconds.
--
-- KEYS     the counters
-- ARGV[1]  the time; empty: that of this server, which is the same for all gateways
-- and then four for each counter:
--          "sliding" or "ending"
--          length of the period
--          units allowed; empty: units are counted whether or not they fit
--          units to count
--
-- Answers for each counter, up to the first without room: {1 if they fit, units that are left, how long until they fit}.
local STRETCHES = 32
local MOST = 9007199254740991
local now = tonumber(ARGV[1])
if not now then
    local time = redis.call("TIME")
    now = time[1] * 1000000 + time[2]
end

-- Reads a counter, without what has left its window.
local function look(key, arguments)
    local counter = {
        key = key,
        sliding = ARGV[arguments] == "sliding",
        length = tonumber(ARGV[arguments + 1]),
        limit = tonumber(ARGV[arguments + 2]),
        units = tonumber(ARGV[arguments + 3]),
        used = 0,
        stretches = {},
        first = 1,
    }
    local kept = redis.call("GET", key)
    if not kept then
        return counter
    end
    local stretches, first = cmsgpack.unpack(kept), 3
    local used = stretches[2]
    if counter.sliding then
        while stretches[first] and stretches[first + 1] + counter.length <= now do
            used = used - stretches[first + 2]
            first = first + 3
        end
    elseif stretches[1] <= now then
        used = 0
    end
    counter.stretches, counter.first, counter.used = stretches, first, used
    return counter
end

local function left(counter)
    return math.max((counter.limit or 0) - counter.used, 0)
end

local function wanted(counter)
    return math.max(counter.units, 1)
end

-- How long until the units fit, when nothing else is taken.
local function wait(counter)
    local later = counter.used
    for at = counter.first, #counter.stretches, 3 do
        later = later - counter.stretches[at + 2]
        if later + wanted(counter) <= counter.limit then
            return math.min(math.max(counter.stretches[at + 1] + counter.length - now, 0), counter.length)
        end
    end
    return counter.length
end

-- Counts the units and keeps the counter.
local function count(counter)
    local units, length = counter.units, counter.length
    counter.used = math.min(counter.used + units, MOST)
    local kept = {now + length, counter.used}
    for at = counter.first, #counter.stretches do
        kept[#kept + 1] = counter.stretches[at]
    end
    if counter.sliding then
        local newest = #kept - 2
        if newest >= 3 and now < kept[newest] + math.floor(length / STRETCHES) then
            kept[newest + 1] = math.max(kept[newest + 1], now)
            kept[newest + 2] = math.min(kept[newest + 2] + units, MOST)
        else
            for _, number in ipairs({now, now, units}) do
                kept[#kept + 1] = number
            end
        end
    end
    local milliseconds = math.max(math.ceil(length / 1000), 1)
    redis.call("SET", counter.key, cmsgpack.pack(kept), "PX", string.format("%.0f", milliseconds))
end

local counters, answers = {}, {}
for number, key in ipairs(KEYS) do
    local counter = look(key, 4 * number - 2)
    local fits = not counter.limit or counter.used + wanted(counter) <= counter.limit
    answers[number] = {fits and 1 or 0, left(counter), fits and 0 or wait(counter)}
    if not fits then
        return answers
    end
    counters[number] = counter
end
for number, counter in ipairs(counters) do
    if counter.units > 0 then
        count(counter)
        answers[number][2] = left(counter)
    end
end
return answers
