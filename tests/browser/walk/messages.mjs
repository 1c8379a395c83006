// What staff and recipients see of mail out: keys of recipients, a message in the mailbox with its record, the queue.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { workbench } from "./instance.mjs";

/// A new OpenPGP key, as its owner would give it: what to paste, and the fingerprint to read out.
function openPgpKey(address) {
  const home = mkdtempSync(join(tmpdir(), "zpw"));
  const gpg = (...more) => execFileSync("gpg", ["--homedir", home, "--batch", "--quiet", "--passphrase", "", ...more], { encoding: "utf8" });
  gpg("--quick-generate-key", address, "ed25519", "default", "2y");
  const fingerprint = gpg("--with-colons", "--list-keys").match(/^fpr:+(\w{40}):/m)[1];
  gpg("--quick-add-key", fingerprint, "cv25519", "encr", "2y");
  const material = gpg("--armor", "--export", fingerprint);
  execFileSync("gpgconf", ["--homedir", home, "--kill", "all"]);
  return { fingerprint, material };
}

async function addKey({ page }, { material, fingerprint }) {
  const card = page.locator("#sleutel");
  if (!(await card.locator("details[open] #sleutel-sleutel").count())) await card.locator("summary", { hasText: "Toevoegen" }).click();
  await page.locator("#sleutel-soort").selectOption("openpgp");
  await page.fill("#sleutel-sleutel", material);
  await page.fill("#sleutel-vingerafdruk", fingerprint);
  await page.locator("#sleutel-hoe").selectOption("telefoon");
  await page.fill("#sleutel-met", "de heer P. Verbeelding, huisarts");
  await page.fill("#sleutel-op", "2026-01-05");
  await card.getByRole("button", { name: "Vastleggen" }).click();
  await page.waitForLoadState();
}

/// A key is checked with the person, replaced, and withdrawn.
export async function recipientKeys(clerk, size) {
  const { page } = clerk;
  const address = `praktijk-${size}@post.example`;
  const first = openPgpKey(address), second = openPgpKey(address);
  await page.goto(`${workbench}/nieuw/ontvangersleutels?doel=behandelen-verzoek`);
  await clerk.picture("9-sleutels-nieuw");
  await page.locator('[name="veld-naam"]').fill("Huisartsenpraktijk De Linde");
  await page.locator('[name="veld-email"]').fill(address);
  await page.getByRole("button", { name: "Dossier beginnen" }).click();
  await page.locator("#sleutel summary", { hasText: "Toevoegen" }).click();
  await clerk.picture("9-sleutel-toevoegen");
  await addKey(clerk, { ...first, fingerprint: second.fingerprint });
  await clerk.sees("Nog niet vastgelegd");  // it is not the key that was read out
  await clerk.picture("9-sleutel-geweigerd");
  await addKey(clerk, first);
  await addKey(clerk, second);
  assert.equal(await page.locator("#sleutel .entry").count(), 2);
  await clerk.picture("9-sleutels");
  const former = page.locator("#sleutel .entry", { hasText: first.fingerprint });
  await former.locator("summary", { hasText: "Intrekken" }).click();
  await former.locator("[name=vanaf]").fill(new Date().toISOString().slice(0, 10));
  await former.locator("[name=bewijs]").fill("Gestolen laptop, telefoongesprek met de huisarts");
  await clerk.picture("9-sleutel-intrekken");
  await former.getByRole("button", { name: "Intrekken" }).click();
  await clerk.sees("geldt niet meer vanaf");
  await clerk.picture("9-sleutels-ingetrokken");
}

/// The record of the newest message of a dossier that is open, on screen and on paper.
export async function messageRecord(clerk, name) {
  const { page } = clerk;
  await page.getByRole("link", { name: "bewijs" }).first().click();
  await clerk.sees("Bewijs van verzending");
  await clerk.sees("Toegangscode gegeven");
  await clerk.picture(name);
  await page.pdf({ path: `${clerk.size}-${name}.pdf`, format: "A4", margin: { top: "2cm", bottom: "2cm", left: "2cm", right: "2cm" } });
}

/// Mail to a domain is held back, and goes on.
export async function queue(jurist) {
  const { page } = jurist;
  await page.goto(`${workbench}/verzending`);
  await page.fill("#domein", "gehackt.example");
  await page.fill("#reden", "De organisatie meldt dat haar mailserver gehackt is.");
  await page.selectOption("#uren", "4");
  await page.getByRole("button", { name: "Ophouden" }).click();
  await jurist.sees("gehackt.example");
  await jurist.picture("9-verzending");
  await page.getByRole("button", { name: "Hervatten" }).click();
  await page.getByText("gehackt.example").waitFor({ state: "detached" });
}
