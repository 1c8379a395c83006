-- Uploads for wrk, one thread for each connection: wrk -tN -cN -s uploads.lua URL -- MODE BODY-FILE PREFIX [COOKIE-FILE]
--   put      PUT to a name of its own below PREFIX                   (WebDAV)
--   whole    POST with the file in it: one request for one file      (tus creation-with-upload)
--   pieces   POST, then PATCH in pieces of 4 MiB, as the portal's script does
-- Prints "uploads COUNT seconds SECONDS failures COUNT".
local PIECE = 4 * 1024 * 1024
local OCTETS = "application/offset+octet-stream"
local threads = {}

function setup(thread)
  thread:set("number", #threads + 1)
  table.insert(threads, thread)
end

function init(args)
  mode, prefix = args[1], args[3]
  local file = assert(io.open(args[2], "rb"))
  body = file:read("*a")
  file:close()
  cookies, uploads, failures, begun, offset = {}, 0, 0, 0, 0
  if args[4] then
    local line_number = 0
    for line in io.lines(args[4]) do
      line_number = line_number + 1
      if line_number % 8 == number % 8 then table.insert(cookies, line) end
    end
  end
end

local function tus(method, path, headers, content)
  headers["Tus-Resumable"] = "1.0.0"
  headers["Cookie"] = cookies[begun % #cookies + 1]
  return wrk.format(method, path, headers, content)
end

function request()
  if location then
    return tus("PATCH", location, {["Upload-Offset"] = offset, ["Content-Type"] = OCTETS}, body:sub(offset + 1, offset + PIECE))
  end
  begun = begun + 1
  -- Requests of one kind have one length: wrk asks again when the socket was full, after OpenSSL has sealed the start of the first answer.
  if mode == "put" then return wrk.format("PUT", prefix .. string.format("%02d-%06d", number, begun), {}, body) end
  if mode == "whole" then return tus("POST", "/uploads", {["Upload-Length"] = #body, ["Content-Type"] = OCTETS}, body) end
  return tus("POST", "/uploads", {["Upload-Length"] = #body})
end

function response(status, headers)
  if status > 299 then
    failures, location = failures + 1, nil
  elseif mode ~= "pieces" then
    uploads = uploads + 1
  elseif not location then
    location, offset = headers["Location"], 0
  else
    offset = tonumber(headers["Upload-Offset"])
    if offset == #body then uploads, location = uploads + 1, nil end
  end
end

function done(summary)
  local all, failed = 0, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  for _, thread in ipairs(threads) do
    all, failed = all + thread:get("uploads"), failed + thread:get("failures")
  end
  print(string.format("uploads %d seconds %.3f failures %d", all, summary.duration / 1e6, failed))
end
