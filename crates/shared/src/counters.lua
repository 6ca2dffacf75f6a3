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

-- Keeps the counter for as long as it says something.
local function keep(counter)
    local numbers = {now + counter.length, counter.used}
    for at = counter.first, #counter.stretches do
        numbers[#numbers + 1] = counter.stretches[at]
    end
    local milliseconds = math.max(math.ceil(counter.length / 1000), 1)
    redis.call("SET", counter.key, cmsgpack.pack(numbers), "PX", string.format("%.0f", milliseconds))
end

-- What is kept of a counter; nil where there is nothing, or something that was not written here: that is no counter, and
-- makes room for one.
local function kept(key)
    local value = redis.pcall("GET", key)
    if type(value) == "table" and value.err and not string.find(value.err, "WRONGTYPE", 1, true) then
        error(value)
    end
    if type(value) ~= "string" then
        return nil
    end
    local read, numbers = pcall(cmsgpack.unpack, value)
    if not read or type(numbers) ~= "table" or #numbers < 2 or #numbers % 3 ~= 2 then
        return nil
    end
    for _, number in ipairs(numbers) do
        if type(number) ~= "number" or not (number >= 0 and number < math.huge) then
            return nil
        end
    end
    return numbers
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
    local stretches, first = kept(key), 3
    if not stretches then
        return counter
    end
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
    if counter.sliding and #stretches > first and stretches[#stretches - 1] > now then
        -- The clock has been put back. What was counted counts as if now, so that none waits longer than a period.
        for at = first, #stretches, 3 do
            stretches[at] = math.min(stretches[at], now)
            stretches[at + 1] = math.min(stretches[at + 1], now)
        end
        keep(counter)
    end
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

-- Counts the units.
local function count(counter)
    local stretches, units = counter.stretches, counter.units
    counter.used = math.min(counter.used + units, MOST)
    if not counter.sliding then
        return
    end
    local newest = #stretches - 2
    if newest >= counter.first and now < stretches[newest] + math.floor(counter.length / STRETCHES) then
        stretches[newest + 1] = math.max(stretches[newest + 1], now)
        stretches[newest + 2] = math.min(stretches[newest + 2] + units, MOST)
    else
        for _, number in ipairs({now, now, units}) do
            stretches[#stretches + 1] = number
        end
    end
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
        keep(counter)
        answers[number][2] = left(counter)
    end
end
return answers
