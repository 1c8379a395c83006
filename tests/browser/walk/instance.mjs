// The instance that the walk goes through: where it is, who works there, which mail came out of it.
import { createHmac } from "node:crypto";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, statSync, existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

export const folder = process.env.INSTANCE;
const config = readFileSync(join(folder, "zegelpost.yaml"), "utf8");
export const [portal, workbench] = [...config.matchAll(/^\s+base_url:\s*"?([^\s"]+)/gm)].map((found) => found[1]);
export const sample = (name) => join(folder, "samples", name);

const people = new Map();
for (const block of readFileSync(join(folder, "credentials.txt"), "utf8").split(/(?=^login:)/m)) {
  const value = (key) => block.match(new RegExp(`^${key}:\\s*(.+)$`, "m"))?.[1];
  if (value("login")) people.set(value("login"), { password: value("password"), secret: new URL(value("one-time")).searchParams.get("secret") });
}
export const passwordOf = (login) => people.get(login).password;

const used = new Map();
/// A one-time code (RFC 6238) that was not used yet.
export async function codeOf(login) {
  const step = () => Math.floor(Date.now() / 30000);
  while (used.get(login) === step()) await sleep(500);
  used.set(login, step());
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = [...people.get(login).secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step()));
  const digest = createHmac("sha1", key).update(counter).digest();
  return String((digest.readUInt32BE(digest[19] & 15) & 0x7fffffff) % 1000000).padStart(6, "0");
}

export function sendMail(name, messageId) {
  execFileSync("/usr/bin/python3", ["-B", "-c", "import sys, mail; mail.send(sys.argv[1], int(sys.argv[2]), sys.argv[3])", sample(name), process.env.SMTP, messageId],
    { env: { ...process.env, PYTHONPATH: process.env.STORY } });
}

/// The newest mail to `to` that came after `since` (ms) and holds `words`.
export async function waitForMail(to, words, since, seconds = 90) {
  const inbox = join(folder, "postfix/mail/inbox/new");
  for (const end = Date.now() + seconds * 1000; Date.now() < end; await sleep(300)) {
    for (const name of existsSync(inbox) ? readdirSync(inbox) : []) {
      const path = join(inbox, name);
      if (statSync(path).mtimeMs < since) continue;
      const text = readFileSync(path, "latin1").replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
      if (text.toLowerCase().includes(`to: ${to}`) || text.includes(`<${to}>`)) if (text.includes(words)) return text;
    }
  }
  throw new Error(`no mail to ${to} with '${words}'`);
}

export function killDoor() {
  process.kill(Number(readFileSync(join(folder, "run/public.pid"), "utf8")), "SIGKILL");
}
